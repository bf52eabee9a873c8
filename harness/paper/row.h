/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of CSV files, chosen by their columns: KEY=A,B takes the rows whose KEY is A or B, KEY!=A
 * the others, "-" all. Several conditions stand behind each other, with blanks between.
 */
#ifndef BL_PAPER_ROW_H
#define BL_PAPER_ROW_H

#include "paper/paper.h"

#define ROW_MAX_CONDITIONS	8

struct row_condition {
	char *key, *value;	/* the values with commas between */
	bool not;
	size_t column;
};

struct row_filter {
	char *text;		/* the conditions point into it */
	struct row_condition by[ROW_MAX_CONDITIONS];
	size_t n;
};

/* Where a directive stands; for messages. */
struct place {
	const char *path;	/* NULL: the source */
	size_t line;
};

/* Return the CSV file @name below the data directory, or NULL with a message. */
const struct csv *row_file(struct paper *p, struct place at, const char *name);

/* Return the number of a column, or a negative errno with a message that names the columns. */
int row_column(struct paper *p, struct place at, const struct csv *csv, const char *name);

/* Parse conditions. Return 0, or -EINVAL with a message. row_filter_free() frees either way. */
int row_filter_parse(struct paper *p, struct place at, const struct csv *csv, const char *text,
		     struct row_filter *f);
bool row_passes(const struct csv *csv, size_t row, const struct row_filter *f);
void row_filter_free(struct row_filter *f);

/* Tell whether a list a,b,c has the value. */
bool row_list_has(const char *list, const char *value);

/**
 * row_interval() - find the columns of a column's interval
 * @csv: the file
 * @column: for example that of ratio, pair_ns or iops_median
 * @lo: gets the column of the lower bound: ratio_lo, pair_lo, iops_lo
 * @hi: gets that of the upper bound
 *
 * Return: false if the column has no interval.
 */
bool row_interval(const struct csv *csv, int column, int *lo, int *hi);

/* Tell whether the column is a bound of an interval. */
bool row_is_bound(const char *column);

/*
 * The aliases: lines "KEY=VALUE | word, word" of aliases.txt. Return them for a row's value, as
 * one text that the caller frees, or NULL.
 */
char *row_aliases(struct paper *p, const char *key, const char *value);

#endif
