/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Aligned tables for terminals and files. Column widths follow the cells;
 * lines carry no trailing blanks. Text is taken to be ASCII.
 */
#ifndef BL_TABLE_H
#define BL_TABLE_H

#include "lib/util.h"

enum table_align { TABLE_LEFT, TABLE_RIGHT };

enum table_style { TABLE_PLAIN, TABLE_BOLD, TABLE_GOOD, TABLE_BAD, TABLE_DIM };

struct table;

struct table *table_new(void);
void table_free(struct table *t);

/* Columns first, then rows. */
void table_column(struct table *t, const char *title, enum table_align align);

/* A line of its own across all columns, after an empty line if it is not first. */
void table_heading(struct table *t, const char *fmt, ...) BL_PRINTF(2, 3);

/* Repeat the column titles here. */
void table_titles(struct table *t);

/* Start a row; then its cells from left to right, as many as there are. */
void table_row(struct table *t);
void table_cell(struct table *t, enum table_style style, const char *fmt, ...)
	BL_PRINTF(3, 4);

/* Every line starts with @indent blanks, but headings do not. */
void table_print(const struct table *t, FILE *f, int indent, bool colour);

/* Colour is for terminals, unless NO_COLOR is set or TERM is "dumb". */
bool table_colour(FILE *f);

#endif
