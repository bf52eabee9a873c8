// SPDX-License-Identifier: GPL-2.0-or-later
#include "paper/result-table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SPECS	8
#define BECAUSE		" because "

/* One column of a cell, with its format. */
struct spec {
	int column;
	struct format format;
};

struct table {
	struct paper *p;
	struct place at;
	char *copy, *file;
	const struct csv *csv;
	struct row_filter slice;
	int rows, cols;			/* columns; -1: not given */
	struct spec spec[MAX_SPECS];
	size_t n_specs;
	char *omitted[2];		/* values left out of rows and cols: a,b,c; or NULL */
	char *notes;			/* lines under the table */
	char *reasons;
};

/* The heading of a column in tables. */
static const struct {
	const char *column, *heading;
} headings[] = {
	{ "ratio", "ratio" }, { "verdict", "verdict" },
	{ "insns_per_io", "instructions per I/O" },
	{ "resident_mib", "bounce pages at the end [MiB]" },
	{ "pages_per_map", "pages allocated per mapping" },
	{ "faults_per_map", "faults per mapping" },
	{ "copied_per_byte", "bytes copied per mapped byte" },
	{ "copied_in_faults_per_byte", "bytes copied in faults per mapped byte" },
	{ "zeroed_per_byte", "bytes zeroed per mapped byte" },
	{ "cost_ns", "a mapping with the daemon's access [ns]" },
	{ "cost_insns", "a mapping with the daemon's access [instructions]" },
	{ "net_map_ns", "map [ns]" }, { "net_touch_ns", "the daemon's access [ns]" },
	{ "net_unmap_ns", "unmap [ns]" }, { "deferred_ns", "deferred work [ns]" },
	{ "total_p99_ns", "99th percentile [ns]" }, { "cost_to_memcpy", "as a multiple of memcpy" },
	{ "speed", "speed against the baseline" }, { "p99_ratio", "ratio of the 99th percentiles" },
	{ "p99_ns", "99th percentile of latency [ns]" }, { "p999_ratio", "ratio of the 99.9th percentiles" },
	{ "pair_ns", "map and unmap [ns]" }, { "pair_p99_ns", "99th percentile [ns]" },
	{ "pair_insns", "map and unmap [instructions]" },
	{ "per_second", "mappings per second" },
	{ "daemon_ns", "the daemon's access [ns]" },
	{ "clat_p50_ns", "median latency" }, { "clat_p99_ns", "99th percentile of latency" },
};

static const char *heading_of(const struct csv *csv, const struct spec *s)
{
	const char *name = csv->field[s->column];
	bool to_memcpy = csv_column(csv, "memcpy_ns") >= 0 || csv_column(csv, "memcpy_insns") >= 0;

	if (!strcmp(name, "ratio") && to_memcpy)
		return "as a multiple of memcpy";
	if (s->format.kind == FORMAT_CHANGE)
		return "change of IOPS";
	for (size_t i = 0; i < ARRAY_SIZE(headings); i++)
		if (!strcmp(headings[i].column, name))
			return headings[i].heading;
	return name;
}

static int wrong(const struct table *t, const char *what, const char *which)
{
	return paper_wrong(t->p, t->at.path, t->at.line, "table of %s: %s '%s'", t->file, what, which);
}

/* --- the directive --------------------------------------------------------------------- */

static int parse_cell(struct table *t, char *list)
{
	char *item;

	while ((item = strsep(&list, ","))) {
		struct spec *s = &t->spec[t->n_specs];
		char *format = strchr(item, ':');

		if (t->n_specs++ == MAX_SPECS)
			return wrong(t, "too many columns in", "cell=");
		if (format)
			*format++ = '\0';
		s->column = row_column(t->p, t->at, t->csv, item);
		if (s->column < 0 ||
		    format_parse(t->p, t->at, format ? format : "text", item, &s->format))
			return -EINVAL;
	}
	return 0;
}

/* Add the condition of a slice, but not one that would drop rows or columns. */
static int check_slice(const struct table *t)
{
	static const char *const whole[] = { "label", "strategy", "job" };

	for (size_t i = 0; i < t->slice.n; i++) {
		const struct row_condition *c = &t->slice.by[i];

		if ((int)c->column == t->rows || (int)c->column == t->cols ||
		    bl_find_name(whole, ARRAY_SIZE(whole), c->key) >= 0)
			return wrong(t, "rows are left out by omit=COLUMN:A,B because REASON, not by",
				     c->key);
		if (c->not || strchr(c->value, ','))
			return wrong(t, "a slice is KEY=VALUE, not of", c->key);
	}
	return 0;
}

