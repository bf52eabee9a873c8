// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/compare.h"
#include "eval/sample.h"
#include "stats/two-sample.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_icount(const struct verdicts *v)
{
	return !strcmp(v->sum->plane, "icount");
}

/*
 * Set the ratio of @x to @y with its interval and p, and a note if there can be no verdict.
 * @boot_sd is the standard deviation of a logarithm between boots, NaN if it is not known.
 */
static void estimate(struct comparison *c, const struct sample *x, const struct sample *y,
		     double boot_sd)
{
	double hidden = sample_hidden(x) + sample_hidden(y);
	bool known = hidden == 0 || !isnan(boot_sd);

	if (stats_shift_between(x->x, x->n, y->x, y->n, known && hidden > 0 ? boot_sd * sqrt(hidden) : 0,
			&c->ratio, &c->p))
		return;
	c->a = exp(stats_median(y->x, y->n));
	c->b = exp(stats_median(x->x, x->n));
	c->ratio.value = exp(c->ratio.value);
	c->ratio.lo = exp(c->ratio.lo);
	c->ratio.hi = exp(c->ratio.hi);
	if (*c->note) {
		c->p = NAN;
	} else if (!c->ratio.has_interval) {
		c->note = "too few blocks for an interval";
	} else if (!known) {
		/* An interval without the scatter between boots would only look narrow. */
		c->ratio.lo = c->ratio.hi = c->p = NAN;
		c->ratio.has_interval = false;
		c->note = "the scatter between boots is not known";
	}
}

/* Return what forbids a verdict on a cell of one campaign, whatever the numbers are, or NULL. */
static const char *objection_to(const struct verdicts *v, const struct verdict_cell *c)
{
	if (rule_failed_too_often(c->lost, c->tried))
		return "too many of its blocks failed";
	if (v->aa[c->job_idx].state > AA_CLEAN)
		return "the A/A pair is not clean";
	if (c->groups.n_small > 1)
		return "two groups of devices";
	return NULL;
}

/* Set what forbids a verdict on a cell, whatever the numbers are. */
static void set_objection(struct comparison *c, const struct verdicts *va,
			  const struct verdict_cell *a, const struct verdicts *vb,
			  const struct verdict_cell *b)
{
	const struct verdict_cell *of = a->verdict == V_UNVERIFIED ? a : b;
	const char *old = objection_to(va, a), *new = objection_to(vb, b);

	c->verdict = V_INCONCLUSIVE;
	if (of->verdict == V_UNVERIFIED) {
		c->verdict = V_UNVERIFIED;
		c->note = of->note;
	} else if (!c->n_a || !c->n_b) {
		c->verdict = V_NO_DATA;
		c->note = "no valid run beside one of the baseline";
	} else if (old || new) {
		c->note = old ? old : new;
	} else if (c->plain && !is_icount(va)) {
		c->verdict = V_BASELINE;
	}
}

/* The baseline of two days has no interval: blocks do not show how days differ. */
static void drop_interval(struct comparison *c)
{
	c->ratio.lo = c->ratio.hi = c->p = NAN;
	c->ratio.has_interval = false;
	c->note = "no verdict: its times are of two days";
}

static void compare_cell(struct comparison *c, const struct verdicts *va,
			 const struct verdict_cell *a, const struct verdicts *vb,
			 const struct verdict_cell *b, double boot_sd)
{
	struct sample x, y;

	sample_make(&y, va, a, c->plain);
	sample_make(&x, vb, b, c->plain);
	c->n_a = y.n;
	c->n_b = x.n;
	c->boots_a = y.boots;
	c->boots_b = x.boots;
	c->hidden = sample_hidden(&x) + sample_hidden(&y) > 0;
	set_objection(c, va, a, vb, b);
	if (c->verdict == V_INCONCLUSIVE || c->verdict == V_BASELINE)
		estimate(c, &x, &y, boot_sd);
	if (c->verdict == V_BASELINE)
		drop_interval(c);
	sample_free(&x);
	sample_free(&y);
}

/*
 * Decide a cell by the margins of both campaigns, which may have declared different ones. The
 * margin that is shown is the one by which it is the harder to be the same.
 */
static void decide(struct comparison *c, const double same_pct[2])
{
	double floor = isnan(c->floor_pct) ? 0 : rule_log_of_pct(c->floor_pct);
	enum verdict by[2];

	c->margin_pct = fmin(same_pct[0], same_pct[1]);
	if (c->verdict != V_INCONCLUSIVE || *c->note)
		return;
	for (size_t i = 0; i < 2; i++)
		by[i] = rule_decide(&c->ratio, c->q, floor, rule_log_of_pct(same_pct[i]), &c->note);
	c->verdict = by[0] == by[1] ? by[0] : V_INCONCLUSIVE;
	if (by[0] != by[1])
		c->note = "the margins of the two campaigns give different verdicts";
}

