// SPDX-License-Identifier: GPL-2.0-or-later
#include "paper/values.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct paper_values {
	char *path;
	struct value **v;
	size_t n;
};

/* Check that the name has the file's and each value of the filter, as "single" and "direct". */
static int check_name(struct paper *p, const struct value *v)
{
	char *campaign = strndup(v->file, strcspn(v->file, "/."));
	const char *missing = strstr(v->name, campaign) ? NULL : campaign;
	int err = 0;

	for (size_t i = 0; !missing && i < v->filter.n; i++)
		if (!v->filter.by[i].not && !strstr(v->name, v->filter.by[i].value))
			missing = v->filter.by[i].value;
	if (missing)
		err = paper_wrong(p, v->at.path, v->at.line, "the name %s does not have '%s', "
				  "which is its row", v->name, missing);
	free(campaign);
	return err;
}

/* Return the column that a name need not spell out: what the file is about. */
static const char *main_column(const struct csv *csv)
{
	static const char *const columns[] = {
		"cost_ns", "cost_insns", "pair_ns", "pair_insns", "ratio", "per_second",
	};

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		if (csv_column(csv, columns[i]) >= 0)
			return columns[i];
	return "";
}

/* Check that the name has another column than the main one, as ":resident_mib". */
static int check_column(struct paper *p, const struct value *v)
{
	char *part = bl_fmt(":%s", v->column_name);
	bool ok = !strcmp(v->column_name, main_column(v->csv)) || strstr(v->name, part);

	free(part);
	return ok ? 0 : paper_wrong(p, v->at.path, v->at.line, "the name %s does not have ':%s', which is "
				    "its column", v->name, v->column_name);
}

static int find_rows(struct paper *p, struct value *v, const char *filter)
{
	v->csv = row_file(p, v->at, v->file);
	if (!v->csv || row_filter_parse(p, v->at, v->csv, filter, &v->filter))
		return -EINVAL;
	v->column = row_column(p, v->at, v->csv, v->column_name);
	if (v->column < 0)
		return -EINVAL;
	if (!row_interval(v->csv, v->column, &v->lo, &v->hi))
		v->lo = v->hi = -1;
	v->rows = bl_zalloc((v->csv->rows + 1) * sizeof(*v->rows));
	for (size_t i = 0; i < v->csv->rows; i++)
		if (row_passes(v->csv, i, &v->filter))
			v->rows[v->n_rows++] = i;
	if (!v->n_rows)
		return paper_wrong(p, v->at.path, v->at.line, "no row of %s fits '%s'", v->file,
				   filter);
	return 0;
}

static void parse_value(struct paper *p, struct paper_values *all, char *text, size_t line)
{
	struct value *v = bl_zalloc(sizeof(*v));
	char *part[5] = {}, *rest = v->line_text = bl_strdup(text);
	size_t n;

	v->at = (struct place){ all->path, line };
	for (n = 0; n < ARRAY_SIZE(part) && rest; n++)
		part[n] = bl_strip(strsep(&rest, "|"));
	all->v = bl_realloc(all->v, (all->n + 1) * sizeof(struct value *));
	all->v[all->n++] = v;
	if (n != ARRAY_SIZE(part) || rest) {
		v->name = "";
		paper_wrong(p, all->path, line, "not 'name | file | filter | column | format'");
		return;
	}
	v->name = part[0];
	v->file = part[1];
	v->column_name = part[3];
	if (find_rows(p, v, part[2]) || check_name(p, v) ||
	    format_parse(p, v->at, part[4], v->column_name, &v->format) || check_column(p, v))
		v->n_rows = 0;
}

