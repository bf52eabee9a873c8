/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls gnuplot, and writes data in its syntax. The drawing is in plots/. */
#ifndef BL_GNUPLOT_H
#define BL_GNUPLOT_H

#include "lib/util.h"

/* Write a text as a string of gnuplot. */
void gnuplot_string(FILE *f, const char *text);

/* Write "array NAME[N] = [...]". @n is at least 1. */
void gnuplot_array(FILE *f, const char *name, const char *const *v, size_t n);

/**
 * gnuplot_draw() - draw figures
 * @dir: the directory with the data, in which the figures are made
 * @figures: names of plots/NAME.gp; each is drawn as NAME.svg and NAME.pdf
 * @n: number of figures
 *
 * Return: 0, or a negative errno with a message (-ENOENT: gnuplot is not installed).
 */
int gnuplot_draw(const char *dir, const char *const *figures, size_t n);

#endif
