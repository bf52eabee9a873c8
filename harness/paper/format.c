// SPDX-License-Identifier: GPL-2.0-or-later
#include "paper/format.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* @columns: parts of names of the columns that the format is for; NULL: of all. */
static const struct {
	const char *name, *suffix, *columns;
	double factor;
	bool decimals;
} formats[] = {
	[FORMAT_TEXT] = { "text", "", NULL, 1, false },
	[FORMAT_COUNT] = { "count", "", NULL, 1, false },
	[FORMAT_PLAIN] = { ".", "", NULL, 1, true },
	[FORMAT_CHANGE] = { "change", " %", "ratio", 100, true },
	[FORMAT_PERCENT] = { "percent", " %", "_per_byte,share", 100, true },
	[FORMAT_MILLION] = { "million", " million", "per_second,iops", 1e-6, true },
	[FORMAT_THOUSAND] = { "thousand", " thousand", "per_second,iops", 1e-3, true },
	[FORMAT_US] = { "us", " us", "_ns", 1e-3, true },
};

static bool fits(const char *columns, const char *column)
{
	struct bl_strv l = {};
	bool hit = !columns;

	bl_strv_split(&l, columns ? columns : "");
	for (size_t i = 0; !hit && i < l.n; i++)
		hit = strstr(column, l.v[i]);
	bl_strv_free(&l);
	return hit;
}

int format_parse(struct paper *p, struct place at, const char *text, const char *column,
		 struct format *f)
{
	size_t len = strcspn(text, "0123456789"), i;

	if (row_is_bound(column))
		return paper_wrong(p, at.path, at.line, "%s is a bound: it is printed with its "
				   "estimate only", column);
	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (strlen(formats[i].name) == len && !strncmp(formats[i].name, text, len))
			break;
	if (i == ARRAY_SIZE(formats) || formats[i].decimals != !!isdigit((unsigned char)text[len]) ||
	    (formats[i].decimals && text[len + 1]))
		return paper_wrong(p, at.path, at.line, "unknown format '%s'; valid: text, count, "
				   ".N, changeN, percentN, millionN, thousandN, usN (N: decimals)",
				   text);
	if (!fits(formats[i].columns, column))
		return paper_wrong(p, at.path, at.line, "the format %s is not for %s; it is for "
				   "columns with %s", text, column, formats[i].columns);
	*f = (struct format){ .kind = i, .decimals = atoi(text + len) };
	return 0;
}

void format_number(const struct format *f, double v, FILE *out)
{
	if (f->kind == FORMAT_CHANGE)
		fprintf(out, "%+.*f", f->decimals, (v - 1) * 100);
	else
		fprintf(out, "%.*f", f->decimals, v * formats[f->kind].factor);
	fputs(formats[f->kind].suffix, out);
}

static int print_bounds(const char *lo, const char *hi, const struct format *f,
			enum format_interval interval, FILE *out)
{
	if (!*lo || !*hi)
		return 0;
	fputs(" (", out);
	format_number(f, atof(lo), out);
	fputs(interval == INTERVAL_TEXT ? " to " : "..", out);
	format_number(f, atof(hi), out);
	fputc(')', out);
	return 0;
}

int format_print(struct paper *p, struct place at, const struct csv *csv, size_t row, int column,
		 const struct format *f, enum format_interval interval, FILE *out)
{
	const char *text = csv_get(csv, row, column);
	int lo, hi;
	char *end;
	double v;

	if (!*text) {
		fputs("–", out);
		return 0;
	}
	if (f->kind == FORMAT_TEXT) {
		fputs(text, out);
		return 0;
	}
	v = strtod(text, &end);
	if (*end)
		return paper_wrong(p, at.path, at.line, "'%s' in the column %s is not a number",
				   text, csv->field[column]);
	if (f->kind == FORMAT_COUNT && v != floor(v))
		return paper_wrong(p, at.path, at.line, "'%s' in the column %s is no count", text,
				   csv->field[column]);
	format_number(f, v, out);
	if (interval != INTERVAL_NONE && row_interval(csv, column, &lo, &hi))
		return print_bounds(csv_get(csv, row, lo), csv_get(csv, row, hi), f, interval, out);
	return 0;
}