/* Control one family. The labels must not gain from controls, which differ by far. */
static int control_family(struct comparisons *cs, enum verdict_family family)
{
	double *p = bl_zalloc(cs->n * sizeof(*p)), *q = bl_zalloc(cs->n * sizeof(*q));
	long members;

	for (size_t i = 0; i < cs->n; i++)
		p[i] = cs->c[i].family == family ? cs->c[i].p : NAN;
	members = rule_control_family(p, q, cs->n);
	for (size_t i = 0; i < cs->n; i++)
		if (cs->c[i].family == family)
			cs->c[i].q = q[i];
	free(q);
	free(p);
	return members < 0 ? members : 0;
}

static bool is_wanted(const struct verdict_cell *c, const struct compare_options *o)
{
	return !c->aa && (!o->label || !strcmp(o->label, c->label)) &&
	       (!o->job || !strcmp(o->job, c->job));
}

/* Add "LABEL in JOB" to @out for each cell that @a has and @b does not have. */
static void add_missing(const struct verdicts *a, const struct verdicts *b,
			const struct compare_options *o, struct bl_strv *out)
{
	for (size_t i = 0; i < a->n_cells; i++) {
		const struct verdict_cell *c = &a->cells[i];
		char *text;

		if (!is_wanted(c, o) || verdict_find(b, c->label, c->job))
			continue;
		text = bl_fmt("%s in %s", c->label, c->job);
		bl_strv_add(out, text);
		free(text);
	}
}

static int check_comparable(const struct verdicts *a, const struct verdicts *b)
{
	if (strcmp(a->sum->baseline, b->sum->baseline)) {
		bl_err("%s has the baseline %s, %s has %s: campaigns with different baselines "
		       "cannot be compared", a->sum->name, a->sum->baseline, b->sum->name, b->sum->baseline);
		return -EINVAL;
	}
	if (strcmp(a->sum->plane, b->sum->plane)) {
		bl_err("%s is of the plane %s, %s of %s: their clocks count different things",
		       a->sum->name, a->sum->plane, b->sum->name, b->sum->plane);
		return -EINVAL;
	}
	return 0;
}

/* Return the standard deviation between boots, in per cent; NaN if it is not known. */
static double choose_boot_sd(const struct verdicts *v, const struct compare_options *o)
{
	if (!isnan(o->boot_sd_pct))
		return o->boot_sd_pct;
	return is_icount(v) ? COMPARE_ICOUNT_SD_PCT : NAN;
}

static void compare_cells(struct comparisons *cs, const struct verdicts *a,
			  const struct verdicts *b, const struct compare_options *o)
{
	double boot_sd = rule_log_of_pct(cs->boot_sd_pct);

	cs->c = bl_zalloc((a->n_cells + 1) * sizeof(*cs->c));
	for (size_t i = 0; i < a->n_cells; i++) {
		const struct verdict_cell *x = &a->cells[i];
		const struct verdict_cell *y = verdict_find(b, x->label, x->job);
		struct comparison *c = &cs->c[cs->n];

		if (!is_wanted(x, o) || !y)
			continue;
		*c = (struct comparison){
			.label = x->label, .job = x->job, .a = NAN, .b = NAN,
			.family = strcmp(x->label, a->sum->baseline) ? x->family :
				  FAMILY_CONTROLS,
			.plain = !strcmp(x->label, a->sum->baseline),
			.ratio = STATS_NO_EST, .p = NAN, .q = NAN,
			.floor_pct = fmax(x->floor_pct, y->floor_pct), .note = "",
		};
		compare_cell(c, a, x, b, y, boot_sd);
		cs->hidden |= c->hidden;
		cs->n++;
	}
}

int compare_campaigns(struct comparisons *cs, const struct verdicts *a, const struct verdicts *b,
		      const struct compare_options *o)
{
	double same_pct[] = { a->same_pct, b->same_pct };
	int err = check_comparable(a, b);

	*cs = (struct comparisons){ .boot_sd_pct = NAN };
	if (err)
		return err;
	cs->boot_sd_pct = choose_boot_sd(a, o);
	compare_cells(cs, a, b, o);
	add_missing(a, b, o, &cs->only_a);
	add_missing(b, a, o, &cs->only_b);
	if (!cs->n) {
		bl_err("%s and %s have no label in the same job in common%s%s%s%s", a->sum->name,
		       b->sum->name, o->label ? ", or not " : "", o->label ? o->label : "",
		       o->job ? " in " : "", o->job ? o->job : "");
		return -EINVAL;
	}
	for (int family = 0; family < FAMILIES && !err; family++)
		err = control_family(cs, family);
	for (size_t i = 0; i < cs->n && !err; i++)
		decide(&cs->c[i], same_pct);
	return err;
}

void comparisons_free(struct comparisons *cs)
{
	free(cs->c);
	bl_strv_free(&cs->only_a);
	bl_strv_free(&cs->only_b);
	*cs = (struct comparisons){};
}
