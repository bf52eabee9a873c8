/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * paper/ fills the numbers, tables and figures of a Markdown file in from CSV files, or
 * checks them.
 *
 * In: the text, and the directory of the CSV files. Out: the text with what its markers
 * stand for. A marker is a comment that names the source of the number behind it:
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
	struct csv *csv;		/* the files read so far */
	size_t n_csv;
	size_t numbers, tables, figures;
	size_t wrong;			/* places that differ from the data or have no source */
	bool check;			/* print a message for each of them */
};

/* --- expr.c --- */

/**
 * paper_make_number() - make the number of a marker
 * @p: the paper, which keeps the CSV file for the next marker
 * @line: of the marker, for messages
 * @expr: the marker's text
 *
 * Return: the number as text, which the caller frees; NULL after a message "PATH:LINE: ...".
 */
char *paper_make_number(struct paper *p, size_t line, const char *expr);

/* Make the table of a marker, like paper_make_number(). */
char *paper_make_table(struct paper *p, size_t line, const char *expr);

/* --- render.c --- */

/**
 * paper_render() - make everything between markers anew
 * @p: the paper; gets the counts of numbers, tables, figures and wrong places
 * @text: the Markdown
 *
 * Return: the new text, which the caller frees; NULL, after messages, if a marker is wrong.
 */
char *paper_render(struct paper *p, const char *text);
void paper_free(struct paper *p);

/* --- err.c --- */

/* Print "PATH:LINE: ..." */
void paper_err(const struct paper *p, size_t line, const char *fmt, ...) BL_PRINTF(3, 4);

#endif
