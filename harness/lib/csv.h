/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CSV files with a line of column names, read as a whole (RFC 4180 quoting). */
#ifndef BL_CSV_H
#define BL_CSV_H

#include "lib/util.h"

struct csv {
	char *path;
	char *text;		/* what the fields point into */
	char **field;		/* rows * columns, the names first */
	size_t rows, columns;	/* rows without that of the names */
};

/* 0, or a negative errno with a message: cannot be read, rows of different length. */
int csv_load(struct csv *c, const char *path);
void csv_free(struct csv *c);

/* The number of a column; -1 if there is none of that name. */
int csv_column(const struct csv *c, const char *name);

static inline const char *csv_get(const struct csv *c, size_t row, size_t column)
{
	return c->field[(row + 1) * c->columns + column];
}

#endif
