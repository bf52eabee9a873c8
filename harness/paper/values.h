/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The named values of a text: NAME.values, one line for each,
 *
 *	name | file | filter | column | format
 *
 *	single:direct:4k-randread-q1 | single/verdicts.csv | label=direct job=4k-randread-q1 | ratio | .3
 *
 * The name spells out its row, so that it cannot drift away from it: it has the first part of the
 * file's name (without .csv), the value of each condition of the filter (row.h), and behind a colon the
 * column, if that is not the main one: cost_UNIT, pair_UNIT, ratio or per_second. A filter that
 * leaves one row makes a number; one that leaves several makes a set, which prints its range.
 */
#ifndef BL_PAPER_VALUES_H
#define BL_PAPER_VALUES_H

#include "paper/format.h"

struct value {
	char *line_text;	/* the strings point into it */
	char *name, *file, *column_name;
	struct place at;
	const struct csv *csv;
	struct row_filter filter;
	int column, lo, hi;	/* lo, hi: -1 without an interval */
	struct format format;
	size_t *rows, n_rows;
	bool used;
};

/* Load the values. Return 0, or a negative errno with messages: the file cannot be read. */
int values_load(struct paper *p);
void values_free(struct paper *p);

/* Return the value with this name of @len bytes, or NULL. It counts as used. */
struct value *value_find(struct paper *p, const char *name, size_t len);

/* Print it; @alone: without its interval. */
int value_print(struct paper *p, const struct value *v, bool alone, FILE *out);

/* Report the values that nothing uses. */
void values_report_unused(struct paper *p);

/* The planes that a number can be of. */
enum value_plane { VALUE_NO_PLANE, VALUE_EMULATED, VALUE_NATIVE, VALUE_MODEL, VALUE_KVM };

/* Return the plane of a CSV file: from the campaign's env.json, or its own columns. */
enum value_plane value_plane(struct paper *p, const struct csv *csv);

#endif