static int parse_head(struct table *t, char *head)
{
	char *rest = head, *word, *slice = bl_strdup(""), *cell = NULL;
	int err = 0;

	t->rows = t->cols = -1;
	while (!err && (word = strsep(&rest, " \t\n"))) {
		if (!*word)
			continue;
		if (!t->csv) {
			t->file = word;
			t->csv = row_file(t->p, t->at, word);
			err = t->csv ? 0 : -ENOENT;
		} else if (!strncmp(word, "rows=", 5)) {
			t->rows = row_column(t->p, t->at, t->csv, word + 5);
			err = t->rows < 0 ? t->rows : 0;
		} else if (!strncmp(word, "cols=", 5)) {
			t->cols = row_column(t->p, t->at, t->csv, word + 5);
			err = t->cols < 0 ? t->cols : 0;
		} else if (!strncmp(word, "cell=", 5)) {
			cell = word + 5;
		} else {
			char *more = bl_fmt("%s %s", slice, word);

			free(slice);
			slice = more;
		}
	}
	if (!err && (t->rows < 0 || !cell))
		err = paper_wrong(t->p, t->at.path, t->at.line, "a table is FILE rows=COLUMN "
				  "[cols=COLUMN] cell=COLUMN[:FORMAT],...");
	err = err ? err : row_filter_parse(t->p, t->at, t->csv, slice, &t->slice);
	err = err ? err : parse_cell(t, cell);
	free(slice);
	return err ? err : check_slice(t);
}

static void append(char **to, const char *text)
{
	char *all = bl_fmt("%s%s", *to ? *to : "", text);

	free(*to);
	*to = all;
}

/* Parse "COLUMN:A,B because REASON". */
static int parse_omit(struct table *t, char *text)
{
	char *reason = strstr(text, BECAUSE), *values = strchr(text, ':');
	struct bl_strv list = {};
	char *names, *note;
	int column, which;

	if (!reason || !values || values > reason || !*bl_strip(reason + strlen(BECAUSE)))
		return wrong(t, "not omit=COLUMN:A,B because REASON:", text);
	*reason = *values++ = '\0';
	reason = bl_strip(reason + strlen(BECAUSE));
	column = row_column(t->p, t->at, t->csv, text);
	if (column < 0 || (column != t->rows && column != t->cols))
		return column < 0 ? column : wrong(t, "neither rows= nor cols= is", text);
	which = column == t->cols;
	append(&t->omitted[which], t->omitted[which] ? "," : "");
	append(&t->omitted[which], values);
	bl_strv_split(&list, values);
	names = bl_strv_join(&list, ", ");
	note = bl_fmt("Left out: %s %s, because %s.\n", text, names, reason);
	append(&t->notes, note);
	append(&t->reasons, reason);
	append(&t->reasons, ". ");
	free(note);
	free(names);
	bl_strv_free(&list);
	return 0;
}

static int parse_table(struct table *t, const char *text)
{
	char *omit, *rest, *item;
	int err;

	t->copy = bl_strdup(text);
	for (char *s = t->copy; *s; s++)
		*s = *s == '\n' || *s == '\t' ? ' ' : *s;
	omit = strstr(t->copy, "omit=");
	if (omit)
		omit[-(omit > t->copy)] = '\0';
	err = parse_head(t, t->copy);
	for (rest = omit; !err && (item = strsep(&rest, ";"));) {
		item += strspn(item, " ");
		err = strncmp(item, "omit=", 5) ? wrong(t, "not omit=:", item) :
						  parse_omit(t, item + 5);
	}
	return err;
}

/* --- the table ------------------------------------------------------------------------- */

/* List the values of a column in the file's order, without those left out. */
static void list_values(const struct table *t, int column, const char *omitted, struct bl_strv *out)
{
	for (size_t i = 0; i < t->csv->rows; i++) {
		const char *v = csv_get(t->csv, i, column);

		if (row_passes(t->csv, i, &t->slice) && !bl_strv_has(out, v) &&
		    !(omitted && row_list_has(omitted, v)))
			bl_strv_add(out, v);
	}
}

