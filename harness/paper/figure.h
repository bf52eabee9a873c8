/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A figure of the results:
 *
 *	<!--figure strategies/figures/relative.svg results/paper/figures/strategies.svg TITLE-->
 *
 * copies the file below the data directory to the other, relative to the text, and shows it with
 * the title and a caption. The title does not say what the caption says: plane, n, machine.
 */
#ifndef BL_PAPER_FIGURE_H
#define BL_PAPER_FIGURE_H

#include "paper/row.h"

/**
 * figure_make() - copy or compare a figure, and make its lines
 * @p: the paper; with @check, a figure that differs is wrong, and is not copied
 * @at: where it stands
 * @text: what is between "figure" and "-->"
 * @title: gets the title, for the rules of prose; the caller frees it
 *
 * Return: the lines, which the caller frees; NULL after a message.
 */
char *figure_make(struct paper *p, struct place at, const char *text, char **title);

#endif
