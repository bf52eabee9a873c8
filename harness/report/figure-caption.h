/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captions: lines of text that stand beside a figure. */
#ifndef BL_FIGURE_CAPTION_H
#define BL_FIGURE_CAPTION_H

#include "eval/summary.h"

/* Print a text in lines that a terminal has room for. */
void caption_print(FILE *f, const char *text);

/*
 * Print what a campaign was measured on: plane, order of jobs, kernel, CPU, commit, and that the
 * host was busy or that files of the kernel were replaced.
 */
void caption_print_source(FILE *f, const struct summary *s);

#endif