static int print_cell(const struct table *t, const char *row, const char *col,
		      const struct spec *spec, size_t n, FILE *f)
{
	size_t hit = 0, hits = 0;
	int err = 0;

	for (size_t i = 0; i < t->csv->rows; i++)
		if (row_passes(t->csv, i, &t->slice) &&
		    !strcmp(csv_get(t->csv, i, t->rows), row) &&
		    (!col || !strcmp(csv_get(t->csv, i, t->cols), col))) {
			hit = i;
			hits++;
		}
	if (hits > 1)
		return wrong(t, "several rows are", row);
	fputc(' ', f);
	for (size_t i = 0; hits && !err && i < n; i++) {
		fputs(i ? ", " : "", f);
		err = format_print(t->p, t->at, t->csv, hit, spec[i].column, &spec[i].format,
				   INTERVAL_TABLE, f);
	}
	fputs(hits ? " |" : "– |", f);
	return err;
}

static int print_row(const struct table *t, const char *row, const struct bl_strv *cols, FILE *f)
{
	int err = 0;

	fprintf(f, "| %s |", row);
	for (size_t c = 0; !err && c < cols->n; c++)
		err = print_cell(t, row, cols->v[c], t->spec, t->n_specs, f);
	for (size_t s = 0; !err && !cols->n && s < t->n_specs; s++)
		err = print_cell(t, row, NULL, &t->spec[s], 1, f);
	fputc('\n', f);
	return err;
}

static void print_head(const struct table *t, const struct bl_strv *cols, FILE *f)
{
	size_t n = cols->n ? cols->n : t->n_specs;

	fprintf(f, "| %s |", t->csv->field[t->rows]);
	for (size_t i = 0; i < n; i++)
		fprintf(f, " %s |", cols->n ? cols->v[i] : heading_of(t->csv, &t->spec[i]));
	fputs("\n|---|", f);
	for (size_t i = 0; i < n; i++)
		fputs("---:|", f);
	fputc('\n', f);
}

static void print_caption(const struct table *t, bool with_cell, FILE *f)
{
	char *facts = caption_make(t->p, t->file, &t->slice);
	int lo, hi;
	bool interval = false;

	fputs("\n<sub>", f);
	for (size_t i = 0; i < t->n_specs; i++) {
		if (with_cell)
			fprintf(f, "%s%s", i ? ", " : "Each cell: ", heading_of(t->csv, &t->spec[i]));
		interval |= row_interval(t->csv, t->spec[i].column, &lo, &hi);
	}
	if (with_cell)
		fputs(". ", f);
	fputs(facts, f);
	if (interval)
		fputs("; in brackets the 95 % interval", f);
	fprintf(f, ".</sub>\n%s%s", t->notes ? "\n" : "", t->notes ? t->notes : "");
	free(facts);
}

static int print_table(const struct table *t, FILE *f)
{
	struct bl_strv rows = {}, cols = {};
	int err = 0;

	list_values(t, t->rows, t->omitted[0], &rows);
	if (t->cols >= 0)
		list_values(t, t->cols, t->omitted[1], &cols);
	if (!rows.n || (t->cols >= 0 && !cols.n))
		err = wrong(t, "nothing fits", t->copy);
	print_head(t, &cols, f);
	for (size_t i = 0; !err && i < rows.n; i++)
		err = print_row(t, rows.v[i], &cols, f);
	print_caption(t, cols.n, f);
	bl_strv_free(&rows);
	bl_strv_free(&cols);
	return err;
}

char *table_make(struct paper *p, struct place at, const char *text, char **reasons)
{
	struct table t = { .p = p, .at = at, .file = "?" };
	char *out = NULL;
	size_t len;
	int err = parse_table(&t, text);
	FILE *f;

	p->n_tables++;
	if (!err) {
		f = open_memstream(&out, &len);
		err = print_table(&t, f);
		fclose(f);
	}
	if (err) {
		free(out);
		out = NULL;
	}
	*reasons = t.reasons ? t.reasons : bl_strdup("");
	row_filter_free(&t.slice);
	for (size_t i = 0; i < ARRAY_SIZE(t.omitted); i++)
		free(t.omitted[i]);
	free(t.notes);
	free(t.copy);
	return out;
}
