/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What figures need of gnuplot: its words, and its call. The drawing is in plots/. */
#ifndef BL_GNUPLOT_H
#define BL_GNUPLOT_H

#include "lib/util.h"

void gnuplot_string(FILE *f, const char *text);

/* "array NAME[N] = […]"; @n is at least 1. */
void gnuplot_array(FILE *f, const char *name, const char *const *v, size_t n);

/*
 * Let gnuplot run plots/FIGURE.gp in @dir, once for each format in which figures come. 0, or a
 * negative errno with a message (-ENOENT: no gnuplot).
 */
int gnuplot_draw(const char *dir, const char *const *figures, size_t n);

#endif
