/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CSV files with a line of column names (RFC 4180 quoting): read as a whole, and written. */
#ifndef BL_CSV_H
#define BL_CSV_H

#include "lib/util.h"

struct csv {
	char *path;
	char *text;		/* the fields point into it */
	char **field;		/* rows * columns, after the names of the columns */
	size_t rows, columns;	/* rows does not count the names */
};

/**
 * csv_load() - read a file
 * @c: gets the contents; csv_free() frees them
 * @path: the file
 *
 * Return: 0, or a negative errno with a message: the file cannot be read, or its rows differ
 * in length.
 */
int csv_load(struct csv *c, const char *path);
void csv_free(struct csv *c);

/* Return the number of a column, or -1 if none has that name. */
int csv_column(const struct csv *c, const char *name);

static inline const char *csv_get(const struct csv *c, size_t row, size_t column)
{
	return c->field[(row + 1) * c->columns + column];
}

/* --- one field, without the comma around it --------------------------------- */

/* Write a text, in quotes where it needs them; line ends become blanks. */
void csv_put_string(FILE *f, const char *s);

/* Write a number, or nothing if it is not finite. */
void csv_put_number(FILE *f, int decimals, double v);

/* Write the three fields of an estimate with its interval, two commas between them. */
void csv_put_estimate(FILE *f, int decimals, double v, double lo, double hi);

#endif
