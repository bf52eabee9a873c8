// SPDX-License-Identifier: GPL-2.0-or-later
/* Judges the cells of one campaign. rule.h has the rule. */
#include "eval/cells.h"
#include "eval/pairs.h"
#include "eval/verdict.h"
#include "plan/plan.h"
#include "proto/accel.h"
#include "stats/rank.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct verdict_cell *verdict_find(const struct verdicts *v, const char *label,
					const char *job)
{
	return pairs_find_cell(v, label, job);
}

size_t verdict_pairs(const struct verdict_cell *a, const struct verdict_cell *b,
		     double **x, double **y)
{
	return pairs_values(a, b, METRIC_IOPS, x, y);
}

/* --- estimates -------------------------------------------------------------- */

static void estimate_tail(const struct verdicts *v, struct verdict_cell *c,
			  const struct verdict_cell *base, int t)
{
	struct verdict_tail *tail = &c->tails[t];
	double *x, *y;
	size_t n;

	n = pairs_values(c, c, t, &x, &y);
	tail->ns = stats_median(x, n);
	free(x);
	free(y);
	if (isnan(tail->ns)) {
		tail->note = "too few I/Os above it";
		return;
	}
	if (c == base) {
		tail->verdict = V_BASELINE;
		tail->ratio.value = 1;
		return;
	}
	n = pairs_estimate(c, base, t, &tail->ratio, &tail->p, &tail->groups);
	pairs_drop_close_groups(&tail->groups, pairs_margin(v, t));
	tail->verdict = n ? V_INCONCLUSIVE : V_NO_DATA;
	if (!n)
		tail->note = isnan(base->tails[t].ns) ? "the baseline has too few I/Os" :
							"no block in common with the baseline";
	else if (!tail->ratio.has_interval)
		tail->note = "too few common blocks for an interval";
}

static void compare_to_baseline(const struct verdicts *v, struct verdict_cell *c,
				const struct verdict_cell *base)
{
	c->n_common = pairs_estimate(c, base, METRIC_IOPS, &c->ratio, &c->p, &c->groups);
	pairs_drop_close_groups(&c->groups, pairs_margin(v, METRIC_IOPS));
	pairs_count_lost(c, base, &c->tried, &c->lost);
	c->verdict = V_INCONCLUSIVE;
	if (!c->n_common) {
		c->verdict = V_NO_DATA;
		c->note = "no block in common with the baseline";
	} else if (!c->ratio.has_interval) {
		c->note = "too few common blocks for an interval";
	}
}

/* Take the runs of a label out whose verify run found wrong data: they are in summary.csv only. */
static void drop_runs(struct verdict_cell *c)
{
	c->n = c->n_failed = 0;
	c->clat_p50_ns = c->clat_p99_ns = NAN;
}

static void set_verdict(struct verdict_cell *c, enum verdict verdict, const char *note)
{
	c->verdict = verdict;
	c->note = note;
}

static void estimate_cell(struct verdicts *v, struct verdict_cell *c)
{
	const struct verdict_cell *base = pairs_find_cell(v, v->sum->baseline, c->job);
	const char *note;
	bool wrong;

	note = cells_verify_problem(v, c->label, &wrong);
	if (wrong) {
		drop_runs(c);
		set_verdict(c, V_UNVERIFIED, note);
		return;
	}
	if (!c->n) {
		set_verdict(c, V_NO_DATA, "no valid run");
		return;
	}
	stats_median_est(c->iops, c->n, &c->median);
	if (!base->n) {
		set_verdict(c, V_NO_DATA, "the baseline has no valid run");
		return;
	}
	for (int t = 0; t < TAILS; t++)
		estimate_tail(v, c, base, t);
	if (c == base) {
		c->verdict = V_BASELINE;
		c->n_common = c->n;
		pairs_count_lost(c, c, &c->tried, &c->lost);
		c->ratio.value = 1;
		return;
	}
	compare_to_baseline(v, c, base);
	if (note)
		set_verdict(c, V_UNVERIFIED, note);
}

