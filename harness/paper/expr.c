// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes the number or table that a marker stands for; paper.h has the grammar. */
#include "paper/paper.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILTERS	8

struct filter {
	char *column, *values;	/* values: a,b,c, or NULL: any */
	int number;
};

struct expr {
	char *copy;
	const struct csv *csv;
	struct filter filter[MAX_FILTERS];
	size_t n_filters;
	struct filter rows, cols;	/* of a table; .number is -1 if not given */
	char *template;
};

static const struct csv *find_csv(struct paper *p, const char *name)
{
	char *path = bl_fmt("%s/%s", p->data, name);
	const struct csv *found = NULL;

	for (size_t i = 0; !found && i < p->n_csv; i++)
		if (!strcmp(p->csv[i].path, path))
			found = &p->csv[i];
	if (!found) {
		p->csv = bl_realloc(p->csv, (p->n_csv + 1) * sizeof(*p->csv));
		if (!csv_load(&p->csv[p->n_csv], path))
			found = &p->csv[p->n_csv++];
	}
	free(path);
	return found;
}

static int unknown_column(const struct paper *p, size_t line, const struct csv *csv,
			  const char *name)
{
	char *where = bl_fmt("%s:%zu", p->path, line), *what = bl_fmt("column of %s", csv->path);
	struct bl_strv valid = {};

	for (size_t i = 0; i < csv->columns; i++)
		bl_strv_add(&valid, csv->field[i]);
	bl_err_unknown(where, what, name, &valid);
	bl_strv_free(&valid);
	free(what);
	free(where);
	return -EINVAL;
}

/* Add the condition KEY=VALUES. rows= and cols= name a column and, after ":", its values. */
static int add_filter(struct paper *p, size_t line, struct expr *e, char *word)
{
	struct filter *f = NULL;
	char *eq = strchr(word, '=');

	if (!eq) {
		paper_err(p, line, "'%s' is not KEY=VALUE", word);
		return -EINVAL;
	}
	*eq++ = '\0';
	if (!strcmp(word, "rows") || !strcmp(word, "cols")) {
		f = *word == 'r' ? &e->rows : &e->cols;
		f->column = strsep(&eq, ":");
		f->values = eq;
	} else if (e->n_filters < MAX_FILTERS) {
		f = &e->filter[e->n_filters++];
		f->column = word;
		f->values = eq;
	} else {
		paper_err(p, line, "more than %d conditions", MAX_FILTERS);
		return -EINVAL;
	}
	f->number = csv_column(e->csv, f->column);
	return f->number < 0 ? unknown_column(p, line, e->csv, f->column) : 0;
}

static int parse_marker(struct paper *p, size_t line, const char *text, struct expr *e)
{
	char *rest, *word, *bar;

	*e = (struct expr){ .copy = bl_strdup(text), .rows.number = -1, .cols.number = -1 };
	bar = strchr(e->copy, '|');
	if (!bar) {
		paper_err(p, line, "'%s' has no '|' with a template behind it", text);
		return -EINVAL;
	}
	*bar = '\0';
	e->template = bl_strip(bar + 1);
	for (rest = e->copy; (word = strsep(&rest, " \t"));) {
		if (!*word)
			continue;
		if (!e->csv) {
			e->csv = find_csv(p, word);
			if (!e->csv) {
				paper_err(p, line, "cannot read %s", word);
				return -ENOENT;
			}
		} else if (add_filter(p, line, e, word)) {
			return -EINVAL;
		}
	}
	if (e->csv)
		return 0;
	paper_err(p, line, "'%s' names no file", text);
	return -EINVAL;
}

static bool in_list(const char *list, const char *value)
{
	struct bl_strv l = {};
	bool hit;

	if (!list)
		return true;
	bl_strv_split(&l, list);
	hit = bl_strv_has(&l, value);
	bl_strv_free(&l);
	return hit;
}

static bool row_passes(const struct expr *e, size_t row)
{
	for (size_t i = 0; i < e->n_filters; i++)
		if (!in_list(e->filter[i].values, csv_get(e->csv, row, e->filter[i].number)))
			return false;
	return true;
}

/* --- templates ------------------------------------------------------------------ */

/* Print a field, the text between braces: COLUMN[*FACTOR][:FORMAT]. */
static int print_field(struct paper *p, size_t line, const struct expr *e, size_t row,
		       char *field, FILE *f)
{
	char *format = field, *factor, *end;
	const char *text;
	double v;
	int column;

	field = strsep(&format, ":");
	factor = field;
	field = strsep(&factor, "*");
	column = csv_column(e->csv, field);
	if (column < 0)
		return unknown_column(p, line, e->csv, field);
	text = csv_get(e->csv, row, column);
	if (!*text || (!format && !factor)) {
		fputs(*text ? text : "–", f);
		return 0;
	}
	v = strtod(text, &end);
	if (*end) {
		paper_err(p, line, "'%s' in the column %s is not a number", text, field);
		return -EINVAL;
	}
	if (factor)
		v *= atof(factor);
	if (format && *format == '.' && format[1])
		fprintf(f, "%.*f", atoi(format + 1), v);
	else if (format && *format == '%' && format[1])
		fprintf(f, "%+.*f %%", atoi(format + 1), (v - 1) * 100);
	else {
		paper_err(p, line, "unknown format '%s'; valid: .DECIMALS, %%DECIMALS",
			  format ? format : "");
		return -EINVAL;
	}
	return 0;
}

