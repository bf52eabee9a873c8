// SPDX-License-Identifier: GPL-2.0-or-later
/* Judges the cells of one campaign. rule.h has the rule. */
#include "eval/verdict.h"
#include "proto/accel.h"
#include "stats/rank.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Return L if @label is "L'", the copy of L, and there is an L; else NULL. The caller frees it. */
static char *original_of(const struct bl_strv *labels, const char *label)
{
	size_t len = strlen(label);
	char *name;

	if (len < 2 || label[len - 1] != '\'')
		return NULL;
	name = bl_strdup(label);
	name[len - 1] = '\0';
	if (bl_strv_has(labels, name))
		return name;
	free(name);
	return NULL;
}

/* --- labels --------------------------------------------------------------- */

static void add_label(struct bl_strv *to, const struct bl_strv *from, const char *label)
{
	if (bl_strv_has(from, label) && !bl_strv_has(to, label))
		bl_strv_add(to, label);
}

/* Order the labels for tables: the plan's order is shuffled. */
static int order_labels(struct verdicts *v)
{
	const struct summary *s = v->sum;
	struct bl_strv all = {};
	char *copy;
	int err = 0;

	for (size_t i = 0; i < s->n_rows; i++)
		if (s->rows[i].kind == KIND_TIME && !bl_strv_has(&all, s->rows[i].label))
			bl_strv_add(&all, s->rows[i].label);
	bl_strv_sort(&all);
	if (!all.n)
		goto out;	/* a plan that only verifies or traces */
	if (!bl_strv_has(&all, s->baseline)) {
		err = bl_err_unknown(s->name, "baseline", s->baseline, &all);
		goto out;
	}
	copy = bl_fmt("%s'", s->baseline);
	add_label(&v->labels, &all, s->baseline);
	add_label(&v->labels, &all, copy);
	for (size_t i = 0; i < all.n; i++)
		add_label(&v->labels, &all, all.v[i]);
	free(copy);
out:
	bl_strv_free(&all);
	return err;
}

/* Return NULL if the label may be judged, else what became of its verify run. */
static const char *verify_problem(const struct verdicts *v, const char *label)
{
	static const char *const notes[] = {
		[STATUS_FAILED] = "its verify run failed",
		[STATUS_INVALID] = "its verify run is invalid",
		[STATUS_MISSING] = "its verify run is missing",
	};
	const struct summary *s = v->sum;
	char *original = original_of(&v->labels, label);
	const char *note = NULL;

	for (size_t i = 0; i < s->n_rows && !note; i++) {
		const struct sum_row *r = &s->rows[i];

		if (r->kind == KIND_VERIFY && r->status != STATUS_OK &&
		    (!strcmp(r->label, label) ||
		     (original && !strcmp(r->label, original))))
			note = notes[r->status];
	}
	free(original);
	return note;
}

/* --- cells ---------------------------------------------------------------- */

static void collect_runs(struct verdicts *v, struct verdict_cell *c)
{
	const struct summary *s = v->sum;
	struct hist h = {};
	bool whole = true;

	c->iops = bl_zalloc(s->n_rows * sizeof(*c->iops));
	c->block = bl_zalloc(s->n_rows * sizeof(*c->block));
	for (size_t i = 0; i < s->n_rows; i++) {
		const struct sum_row *r = &s->rows[i];

		if (r->kind != KIND_TIME || strcmp(r->label, c->label) ||
		    strcmp(r->job, c->job))
			continue;
		c->config = r;
		c->planned++;
		if (r->status != STATUS_OK)
			continue;
		c->block[c->n] = r->block;
		c->iops[c->n++] = r->fio.iops;
		hist_merge(&h, &r->hist);
		whole &= r->hist.n > 0;
	}
	/* Without the histogram of each run there is no percentile of all. */
	if (whole) {
		c->clat_p50_ns = hist_percentile(&h, 0.50);
		c->clat_p99_ns = hist_percentile(&h, 0.99);
	}
	hist_free(&h);
}

static void make_cells(struct verdicts *v)
{
	const struct summary *s = v->sum;
	struct verdict_cell *c;
	size_t i;

	v->cells = bl_zalloc(s->jobs.n * v->labels.n * sizeof(*v->cells));
	for (i = 0; i < s->jobs.n * v->labels.n; i++) {
		c = &v->cells[v->n_cells];
		*c = (struct verdict_cell){
			.job = s->jobs.v[i / v->labels.n], .job_idx = i / v->labels.n,
			.label = v->labels.v[i % v->labels.n], .label_idx = i % v->labels.n,
			.median = { NAN, NAN, NAN, false }, .ratio = { NAN, NAN, NAN, false },
			.p = NAN, .q = NAN, .floor_pct = NAN, .note = "",
			.clat_p50_ns = NAN, .clat_p99_ns = NAN,
		};
		collect_runs(v, c);
		v->n_cells++;
	}
}

static struct verdict_cell *find_cell(const struct verdicts *v, const char *label, const char *job)
{
	for (size_t i = 0; i < v->n_cells; i++)
		if (!strcmp(v->cells[i].label, label) && !strcmp(v->cells[i].job, job))
			return &v->cells[i];
	return NULL;
}

const struct verdict_cell *verdict_find(const struct verdicts *v, const char *label,
					const char *job)
{
	return find_cell(v, label, job);
}

size_t verdict_pairs(const struct verdict_cell *a, const struct verdict_cell *b,
		     double **x, double **y)
{
	size_t n = 0;

	*x = bl_zalloc(a->n * sizeof(**x));
	*y = bl_zalloc(a->n * sizeof(**y));
	for (size_t i = 0; i < a->n; i++) {
		for (size_t k = 0; k < b->n; k++) {
			if (a->block[i] != b->block[k])
				continue;
			(*x)[n] = a->iops[i];
			(*y)[n++] = b->iops[k];
			break;
		}
	}
	return n;
}

