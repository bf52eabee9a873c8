/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Aligned tables for terminals and files. Column widths follow the cells; lines carry no
 * trailing blanks. All text must be ASCII.
 */
#ifndef BL_TABLE_H
#define BL_TABLE_H

#include "lib/util.h"

enum table_align { TABLE_LEFT, TABLE_RIGHT };

enum table_style { TABLE_PLAIN, TABLE_BOLD, TABLE_GOOD, TABLE_BAD, TABLE_DIM };

struct table;

struct table *table_new(void);
void table_free(struct table *t);

/* Set the text of a cell without a value, "-" by default. The caller keeps it alive. */
void table_missing(struct table *t, const char *text);

/* Add a column. All columns come before the first row. */
void table_column(struct table *t, const char *title, enum table_align align);

/* Add a line across all columns, after an empty line if it is not the first. */
void table_heading(struct table *t, const char *fmt, ...) BL_PRINTF(2, 3);

/* Repeat the column titles here. */
void table_titles(struct table *t);

/* Start a row. Its cells follow from left to right; those at its end may be left out. */
void table_row(struct table *t);
void table_cell(struct table *t, enum table_style style, const char *fmt, ...)
	BL_PRINTF(3, 4);

/* Add a cell with a number, or with "lo .. hi". A value that is not finite is missing. */
void table_number(struct table *t, int decimals, double v);
void table_interval(struct table *t, int decimals, double lo, double hi);

/* Print it. Every line but the headings starts with @indent blanks. */
void table_print(const struct table *t, FILE *f, int indent, bool colour);

/* Tell whether to colour @f: a terminal, unless NO_COLOR is set or TERM is "dumb". */
bool table_colour(FILE *f);

#endif
