// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/figure-options.h"
#include "eval/label-order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- values of options ---------------------------------------------------------- */

int figure_options_set_formats(struct figure_options *o, const char *list)
{
	struct bl_strv names = {}, valid = {};
	int err = 0;

	for (int i = 0; i < GNUPLOT_FORMATS; i++)
		bl_strv_add(&valid, gnuplot_formats[i]);
	bl_strv_split(&names, list);
	o->formats = 0;
	for (size_t i = 0; i < names.n && !err; i++) {
		int format = bl_find_name(gnuplot_formats, GNUPLOT_FORMATS, names.v[i]);

		if (format < 0)
			err = bl_err_unknown("--format", "format", names.v[i], &valid);
		else
			o->formats |= 1 << format;
	}
	if (!names.n)
		err = bl_err_unknown("--format", "format", list, &valid);
	bl_strv_free(&names);
	bl_strv_free(&valid);
	return err;
}

int figure_options_set_width(struct figure_options *o, const char *inches)
{
	if (!bl_parse_double(inches, FIGURE_WIDTH_MIN, FIGURE_WIDTH_MAX, &o->width))
		return 0;
	bl_err("--width: bad number of inches '%s'; valid: %g..%g", inches, FIGURE_WIDTH_MIN,
	       FIGURE_WIDTH_MAX);
	return -EINVAL;
}

int figure_options_add_names(struct figure_options *o, const char *list)
{
	struct bl_strv names = {};
	int err = 0;

	bl_strv_split(&names, list);
	for (size_t i = 0; i < names.n && !err; i++) {
		char *to = strchr(names.v[i], '=');

		if (!to || to == names.v[i] || !to[1]) {
			bl_err("--rename: bad name '%s'; valid: LABEL=NAME", names.v[i]);
			err = -EINVAL;
			break;
		}
		*to = '\0';
		bl_strv_add(&o->from, names.v[i]);
		bl_strv_add(&o->to, to + 1);
	}
	bl_strv_free(&names);
	return err;
}

void figure_options_free(struct figure_options *o)
{
	bl_strv_free(&o->select);
	bl_strv_free(&o->order);
	bl_strv_free(&o->from);
	bl_strv_free(&o->to);
}

/* --- rows -------------------------------------------------------------------------- */

int figure_rows_find(const struct figure_rows *r, const char *label)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->v[i].label, label))
			return i;
	return -1;
}

void figure_rows_add(struct figure_rows *r, const char *label, const char *strategy, bool baseline)
{
	if (figure_rows_find(r, label) >= 0)
		return;
	r->v = bl_realloc(r->v, (r->n + 1) * sizeof(*r->v));
	r->v[r->n++] = (struct figure_row){
		.label = bl_strdup(label), .shown = bl_strdup(label),
		.strategy = bl_strdup(strategy), .baseline = baseline,
	};
}

static void free_row(struct figure_row *row)
{
	free(row->label);
	free(row->shown);
	free(row->strategy);
}

static int check_labels(const struct figure_rows *r, const char *option, const struct bl_strv *labels)
{
	struct bl_strv valid = {};
	int err = 0;

	for (size_t i = 0; i < r->n; i++)
		bl_strv_add(&valid, r->v[i].label);
	for (size_t i = 0; i < labels->n && !err; i++)
		if (!bl_strv_has(&valid, labels->v[i]))
			err = bl_err_unknown(option, "label", labels->v[i], &valid);
	bl_strv_free(&valid);
	return err;
}

/* A label that gets the name of another one would pass for it, even where that is not shown. */
static int check_names(const struct figure_rows *r, const struct figure_options *o)
{
	for (size_t i = 0; i < o->to.n; i++) {
		for (size_t k = 0; k < r->n; k++) {
			if (strcmp(r->v[k].label, o->to.v[i]) || !strcmp(o->from.v[i], o->to.v[i]))
				continue;
			bl_err("--rename: %s cannot be called '%s', which is another label here",
			       o->from.v[i], o->to.v[i]);
			return -EINVAL;
		}
	}
	return 0;
}

static void select_rows(struct figure_rows *r, const struct bl_strv *select)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (!select->n || bl_strv_has(select, r->v[i].label))
			r->v[n++] = r->v[i];
		else
			free_row(&r->v[i]);
	}
	r->n = n;
}

/* Return the place of a label in the list, or its length. */
static size_t place_in(const struct bl_strv *l, const char *label)
{
	size_t i;

	for (i = 0; i < l->n && strcmp(l->v[i], label); i++)
		;
	return i;
}

/* Floors come first, then the baseline, then all others. */
static int group_of(const struct figure_row *r)
{
	if (label_order_rank(r->strategy) < label_order_rank("intree"))
		return 0;
	return r->baseline ? 1 : 2;
}

static int compare_rows(const void *a, const void *b, void *order)
{
	const struct figure_row *x = a, *y = b;
	size_t i = place_in(order, x->label), k = place_in(order, y->label);

	if (i != k)
		return i < k ? -1 : 1;
	if (group_of(x) != group_of(y))
		return group_of(x) < group_of(y) ? -1 : 1;
	return label_order_compare(x->strategy, x->label, y->strategy, y->label);
}

const char *figure_options_name(const struct figure_options *o, const char *label)
{
	size_t at = place_in(&o->from, label);

	return at < o->from.n ? o->to.v[at] : label;
}

static int name_rows(struct figure_rows *r, const struct figure_options *o)
{
	for (size_t i = 0; i < r->n; i++) {
		const char *name = figure_options_name(o, r->v[i].label);

		free(r->v[i].shown);
		r->v[i].shown = bl_strdup(name);
	}
	for (size_t i = 0; i < r->n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (strcmp(r->v[i].shown, r->v[k].shown))
				continue;
			bl_err("--rename: the labels %s and %s would both be called '%s'; give each "
			       "a name of its own", r->v[k].label, r->v[i].label, r->v[i].shown);
			return -EINVAL;
		}
	}
	return 0;
}

int figure_rows_choose(struct figure_rows *r, const struct figure_options *o)
{
	int err = check_labels(r, "--select", &o->select);

	err = err ? err : check_labels(r, "--order", &o->order);
	err = err ? err : check_labels(r, "--rename", &o->from);
	err = err ? err : check_names(r, o);
	if (err)
		return err;
	select_rows(r, &o->select);
	if (r->n)
		qsort_r(r->v, r->n, sizeof(*r->v), compare_rows, (void *)&o->order);
	return name_rows(r, o);
}

void figure_rows_free(struct figure_rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		free_row(&r->v[i]);
	free(r->v);
	*r = (struct figure_rows){};
}

/* --- text ----------------------------------------------------------------------------- */

void figure_write_lines(FILE *f, const char *name, const char *text, double width)
{
	size_t most = (width - 0.2) / FIGURE_CHARACTER;
	struct bl_strv lines = {};

	bl_wrap_text(&lines, text, most);
	gnuplot_array(f, name, (const char *const *)lines.v, lines.n);
	bl_strv_free(&lines);
}