static void compare_to_baseline(struct verdict_cell *c, const struct verdict_cell *base)
{
	double *x, *y;

	c->n_common = verdict_pairs(c, base, &x, &y);
	if (!c->n_common) {
		c->verdict = V_NO_DATA;
		c->note = "no block in common with the baseline";
		goto out;
	}
	c->verdict = V_INCONCLUSIVE;
	stats_ratio_est(x, y, c->n_common, &c->ratio);
	if (c->ratio.has_interval)
		c->p = stats_paired_p(x, y, c->n_common);
	else
		c->note = "too few common blocks for an interval";
out:
	free(x);
	free(y);
}

static void estimate_cell(struct verdicts *v, struct verdict_cell *c)
{
	const struct verdict_cell *base = find_cell(v, v->sum->baseline, c->job);
	const char *note = verify_problem(v, c->label);
	char *original = original_of(&v->labels, c->label);

	c->aa = original;
	free(original);
	if (note) {
		/* Its numbers are in summary.csv only: they are not averaged. */
		c->n = 0;
		c->clat_p50_ns = c->clat_p99_ns = NAN;
		c->verdict = V_UNVERIFIED;
		c->note = note;
		return;
	}
	if (!c->n) {
		c->verdict = V_NO_DATA;
		c->note = "no valid run";
		return;
	}
	stats_median_est(c->iops, c->n, &c->median);
	if (c == base) {
		c->verdict = V_BASELINE;
		c->n_common = c->n;
		c->ratio = (struct stats_est){ 1, NAN, NAN, false };
		return;
	}
	if (!base->n) {
		c->verdict = V_NO_DATA;
		c->note = "the baseline has no valid run";
		return;
	}
	compare_to_baseline(c, base);
}

/* --- the noise floor and the family ---------------------------------------- */

/* Return the floor as a logarithm, NaN if no A/A pair of this job has an interval. */
static double noise_floor(const struct verdicts *v, const char *job)
{
	double floor = NAN;

	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *copy = &v->cells[i], *first;
		struct stats_est e = { .has_interval = false };
		double *x, *y;
		size_t n;
		char *original;

		if (!copy->aa || strcmp(copy->job, job))
			continue;
		original = original_of(&v->labels, copy->label);
		first = find_cell(v, original, job);
		free(original);
		n = verdict_pairs(copy, first, &x, &y);
		stats_ratio_est(x, y, n, &e);
		free(x);
		free(y);
		if (e.has_interval)
			floor = fmax(floor, rule_largest_bound(&e));
	}
	return floor;
}

/*
 * Control the family of the cells that are A/A copies (@aa), or of those that are not.
 * Return the number of its members, or a negative errno.
 */
static long control_family(struct verdicts *v, bool aa)
{
	double *p = bl_zalloc((v->n_cells + 1) * sizeof(*p));
	double *q = bl_zalloc((v->n_cells + 1) * sizeof(*q));
	long members;

	for (size_t i = 0; i < v->n_cells; i++)
		p[i] = v->cells[i].aa == aa ? v->cells[i].p : NAN;
	members = rule_control_family(p, q, v->n_cells);
	for (size_t i = 0; i < v->n_cells; i++)
		if (v->cells[i].aa == aa)
			v->cells[i].q = q[i];
	free(q);
	free(p);
	return members;
}

/* An A/A copy has no floor: it would be its own. */
static void decide_cell(struct verdict_cell *c, double floor, double same)
{
	c->floor_pct = rule_pct_of_log(floor);
	if (c->aa || isnan(floor))
		floor = 0;
	c->margin_pct = rule_pct_of_log(fmax(floor, same));
	if (c->verdict == V_INCONCLUSIVE)
		c->verdict = rule_decide(&c->ratio, c->q, floor, same, &c->note);
}

static void count_runs(struct verdicts *v)
{
	v->n_min = v->n_cells ? v->cells[0].n : 0;
	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];

		v->has_aa |= c->aa;
		if (c->n < v->n_min)
			v->n_min = c->n;
		if (c->n > v->n_max)
			v->n_max = c->n;
	}
}

int verdicts_make(struct verdicts *v, const struct summary *sum, double same_pct)
{
	double floor = NAN;
	long members;
	int err;

	*v = (struct verdicts){ .sum = sum, .same_pct = same_pct };
	err = order_labels(v);
	if (err)
		goto fail;
	make_cells(v);
	/* The baseline comes first in each job, so it is estimated before the others need it. */
	for (size_t i = 0; i < v->n_cells; i++)
		estimate_cell(v, &v->cells[i]);
	members = control_family(v, false);
	if (members >= 0) {
		v->n_family = members;
		members = control_family(v, true);
	}
	if (members < 0) {
		err = members;
		goto fail;
	}
	for (size_t i = 0; i < v->n_cells; i++) {
		if (!v->cells[i].label_idx)
			floor = noise_floor(v, v->cells[i].job);
		decide_cell(&v->cells[i], floor, rule_log_of_pct(same_pct));
	}
	count_runs(v);
	return 0;
fail:
	verdicts_free(v);
	return err;
}

void verdicts_free(struct verdicts *v)
{
	for (size_t i = 0; i < v->n_cells; i++) {
		free(v->cells[i].iops);
		free(v->cells[i].block);
	}
	free(v->cells);
	bl_strv_free(&v->labels);
	*v = (struct verdicts){};
}

double verdict_insns(const struct verdicts *v, const struct verdict_cell *c)
{
	if (strcmp(v->sum->accel, "icount"))
		return NAN;
	return 1e9 / (1 << ACCEL_ICOUNT_SHIFT) / c->median.value;
}
