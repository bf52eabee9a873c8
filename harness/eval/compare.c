// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/compare.h"
#include "stats/rank.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Logarithms of a cell's ratios to its baseline, or of its IOPS. To be freed. */
static double *sample(const struct verdicts *v, const struct verdict_cell *c, bool plain, size_t *n)
{
	const struct verdict_cell *base = verdict_find(v, v->sum->baseline, c->job);
	double *x = NULL, *y = NULL;

	if (plain || !base) {
		x = bl_zalloc(c->n * sizeof(*x));
		for (*n = 0; *n < c->n; (*n)++)
			x[*n] = log(c->iops[*n]);
		return x;
	}
	*n = verdict_pairs(c, base, &x, &y);
	for (size_t i = 0; i < *n; i++)
		x[i] = log(x[i] / y[i]);
	free(y);
	return x;
}

static void estimate(struct comparison *c, const struct verdicts *va, const struct verdict_cell *a,
		     const struct verdicts *vb, const struct verdict_cell *b)
{
	double *x = sample(vb, b, c->plain, &c->n_b), *y = sample(va, a, c->plain, &c->n_a);

	c->verdict = V_INCONCLUSIVE;
	if (a->verdict == V_UNVERIFIED || b->verdict == V_UNVERIFIED) {
		c->verdict = V_UNVERIFIED;
		c->note = a->verdict == V_UNVERIFIED ? a->note : b->note;
	} else if (!c->n_a || !c->n_b) {
		c->verdict = V_NO_DATA;
		c->note = "no valid run beside one of the baseline";
	} else if (!stats_shift(x, c->n_b, y, c->n_a, &c->ratio)) {
		c->a = exp(stats_median(y, c->n_a));
		c->b = exp(stats_median(x, c->n_b));
		c->ratio.value = exp(c->ratio.value);
		c->ratio.lo = exp(c->ratio.lo);
		c->ratio.hi = exp(c->ratio.hi);
		if (c->ratio.has_interval)
			c->p = stats_mann_whitney_p(x, c->n_b, y, c->n_a);
		else
			c->note = "too few blocks for an interval";
	}
	free(x);
	free(y);
}

static void judge(struct comparison *c, double floor_pct, double same_pct)
{
	double floor = isnan(floor_pct) ? 0 : log1p(floor_pct / 100), same = log1p(same_pct / 100);
	double margin = fmax(floor, same);
	double most = fmax(fabs(log(c->ratio.lo)), fabs(log(c->ratio.hi)));

	c->floor_pct = floor_pct;
	c->margin_pct = 100 * expm1(margin);
	if (c->verdict != V_INCONCLUSIVE || !c->ratio.has_interval)
		return;
	if (most <= margin) {
		if (margin <= fmax(same, log1p(VERDICT_SAME_MAX / 100)))
			c->verdict = V_SAME;
		else
			c->note = "within the noise, which is too high";
	} else if (c->q <= VERDICT_FDR && c->ratio.lo > 1 && log(c->ratio.value) > floor) {
		c->verdict = V_FASTER;
	} else if (c->q <= VERDICT_FDR && c->ratio.hi < 1 && -log(c->ratio.value) > floor) {
		c->verdict = V_SLOWER;
	}
}

static int control_family(struct comparisons *cs)
{
	double *p = bl_zalloc(cs->n * sizeof(*p));
	size_t n = 0;
	int err;

	for (size_t i = 0; i < cs->n; i++)
		if (!isnan(cs->c[i].p))
			p[n++] = cs->c[i].p;
	err = stats_bh(p, p, n);
	n = 0;
	for (size_t i = 0; i < cs->n && !err; i++)
		if (!isnan(cs->c[i].p))
			cs->c[i].q = p[n++];
	free(p);
	return err;
}

static bool wanted(const struct verdict_cell *c, const char *label, const char *job)
{
	return !c->aa && (!label || !strcmp(label, c->label)) && (!job || !strcmp(job, c->job));
}

/* What @a has and @b has not. */
static void only_in(const struct verdicts *a, const struct verdicts *b, const char *label,
		    const char *job, struct bl_strv *out)
{
	for (size_t i = 0; i < a->n_cells; i++) {
		const struct verdict_cell *c = &a->cells[i];
		char *text;

		if (!wanted(c, label, job) || verdict_find(b, c->label, c->job))
			continue;
		text = bl_fmt("%s in %s", c->label, c->job);
		bl_strv_add(out, text);
		free(text);
	}
}

static int check_both(const struct verdicts *a, const struct verdicts *b)
{
	if (strcmp(a->sum->baseline, b->sum->baseline)) {
		bl_err("%s has the baseline %s, %s has %s: their ratios are not of the same "
		       "thing", a->sum->name, a->sum->baseline, b->sum->name, b->sum->baseline);
		return -EINVAL;
	}
	if (strcmp(a->sum->plane, b->sum->plane)) {
		bl_err("%s is of the plane %s, %s of %s: what their clocks count differs",
		       a->sum->name, a->sum->plane, b->sum->name, b->sum->plane);
		return -EINVAL;
	}
	return 0;
}

int compare(struct comparisons *cs, const struct verdicts *a, const struct verdicts *b,
	    const char *label, const char *job)
{
	int err = check_both(a, b);

	*cs = (struct comparisons){};
	if (err)
		return err;
	cs->c = bl_zalloc(a->n_cells * sizeof(*cs->c));
	for (size_t i = 0; i < a->n_cells; i++) {
		const struct verdict_cell *x = &a->cells[i];
		const struct verdict_cell *y = verdict_find(b, x->label, x->job);

		if (!wanted(x, label, job) || !y)
			continue;
		cs->c[cs->n] = (struct comparison){
			.label = x->label, .job = x->job, .a = NAN, .b = NAN,
			.plain = !strcmp(x->label, a->sum->baseline),
			.ratio = { NAN, NAN, NAN, false }, .p = NAN, .q = NAN,
			.floor_pct = fmax(x->floor_pct, y->floor_pct), .note = "",
		};
		estimate(&cs->c[cs->n++], a, x, b, y);
	}
	only_in(a, b, label, job, &cs->only_a);
	only_in(b, a, label, job, &cs->only_b);
	if (!cs->n) {
		bl_err("%s and %s have no label in the same job in common%s%s%s%s", a->sum->name,
		       b->sum->name, label ? ", or not " : "", label ? label : "",
		       job ? " in " : "", job ? job : "");
		return -EINVAL;
	}
	err = control_family(cs);
	for (size_t i = 0; i < cs->n && !err; i++)
		judge(&cs->c[i], cs->c[i].floor_pct, a->same_pct);
	return err;
}

void compare_free(struct comparisons *cs)
{
	free(cs->c);
	bl_strv_free(&cs->only_a);
	bl_strv_free(&cs->only_b);
	*cs = (struct comparisons){};
}
