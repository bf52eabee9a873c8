// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/util.h"
#include "eval/cells.h"
#include "eval/label-order.h"
#include "eval/pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The fewest I/Os above a percentile that make it a number. */
#define TAIL_MIN_IOS	10

const double tail_shares[TAILS] = { [TAIL_P99] = 0.99, [TAIL_P999] = 0.999 };
const char *const tail_names[TAILS] = { [TAIL_P99] = "p99", [TAIL_P999] = "p999" };

/* --- labels --------------------------------------------------------------- */

static void add_label(struct bl_strv *to, const struct bl_strv *from, const char *label)
{
	if (bl_strv_has(from, label) && !bl_strv_has(to, label))
		bl_strv_add(to, label);
}

/* Return the strategy of a label, or the label where the plan does not say it. */
static const char *strategy_of(const struct summary *s, const char *label)
{
	for (size_t i = 0; i < s->n_rows; i++)
		if (!strcmp(s->rows[i].label, label) && s->rows[i].strategy)
			return s->rows[i].strategy;
	return label;
}

static int compare_labels(const void *a, const void *b, void *sum)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;

	return label_order_compare(strategy_of(sum, x), x, strategy_of(sum, y), y);
}

int cells_order_labels(struct verdicts *v)
{
	const struct summary *s = v->sum;
	struct bl_strv all = {};
	char *copy;
	int err = 0;

	for (size_t i = 0; i < s->n_rows; i++)
		if (s->rows[i].kind == KIND_TIME && !bl_strv_has(&all, s->rows[i].label))
			bl_strv_add(&all, s->rows[i].label);
	if (all.n)
		qsort_r(all.v, all.n, sizeof(*all.v), compare_labels, (void *)s);
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

const char *cells_verify_problem(const struct verdicts *v, const char *label, bool *wrong)
{
	static const char *const notes[] = {
		[STATUS_FAILED] = "its verify run failed",
		[STATUS_INVALID] = "its verify run is invalid",
		[STATUS_MISSING] = "its verify run is missing",
	};
	const struct summary *s = v->sum;
	char *original = pairs_original(&v->labels, label);
	const char *note = v->verified ? "it has no verify run" : "the plan verifies no data";

	*wrong = false;
	for (size_t i = 0; i < s->n_rows && !*wrong; i++) {
		const struct sum_row *r = &s->rows[i];

		if (r->kind != KIND_VERIFY || strcmp(r->label, original ? original : label))
			continue;
		*wrong = r->status != STATUS_OK;
		note = *wrong ? notes[r->status] : NULL;
	}
	free(original);
	return note;
}

/* --- cells ---------------------------------------------------------------- */

/* Set the percentiles of run @i of a cell, where enough I/Os are above them. */
static void add_tails(struct verdict_cell *c, size_t i, const struct hist *hist)
{
	struct hist h = {};

	hist_merge(&h, hist);
	for (int t = 0; t < TAILS; t++)
		c->tail[t][i] = h.total * (1 - tail_shares[t]) > TAIL_MIN_IOS - 1e-6 ?
				hist_percentile(&h, tail_shares[t]) : NAN;
	hist_free(&h);
}

/*
 * Forget a percentile that some run does not have. The runs with enough I/Os are the fast ones, so
 * that those alone would say something else.
 */
static void drop_partial_tails(struct verdict_cell *c)
{
	for (int t = 0; t < TAILS; t++) {
		bool whole = true;

		for (size_t i = 0; i < c->n; i++)
			whole &= !isnan(c->tail[t][i]);
		for (size_t i = 0; i < c->n && !whole; i++)
			c->tail[t][i] = NAN;
	}
}

/*
 * Return the number of rows up to the last run that was done. Runs are done in the order of the
 * rows, so one that is missing before that was lost, and may be missing because of what it was.
 */
static size_t count_rows_begun(const struct summary *s)
{
	size_t n = s->n_rows;

	while (n && s->rows[n - 1].status == STATUS_MISSING)
		n--;
	return n;
}

static void collect_runs(struct verdicts *v, struct verdict_cell *c)
{
	const struct summary *s = v->sum;
	const size_t begun = count_rows_begun(s);
	struct hist h = {};
	bool whole = true;

	c->iops = bl_zalloc(s->n_rows * sizeof(*c->iops));
	c->block = bl_zalloc(s->n_rows * sizeof(*c->block));
	c->failed_block = bl_zalloc(s->n_rows * sizeof(*c->failed_block));
	for (int t = 0; t < TAILS; t++)
		c->tail[t] = bl_zalloc(s->n_rows * sizeof(*c->tail[t]));
	for (size_t i = 0; i < s->n_rows; i++) {
		const struct sum_row *r = &s->rows[i];

		if (r->kind != KIND_TIME || strcmp(r->label, c->label) ||
		    strcmp(r->job, c->job))
			continue;
		c->config = r;
		c->planned++;
		if (r->status == STATUS_FAILED || r->status == STATUS_INVALID ||
		    (r->status == STATUS_MISSING && i < begun))
			c->failed_block[c->n_failed++] = r->block;
		if (r->status != STATUS_OK)
			continue;
		add_tails(c, c->n, &r->hist);
		c->block[c->n] = r->block;
		c->iops[c->n++] = r->fio.iops;
		hist_merge(&h, &r->hist);
		whole &= r->hist.n > 0;
	}
	drop_partial_tails(c);
	/* Without the histogram of each run there is no percentile of all. */
	if (whole) {
		c->clat_p50_ns = hist_percentile(&h, 0.50);
		c->clat_p99_ns = hist_percentile(&h, 0.99);
	}
	hist_free(&h);
}

void cells_make(struct verdicts *v)
{
	static const struct verdict_tail no_tail = {
		.ns = NAN, .ratio = { NAN, NAN, NAN, false, NAN }, .p = NAN, .q = NAN,
		.verdict = V_NO_DATA, .note = "",
	};
	const struct summary *s = v->sum;

	v->cells = bl_zalloc(s->jobs.n * v->labels.n * sizeof(*v->cells));
	for (size_t i = 0; i < s->jobs.n * v->labels.n; i++) {
		struct verdict_cell *c = &v->cells[v->n_cells];
		char *original;

		*c = (struct verdict_cell){
			.job = s->jobs.v[i / v->labels.n], .job_idx = i / v->labels.n,
			.label = v->labels.v[i % v->labels.n], .label_idx = i % v->labels.n,
			.median = STATS_NO_EST, .ratio = STATS_NO_EST,
			.p = NAN, .q = NAN, .floor_pct = NAN, .note = "",
			.clat_p50_ns = NAN, .clat_p99_ns = NAN,
			.tails = { no_tail, no_tail },
		};
		collect_runs(v, c);
		original = pairs_original(&v->labels, c->label);
		c->aa = original;
		free(original);
		c->family = c->aa ? FAMILY_AA : c->config && c->config->unsafe ?
			    FAMILY_CONTROLS : FAMILY_LABELS;
		v->n_cells++;
	}
}

