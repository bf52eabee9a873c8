/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of a CSV file:
 *
 *	<!--table strategies/verdicts.csv rows=label cols=job cell=ratio:.3,verdict
 *	omit=label:rw because its copy path never ran-->
 *
 * rows= is the column whose values head the lines, cols= the one whose values head the columns;
 * without cols=, the columns are those of cell=, with fixed headings. cell= is a list of columns,
 * each with a format (format.h) or as it is. KEY=VALUE takes a slice, as threads=2, which the
 * caption says. A table has all values of its rows and columns, but for "omit=COLUMN:A,B because
 * REASON", with "; " between several; the table says so itself. A ratio has its interval.
 */
#ifndef BL_RESULT_TABLE_H
#define BL_RESULT_TABLE_H

#include "paper/caption.h"
#include "paper/format.h"

/**
 * table_make() - make a table with its caption
 * @p: the paper
 * @at: where it stands
 * @text: what is between "table" and "-->"
 * @reasons: gets the reasons of what is left out, as one text; the caller frees it
 *
 * Return: the table, its caption and an empty line; the caller frees it. NULL after a message.
 */
char *table_make(struct paper *p, struct place at, const char *text, char **reasons);

#endif
