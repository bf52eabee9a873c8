/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A field as text. The formats are these, N being decimals; no other arithmetic is possible, and
 * a factor always prints its unit:
 *
 *	text		as it is
 *	count		a whole number
 *	.N		a number
 *	changeN		a ratio as a change: 0.958 is -4.2 %
 *	percentN	a share: 0.27 is 27.0 %
 *	millionN, thousandN	7100000 is 7.1 million
 *	usN		a time in ns as us
 *
 * A column that has an interval is printed with it.
 */
#ifndef BL_PAPER_FORMAT_H
#define BL_PAPER_FORMAT_H

#include "paper/row.h"

enum format_kind {
	FORMAT_TEXT, FORMAT_COUNT, FORMAT_PLAIN, FORMAT_CHANGE, FORMAT_PERCENT, FORMAT_MILLION,
	FORMAT_THOUSAND, FORMAT_US,
};

struct format {
	enum format_kind kind;
	int decimals;
};

/**
 * format_parse() - parse a format
 * @p: the paper
 * @at: where it stands, for messages
 * @text: the format
 * @column: of the field, which the format must fit
 * @f: gets the format
 *
 * Return: 0, or -EINVAL with a message. A bound of an interval has no format: it is printed with
 * its estimate.
 */
int format_parse(struct paper *p, struct place at, const char *text, const char *column,
		 struct format *f);

/* Whether to print the interval, and the word between its bounds. */
enum format_interval { INTERVAL_NONE, INTERVAL_TEXT, INTERVAL_TABLE };

/* Print the field. Return 0, or -EINVAL with a message if it is not a number. */
int format_print(struct paper *p, struct place at, const struct csv *csv, size_t row, int column,
		 const struct format *f, enum format_interval interval, FILE *out);

/* Print one number. */
void format_number(const struct format *f, double v, FILE *out);

#endif
