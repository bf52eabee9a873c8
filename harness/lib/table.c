// SPDX-License-Identifier: GPL-2.0-or-later
/* Aligned tables for terminals and files. */
#include "lib/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_COLUMNS 16

struct cell {
	char *text;
	enum table_style style;
};

struct row {
	char *heading;		/* or NULL; a row with a heading has no cells */
	struct cell cells[MAX_COLUMNS];
	size_t n;
};

struct table {
	char *titles[MAX_COLUMNS];
	enum table_align align[MAX_COLUMNS];
	size_t width[MAX_COLUMNS];
	size_t n_columns;
	const char *missing;
	struct row *rows;
	size_t n_rows;
};

struct table *table_new(void)
{
	struct table *t = bl_zalloc(sizeof(*t));

	t->missing = "-";
	return t;
}

void table_free(struct table *t)
{
	for (size_t i = 0; i < t->n_rows; i++) {
		free(t->rows[i].heading);
		for (size_t k = 0; k < t->rows[i].n; k++)
			free(t->rows[i].cells[k].text);
	}
	for (size_t k = 0; k < t->n_columns; k++)
		free(t->titles[k]);
	free(t->rows);
	free(t);
}

static struct row *add_row(struct table *t)
{
	t->rows = bl_realloc(t->rows, (t->n_rows + 1) * sizeof(*t->rows));
	t->rows[t->n_rows] = (struct row){};
	return &t->rows[t->n_rows++];
}

void table_missing(struct table *t, const char *text)
{
	t->missing = text;
}

void table_column(struct table *t, const char *title, enum table_align align)
{
	if (t->n_columns == MAX_COLUMNS)
		abort();
	t->titles[t->n_columns] = bl_strdup(title);
	t->align[t->n_columns] = align;
	t->width[t->n_columns++] = strlen(title);
}

void table_heading(struct table *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_row(t)->heading = bl_vfmt(fmt, ap);
	va_end(ap);
}

void table_row(struct table *t)
{
	add_row(t);
}

static void add_cell(struct table *t, enum table_style style, char *text)
{
	struct row *row = &t->rows[t->n_rows - 1];
	size_t len = strlen(text);

	if (row->n == t->n_columns)
		abort();
	if (len > t->width[row->n])
		t->width[row->n] = len;
	row->cells[row->n++] = (struct cell){ text, style };
}

void table_cell(struct table *t, enum table_style style, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_cell(t, style, bl_vfmt(fmt, ap));
	va_end(ap);
}

void table_number(struct table *t, int decimals, double v)
{
	if (isfinite(v))
		table_cell(t, TABLE_PLAIN, "%.*f", decimals, v);
	else
		table_cell(t, TABLE_DIM, "%s", t->missing);
}

void table_interval(struct table *t, int decimals, double lo, double hi)
{
	if (isfinite(lo) && isfinite(hi))
		table_cell(t, TABLE_PLAIN, "%.*f .. %.*f", decimals, lo, decimals, hi);
	else
		table_cell(t, TABLE_DIM, "%s", t->missing);
}

void table_titles(struct table *t)
{
	table_row(t);
	for (size_t k = 0; k < t->n_columns; k++)
		add_cell(t, TABLE_DIM, bl_strdup(t->titles[k]));
}

bool table_colour(FILE *f)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if ((no && *no) || !term || !strcmp(term, "dumb"))
		return false;
	return isatty(fileno(f));
}

/* Blue and orange rather than green and red: everybody can tell them apart. */
static const char *escape(enum table_style style)
{
	switch (style) {
	case TABLE_BOLD:
		return "\033[1m";
	case TABLE_GOOD:
		return "\033[1;36m";
	case TABLE_BAD:
		return "\033[1;33m";
	case TABLE_DIM:
		return "\033[2m";
	case TABLE_PLAIN:
		break;
	}
	return "";
}

static void print_text(FILE *f, const struct cell *c, bool colour)
{
	const char *on = colour ? escape(c->style) : "";

	fprintf(f, "%s%s%s", on, c->text, *on ? "\033[0m" : "");
}

static void print_row(const struct table *t, const struct row *r, FILE *f,
		      int indent, bool colour)
{
	size_t last = 0, blanks = indent;

	for (size_t k = 0; k < r->n; k++)
		if (*r->cells[k].text)
			last = k + 1;
	for (size_t k = 0; k < last; k++) {
		size_t pad = t->width[k] - strlen(r->cells[k].text);

		if (t->align[k] == TABLE_RIGHT)
			blanks += pad;
		fprintf(f, "%*s", (int)blanks, "");
		print_text(f, &r->cells[k], colour);
		blanks = 2 + (t->align[k] == TABLE_LEFT ? pad : 0);
	}
	fputc('\n', f);
}

void table_print(const struct table *t, FILE *f, int indent, bool colour)
{
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct row *r = &t->rows[i];
		struct cell heading = { r->heading, TABLE_BOLD };

		if (!r->heading) {
			print_row(t, r, f, indent, colour);
			continue;
		}
		if (i)
			fputc('\n', f);
		print_text(f, &heading, colour);
		fputc('\n', f);
	}
}
