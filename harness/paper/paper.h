/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The paper's numbers. PAPER.md is Markdown whose numbers stand between comments that
 * say where each is from, so that they can be filled in, and checked, by program:
 *
 *	<!--= lazy/verdicts.csv label=zap job=4k-randread-2 | {ratio:.2} -->0.53<!--/-->
 *
 *	<!--table alloc/verdicts.csv rows=label cols=job | {ratio:.3} -->
 *	...made anew, up to...
 *	<!--/table-->
 *
 *	<!--figure lazy/figures/relative.svg-->
 *	![caption](results/paper/figures/lazy.svg)
 *
 * The first word is a CSV file below the data directory. KEY=VALUE[,VALUE...] chooses
 * rows by the column KEY; for a number, just one row must be left. In a table, rows= is
 * the column whose values head the lines (in the order of rows=COL:a,b,c if that is
 * given), cols= the one whose values head the columns; without cols, the text behind "|"
 * is HEADING = TEMPLATE ; HEADING = TEMPLATE ...
 *
 * In a template {COLUMN} is the field as it is, {COLUMN:.2} with two decimals,
 * {COLUMN:%1} a ratio as a change in per cent with one decimal (0.958: -4.2 %),
 * {COLUMN*0.001:.1} multiplied first. An empty field becomes a dash.
 *
 * Outside of markers, code and tables a number with a decimal point or in per cent must
 * be in a paragraph that cites where it is from, as [3]: what is measured here comes from
 * the results.
 */
#ifndef BL_PAPER_H
#define BL_PAPER_H

#include "lib/csv.h"

struct paper {
	const char *path, *data;	/* PAPER.md; the directory of the CSV files */
	struct csv *csv;		/* those that were read so far */
	size_t n_csv;
	size_t numbers, tables, figures;
	size_t wrong;			/* not what the data say, or without a source */
	bool check;			/* say each such */
};

/* --- paper-expr.c: from the text of a marker to what belongs there --- */

/* NULL with a message that begins "PATH:LINE: " if it cannot be made. */
char *paper_number(struct paper *p, size_t line, const char *expr);
char *paper_table(struct paper *p, size_t line, const char *expr);

/* --- paper.c --- */

/*
 * TEXT with all that stands between markers made anew; the caller frees it. NULL, with
 * messages, if a marker cannot be made. Counts in @p what is not as it was.
 */
char *paper_render(struct paper *p, const char *text);
void paper_free(struct paper *p);

/* "PATH:LINE: ..." */
void paper_err(const struct paper *p, size_t line, const char *fmt, ...) BL_PRINTF(3, 4);

#endif
