/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls gnuplot, and writes data in its syntax. The drawing is in plots/. */
#ifndef BL_GNUPLOT_H
#define BL_GNUPLOT_H

#include "lib/util.h"

enum gnuplot_format { GNUPLOT_SVG, GNUPLOT_PDF, GNUPLOT_PNG, GNUPLOT_TIKZ, GNUPLOT_FORMATS };

/* Their names, which the scripts know; a figure of tikz has the suffix "tex", others the name. */
extern const char *const gnuplot_formats[GNUPLOT_FORMATS];

/* Return the suffixes of a set of formats as "{svg,pdf}", or "svg". The caller frees it. */
char *gnuplot_suffixes(unsigned int formats);

/* Write a text as a string of gnuplot. */
void gnuplot_string(FILE *f, const char *text);

/* Write "array NAME[N] = [...]". @n is at least 1. */
void gnuplot_array(FILE *f, const char *name, const char *const *v, size_t n);

/**
 * gnuplot_draw() - draw figures
 * @dir: the directory with the data, in which the figures are made
 * @figures: names of plots/NAME.gp, each of which draws NAME.SUFFIX
 * @n: number of figures
 * @formats: bits by enum gnuplot_format
 *
 * Return: 0, or a negative errno with a message (-ENOENT: gnuplot is not installed).
 */
int gnuplot_draw(const char *dir, const char *const *figures, size_t n, unsigned int formats);

#endif