int values_load(struct paper *p)
{
	size_t stem = strlen(p->source) - strlen(".in.md"), line = 0;
	struct paper_values *all = p->values = bl_zalloc(sizeof(*all));
	char *text, *rest, *one;
	int err;

	all->path = bl_fmt("%.*s.values", (int)stem, p->source);
	err = bl_read_file(all->path, &text, NULL);
	if (err) {
		bl_err("%s: %s", all->path, strerror(-err));
		return err;
	}
	for (rest = text; (one = strsep(&rest, "\n"));) {
		line++;
		if (*one && *one != '#')
			parse_value(p, all, one, line);
	}
	for (size_t i = 0; i < all->n; i++)
		for (size_t k = 0; k < i; k++)
			if (!strcmp(all->v[i]->name, all->v[k]->name) && *all->v[i]->name)
				paper_wrong(p, all->path, all->v[i]->at.line,
					    "a second value is called %s", all->v[i]->name);
	free(text);
	return 0;
}

void values_free(struct paper *p)
{
	for (size_t i = 0; p->values && i < p->values->n; i++) {
		struct value *v = p->values->v[i];

		row_filter_free(&v->filter);
		free(v->rows);
		free(v->line_text);
		free(v);
	}
	if (p->values) {
		free(p->values->v);
		free(p->values->path);
	}
	free(p->values);
	p->values = NULL;
}

struct value *value_find(struct paper *p, const char *name, size_t len)
{
	for (size_t i = 0; i < p->values->n; i++) {
		struct value *v = p->values->v[i];

		if (strlen(v->name) == len && !strncmp(v->name, name, len)) {
			v->used = true;
			return v;
		}
	}
	return NULL;
}

/* Print the range of a set: from the lowest to the highest, intervals included. */
static int print_range(struct paper *p, const struct value *v, FILE *out)
{
	double lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; i < v->n_rows; i++) {
		const char *a = csv_get(v->csv, v->rows[i], v->lo < 0 ? v->column : v->lo);
		const char *b = csv_get(v->csv, v->rows[i], v->hi < 0 ? v->column : v->hi);

		if (!*a || !*b)
			continue;
		lo = fmin(lo, atof(a));
		hi = fmax(hi, atof(b));
	}
	if (!isfinite(lo) || v->format.kind == FORMAT_TEXT)
		return paper_wrong(p, v->at.path, v->at.line, "%s has no range of numbers", v->name);
	format_number(&v->format, lo, out);
	if (lo == hi)
		return 0;
	fputs(" to ", out);
	format_number(&v->format, hi, out);
	return 0;
}

int value_print(struct paper *p, const struct value *v, bool alone, FILE *out)
{
	if (!v->n_rows) {
		fputc('?', out);
		return -EINVAL;
	}
	if (v->n_rows > 1)
		return print_range(p, v, out);
	return format_print(p, v->at, v->csv, v->rows[0], v->column, &v->format,
			    alone ? INTERVAL_NONE : INTERVAL_TEXT, out);
}

void values_report_unused(struct paper *p)
{
	for (size_t i = 0; i < p->values->n; i++)
		if (!p->values->v[i]->used)
			paper_wrong(p, p->values->path, p->values->v[i]->at.line,
				    "nothing uses the value %s", p->values->v[i]->name);
}

enum value_plane value_plane(struct paper *p, const struct csv *csv)
{
	const char *name = csv->path + strlen(p->data) + 1, *slash = strchr(name, '/');
	char *dir = strndup(csv->path, (slash ? slash : name) - csv->path);
	char *path = bl_fmt("%s/env.json", dir);
	json_t *env = slash && bl_exists(path) ? bl_json_load(path) : NULL;
	int plane = csv_column(csv, "plane"), model = csv_column(csv, "what");
	enum value_plane is = VALUE_NO_PLANE;

	if (env)
		is = json_is_false(json_object_get(env, "emulated")) ? VALUE_KVM : VALUE_EMULATED;
	else if (plane >= 0 && csv->rows && strcmp(csv_get(csv, 0, plane), "native"))
		is = VALUE_EMULATED;
	else if (plane >= 0)
		is = model >= 0 ? VALUE_MODEL : VALUE_NATIVE;
	json_decref(env);
	free(path);
	free(dir);
	return is;
}
