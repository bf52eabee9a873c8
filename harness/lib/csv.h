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

/* --- a table whose names and values cannot get apart ------------------------- */

/*
 * One function adds the fields of a row, each with its name. The first row that it adds
 * becomes the line of names, so its values do not matter: they may all be zero.
 */
struct csv_row {
	FILE *f;
	bool values;	/* the names are written, and values follow */
	bool begun;	/* the line has a field */
	const char *const *tail;	/* name and value of fields that end each row, then NULL; or NULL */
};

/**
 * csv_field() - begin a field
 * @r: the row
 * @name: of its column
 *
 * Return: the stream to write the value to, or NULL in the line of names.
 */
FILE *csv_field(struct csv_row *r, const char *name);

void csv_text(struct csv_row *r, const char *name, const char *value);
void csv_count(struct csv_row *r, const char *name, long long value);
void csv_number(struct csv_row *r, const char *name, int decimals, double value);

/* Add the fields of the tail and end the line. */
void csv_end(struct csv_row *r);

#endif
