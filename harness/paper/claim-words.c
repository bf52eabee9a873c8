// SPDX-License-Identifier: GPL-2.0-or-later
/* Which words and numbers of a sentence a claim carries. */
#include "paper/claim.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define EPSILON	1e-9
#define NARROW	1.5	/* ratio of the ends of a range that a word such as "half" may stand for */

bool claim_carries_way(const struct claim *c, int way, bool negated)
{
	for (size_t i = 0; i < c->n; i++) {
		int ways = c->part[i].ways;

		if (c->part[i].any_way)
			return true;
		if (ways && (negated ? !(ways & way) : !(ways & ~way)))
			return true;
	}
	return false;
}

/* Return the number that a word stands for, or NaN; *fraction: a word such as "half". */
static double number_of(const char *s, size_t len, bool *fuzzy)
{
	static const struct {
		const char *word;
		double is;
		bool fuzzy;
	} words[] = {
		{ "one", 1, false }, { "two", 2, false }, { "three", 3, false },
		{ "four", 4, false }, { "five", 5, false }, { "six", 6, false },
		{ "seven", 7, false }, { "eight", 8, false }, { "nine", 9, false },
		{ "ten", 10, false }, { "eleven", 11, false }, { "twelve", 12, false },
		{ "twenty", 20, false }, { "thirty", 30, false }, { "forty", 40, false },
		{ "fifty", 50, false }, { "hundred", 100, false },
		{ "half", 0.5, true }, { "third", 1.0 / 3, true }, { "quarter", 0.25, true },
		{ "fifth", 0.2, true }, { "sixth", 1.0 / 6, true }, { "seventh", 1.0 / 7, true },
		{ "eighth", 0.125, true }, { "ninth", 1.0 / 9, true }, { "tenth", 0.1, true },
		{ "twice", 2, true },
	};
	char *digits;
	double v;

	*fuzzy = false;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i].word) == len && !strncasecmp(words[i].word, s, len)) {
			*fuzzy = words[i].fuzzy;
			return words[i].is;
		}
	if (!isdigit((unsigned char)*s))
		return NAN;
	digits = bl_zalloc(len + 1);
	for (size_t i = 0, n = 0; i < len; i++)
		if (s[i] != ',')
			digits[n++] = s[i];
	v = atof(digits);
	free(digits);
	return v;
}

/* Tell whether the number is of per cent: "4 %", "four per cent", "half a per cent". */
static bool is_per_cent(const char *text, size_t end)
{
	const char *s = text + end + strspn(text + end, " ");

	if (!strncmp(s, "a ", 2) || !strncmp(s, "of a ", 5))
		s = strstr(s, "a ") + 2;
	return *s == '%' || !strncasecmp(s, "per cent", 8);
}

/* Tell whether the number, which is of per cent or not, is the same as @x. */
static bool is_end(double x, double v, bool per_cent)
{
	return fabs(x - v) < EPSILON ||
	       (per_cent && (fabs(x - (1 - v / 100)) < EPSILON || fabs(x - (1 + v / 100)) < EPSILON));
}

static bool is_number_of(const struct claim_part *part, double v, bool fuzzy, bool per_cent)
{
	for (size_t i = 0; i < ARRAY_SIZE(part->number); i++) {
		double x = part->number[i];

		if (!isnan(x) && is_end(x, v, per_cent))
			return true;
	}
	return fuzzy && !per_cent && part->range && v >= part->number[0] && v <= part->number[1];
}

bool claim_has_wide_range(const struct claim *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const double *end = c->part[i].number;
		bool said[2] = {}, word = false, fuzzy;

		if (!c->part[i].range)
			continue;
		for (size_t at = 0, len; c->phrase[at]; at += len ? len : 1) {
			double v;

			len = words_number(c->phrase, at);
			v = len ? number_of(c->phrase + at, len, &fuzzy) : NAN;
			if (isnan(v))
				continue;
			for (int k = 0; k < 2; k++)
				said[k] |= is_end(end[k], v, is_per_cent(c->phrase, at + len));
			word |= fuzzy && v >= end[0] && v <= end[1] && end[1] <= NARROW * end[0] + EPSILON;
		}
		if (!word && !(said[0] && said[1]))
			return true;
	}
	return false;
}

bool claim_carries_number(const struct claim *c, const char *text, size_t at, size_t len)
{
	bool fuzzy;
	double v = number_of(text + at, len, &fuzzy);

	for (size_t i = 0; i < c->n; i++) {
		if (c->part[i].any_way)
			return c->citation;
		if (!isnan(v) && is_number_of(&c->part[i], v, fuzzy, is_per_cent(text, at + len)))
			return true;
	}
	return false;
}