static int print_template(struct paper *p, size_t line, const struct expr *e, size_t row,
			  const char *template, FILE *f)
{
	for (const char *s = template; *s; s++) {
		const char *end = *s == '{' ? strchr(s, '}') : NULL;
		char *field;
		int err;

		if (!end) {
			fputc(*s, f);
			continue;
		}
		field = strndup(s + 1, end - s - 1);
		err = print_field(p, line, e, row, field, f);
		free(field);
		if (err)
			return err;
		s = end;
	}
	return 0;
}

char *paper_make_number(struct paper *p, size_t line, const char *expr)
{
	char *text = NULL;
	size_t len, row = 0, hits = 0;
	struct expr e;
	FILE *f;

	if (parse_marker(p, line, expr, &e))
		goto out;
	for (size_t i = 0; i < e.csv->rows; i++)
		if (row_passes(&e, i)) {
			row = i;
			hits++;
		}
	if (hits != 1) {
		paper_err(p, line, "%zu rows of %s fit '%s'; a number is of one", hits,
			  e.csv->path, expr);
		goto out;
	}
	f = open_memstream(&text, &len);
	hits = print_template(p, line, &e, row, e.template, f);
	fclose(f);
	if (hits) {
		free(text);
		text = NULL;
	}
out:
	free(e.copy);
	return text;
}

/* --- tables ----------------------------------------------------------------------- */

/* List the values of a column, in the order of the marker, else of the file. */
static void list_values(const struct expr *e, const struct filter *by, struct bl_strv *out)
{
	struct bl_strv there = {}, wanted = {};

	for (size_t i = 0; i < e->csv->rows; i++) {
		const char *v = csv_get(e->csv, i, by->number);

		if (row_passes(e, i) && in_list(by->values, v) && !bl_strv_has(&there, v))
			bl_strv_add(&there, v);
	}
	bl_strv_split(&wanted, by->values ? by->values : "");
	for (size_t i = 0; i < wanted.n; i++)
		if (bl_strv_has(&there, wanted.v[i]))
			bl_strv_add(out, wanted.v[i]);
	for (size_t i = 0; !by->values && i < there.n; i++)
		bl_strv_add(out, there.v[i]);
	bl_strv_free(&wanted);
	bl_strv_free(&there);
}

/* Print a cell: the template for the row that has these values, or a dash without a row. */
static int print_cell(struct paper *p, size_t line, const struct expr *e, const char *row,
		      const char *col, const char *template, FILE *f)
{
	size_t hit = 0, hits = 0;

	for (size_t i = 0; i < e->csv->rows; i++)
		if (row_passes(e, i) && !strcmp(csv_get(e->csv, i, e->rows.number), row) &&
		    (!col || !strcmp(csv_get(e->csv, i, e->cols.number), col))) {
			hit = i;
			hits++;
		}
	if (hits > 1) {
		paper_err(p, line, "%zu rows of %s are %s%s%s", hits, e->csv->path, row,
			  col ? ", " : "", col ? col : "");
		return -EINVAL;
	}
	fputs(" ", f);
	if (!hits)
		fputs("–", f);
	else if (print_template(p, line, e, hit, template, f))
		return -EINVAL;
	fputs(" |", f);
	return 0;
}

static void print_head(const struct expr *e, const struct bl_strv *heads, FILE *f)
{
	fprintf(f, "| %s |", e->rows.column);
	for (size_t i = 0; i < heads->n; i++)
		fprintf(f, " %s |", heads->v[i]);
	fputs("\n|---|", f);
	for (size_t i = 0; i < heads->n; i++)
		fputs("---:|", f);
	fputc('\n', f);
}

/* Split the template of a table without cols=: a list of HEADING = TEMPLATE. */
static int split_template(struct paper *p, size_t line, const struct expr *e,
			  struct bl_strv *heads, struct bl_strv *templates)
{
	char *copy = bl_strdup(e->template), *rest = copy, *item;
	int err = 0;

	while (!err && (item = strsep(&rest, ";"))) {
		char *eq = strchr(item, '=');

		if (!eq) {
			paper_err(p, line, "'%s' is not HEADING = TEMPLATE", bl_strip(item));
			err = -EINVAL;
			break;
		}
		*eq = '\0';
		bl_strv_add(heads, bl_strip(item));
		bl_strv_add(templates, bl_strip(eq + 1));
	}
	free(copy);
	return err;
}

char *paper_make_table(struct paper *p, size_t line, const char *expr)
{
	struct bl_strv rows = {}, heads = {}, templates = {};
	char *text = NULL;
	struct expr e;
	size_t len;
	FILE *f;
	int err = parse_marker(p, line, expr, &e);

	if (!err && e.rows.number < 0) {
		paper_err(p, line, "a table needs rows=COLUMN");
		err = -EINVAL;
	}
	if (err)
		goto out;
	list_values(&e, &e.rows, &rows);
	if (e.cols.number >= 0)
		list_values(&e, &e.cols, &heads);
	else
		err = split_template(p, line, &e, &heads, &templates);
	if (!err && (!rows.n || !heads.n)) {
		paper_err(p, line, "nothing of %s fits '%s'", e.csv->path, expr);
		err = -EINVAL;
	}
	f = open_memstream(&text, &len);
	print_head(&e, &heads, f);
	for (size_t r = 0; !err && r < rows.n; r++) {
		fprintf(f, "| %s |", rows.v[r]);
		for (size_t c = 0; !err && c < heads.n; c++)
			err = print_cell(p, line, &e, rows.v[r],
					 templates.n ? NULL : heads.v[c],
					 templates.n ? templates.v[c] : e.template, f);
		fputc('\n', f);
	}
	fclose(f);
	if (err) {
		free(text);
		text = NULL;
	}
out:
	bl_strv_free(&rows);
	bl_strv_free(&heads);
	bl_strv_free(&templates);
	free(e.copy);
	return text;
}