/* --- families ----------------------------------------------------------------- */

static double *p_of(struct verdict_cell *c, int metric)
{
	return metric == METRIC_IOPS ? &c->p : &c->tails[metric].p;
}

static double *q_of(struct verdict_cell *c, int metric)
{
	return metric == METRIC_IOPS ? &c->q : &c->tails[metric].q;
}

/* Control one family of one metric. Return the number of its members, or a negative errno. */
static long control_family(struct verdicts *v, enum verdict_family family, int metric)
{
	double *p = bl_zalloc((v->n_cells + 1) * sizeof(*p));
	double *q = bl_zalloc((v->n_cells + 1) * sizeof(*q));
	long members;

	for (size_t i = 0; i < v->n_cells; i++)
		p[i] = v->cells[i].family == family ? *p_of(&v->cells[i], metric) : NAN;
	members = rule_control_family(p, q, v->n_cells);
	for (size_t i = 0; i < v->n_cells; i++)
		if (v->cells[i].family == family)
			*q_of(&v->cells[i], metric) = q[i];
	free(q);
	free(p);
	return members;
}

static int control_families(struct verdicts *v)
{
	for (int metric = METRIC_IOPS; metric < TAILS; metric++) {
		for (int family = 0; family < FAMILIES; family++) {
			long members = control_family(v, family, metric);

			if (members < 0)
				return members;
			if (metric == METRIC_IOPS && family == FAMILY_LABELS)
				v->n_family = members;
		}
	}
	return 0;
}

/* --- decisions ------------------------------------------------------------------ */

/* Tell whether each block by itself has the verdict. */
static bool is_of_all_blocks(const struct stats_groups *g, double margin, enum verdict verdict)
{
	switch (verdict) {
	case V_FASTER:
		return g->min > margin;
	case V_SLOWER:
		return g->max < -margin;
	case V_SAME:
		return g->min >= -margin && g->max <= margin;
	default:
		return false;
	}
}

/* The facts beside its interval that decide one comparison. */
struct conditions {
	const struct verdict_aa *aa;
	const struct verdict_cell *cell;
	const struct stats_groups *groups;
	double q, margin;
	const char *groups_note;
};

/* Decide a comparison that has an interval. @ratio is of speeds: above 1 is faster. */
static enum verdict decide(const struct stats_est *ratio, const struct conditions *c,
			   const char **note)
{
	/* A copy has no floor, which would be its own, and does not depend on its own state. */
	bool copy = c->cell->aa;
	double floor = copy || isnan(c->aa->floor) ? 0 : c->aa->floor;
	enum verdict verdict;

	if (!ratio->has_interval)
		return V_INCONCLUSIVE;
	if (rule_failed_too_often(c->cell->lost, c->cell->tried))
		*note = "too many of its blocks failed";
	else if (!copy && c->aa->state > AA_CLEAN)
		*note = "the A/A pair is not clean";
	if (**note)
		return V_INCONCLUSIVE;
	verdict = rule_decide(ratio, c->q, floor, c->margin, note);
	if (c->groups->n_small < 2 || is_of_all_blocks(c->groups, c->margin, verdict))
		return verdict;
	if (!**note)
		*note = c->groups_note;
	return V_INCONCLUSIVE;
}

/* Return the ratio of speeds for one of latencies. */
static struct stats_est invert(const struct stats_est *e)
{
	struct stats_est inverse = *e;

	inverse.value = 1 / e->value;
	inverse.lo = 1 / e->hi;
	inverse.hi = 1 / e->lo;
	return inverse;
}

static struct stats_groups invert_groups(const struct stats_groups *g)
{
	struct stats_groups inverse = *g;

	inverse.min = -g->max;
	inverse.max = -g->min;
	return inverse;
}

static void decide_tail(const struct verdicts *v, struct verdict_cell *c, int t)
{
	struct verdict_tail *tail = &c->tails[t];
	struct stats_est speed = invert(&tail->ratio);
	struct stats_groups groups = invert_groups(&tail->groups);
	struct conditions conditions = {
		.aa = &v->tail_aa[c->job_idx * TAILS + t], .cell = c, .groups = &groups,
		.q = tail->q, .margin = pairs_margin(v, t), .groups_note = "two groups of blocks",
	};

	if (tail->verdict != V_INCONCLUSIVE)
		return;
	if (c->verdict == V_UNVERIFIED) {
		tail->verdict = V_UNVERIFIED;
		tail->note = c->note;
	} else {
		tail->verdict = decide(&speed, &conditions, &tail->note);
	}
}

static void decide_cell(const struct verdicts *v, struct verdict_cell *c)
{
	struct conditions conditions = {
		.aa = &v->aa[c->job_idx], .cell = c, .groups = &c->groups, .q = c->q,
		.margin = pairs_margin(v, METRIC_IOPS), .groups_note = "two groups of devices",
	};

	c->floor_pct = rule_pct_of_log(conditions.aa->floor);
	c->margin_pct = v->same_pct;
	if (c->verdict == V_INCONCLUSIVE)
		c->verdict = decide(&c->ratio, &conditions, &c->note);
	for (int t = 0; t < TAILS; t++)
		decide_tail(v, c, t);
}

/* --- the campaign ----------------------------------------------------------------- */

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

/* Return the margin of a plan that is older than the key, which declares none. */
static double default_margin(const char *plane)
{
	int p = bl_find_name(plane_names, PLANES, plane);

	return plan_default_margin(p < 0 ? PLANE_VM : p);
}

static void set_margins(struct verdicts *v, double same_pct)
{
	double declared = bl_json_num(v->sum->plan, "same_within", 0);

	v->same_pct = declared > 0 ? declared : default_margin(v->sum->plane);
	v->margin_source = declared > 0 ? MARGIN_DECLARED : MARGIN_DEFAULT;
	if (same_pct > 0 && same_pct != declared) {
		v->same_pct = same_pct;
		v->margin_source = MARGIN_CHOSEN;
	}
	declared = bl_json_num(v->sum->plan, "tail_within", 0);
	v->tail_pct = declared > 0 ? declared : PLAN_TAIL_WITHIN;
	v->tail_source = declared > 0 ? MARGIN_DECLARED : MARGIN_DEFAULT;
}

int verdicts_make(struct verdicts *v, const struct summary *sum, double same_pct)
{
	int err;

	*v = (struct verdicts){ .sum = sum };
	for (size_t i = 0; i < sum->n_rows; i++)
		v->verified |= sum->rows[i].kind == KIND_VERIFY;
	set_margins(v, same_pct);
	err = cells_order_labels(v);
	if (err)
		goto fail;
	cells_make(v);
	/* The baseline comes first in each job, so it is estimated before the others need it. */
	for (size_t i = 0; i < v->n_cells; i++)
		estimate_cell(v, &v->cells[i]);
	err = control_families(v);
	if (err)
		goto fail;
	pairs_check_aa(v);
	for (size_t i = 0; i < v->n_cells; i++)
		decide_cell(v, &v->cells[i]);
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
		free(v->cells[i].failed_block);
		for (int t = 0; t < TAILS; t++)
			free(v->cells[i].tail[t]);
	}
	free(v->cells);
	free(v->aa);
	free(v->tail_aa);
	bl_strv_free(&v->labels);
	*v = (struct verdicts){};
}

double verdict_insns(const struct verdicts *v, const struct verdict_cell *c)
{
	if (strcmp(v->sum->accel, "icount"))
		return NAN;
	return 1e9 / (1 << ACCEL_ICOUNT_SHIFT) / c->median.value;
}

size_t verdicts_count_aa(const struct verdicts *v, size_t *excludes_1)
{
	size_t n = 0;

	*excludes_1 = 0;
	for (size_t i = 0; i < v->n_cells; i++) {
		if (!v->cells[i].aa || !v->cells[i].ratio.has_interval)
			continue;
		n++;
		*excludes_1 += rule_excludes_1(&v->cells[i].ratio);
	}
	return n;
}
