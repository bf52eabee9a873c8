// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/compare.h"
#include "stats/rank.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Return the logarithms of a cell's ratios to its baseline, or of its IOPS. The caller frees it. */
static double *log_sample(const struct verdicts *v, const struct verdict_cell *c, bool plain, size_t *n)
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
	double *x = log_sample(vb, b, c->plain, &c->n_b), *y = log_sample(va, a, c->plain, &c->n_a);

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

static void decide(struct comparison *c, double same_pct)
{
	double floor = isnan(c->floor_pct) ? 0 : rule_log_of_pct(c->floor_pct);
	double same = rule_log_of_pct(same_pct);

	c->margin_pct = rule_pct_of_log(fmax(floor, same));
	if (c->verdict == V_INCONCLUSIVE)
		c->verdict = rule_decide(&c->ratio, c->q, floor, same, &c->note);
}

static int control_family(struct comparisons *cs)
{
	double *p = bl_zalloc(cs->n * sizeof(*p)), *q = bl_zalloc(cs->n * sizeof(*q));
	long members;

	for (size_t i = 0; i < cs->n; i++)
		p[i] = cs->c[i].p;
	members = rule_control_family(p, q, cs->n);
	for (size_t i = 0; i < cs->n; i++)
		cs->c[i].q = q[i];
	free(q);
	free(p);
	return members < 0 ? members : 0;
}

static bool is_wanted(const struct verdict_cell *c, const char *label, const char *job)
{
	return !c->aa && (!label || !strcmp(label, c->label)) && (!job || !strcmp(job, c->job));
}

/* Add "LABEL in JOB" to @out for each cell that @a has and @b does not have. */
static void add_missing(const struct verdicts *a, const struct verdicts *b, const char *label,
		    const char *job, struct bl_strv *out)
{
	for (size_t i = 0; i < a->n_cells; i++) {
		const struct verdict_cell *c = &a->cells[i];
		char *text;

		if (!is_wanted(c, label, job) || verdict_find(b, c->label, c->job))
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

int compare_campaigns(struct comparisons *cs, const struct verdicts *a, const struct verdicts *b,
		      const char *label, const char *job)
{
	int err = check_comparable(a, b);

	*cs = (struct comparisons){};
	if (err)
		return err;
	cs->c = bl_zalloc(a->n_cells * sizeof(*cs->c));
	for (size_t i = 0; i < a->n_cells; i++) {
		const struct verdict_cell *x = &a->cells[i];
		const struct verdict_cell *y = verdict_find(b, x->label, x->job);

		if (!is_wanted(x, label, job) || !y)
			continue;
		cs->c[cs->n] = (struct comparison){
			.label = x->label, .job = x->job, .a = NAN, .b = NAN,
			.plain = !strcmp(x->label, a->sum->baseline),
			.ratio = { NAN, NAN, NAN, false }, .p = NAN, .q = NAN,
			.floor_pct = fmax(x->floor_pct, y->floor_pct), .note = "",
		};
		estimate(&cs->c[cs->n++], a, x, b, y);
	}
	add_missing(a, b, label, job, &cs->only_a);
	add_missing(b, a, label, job, &cs->only_b);
	if (!cs->n) {
		bl_err("%s and %s have no label in the same job in common%s%s%s%s", a->sum->name,
		       b->sum->name, label ? ", or not " : "", label ? label : "",
		       job ? " in " : "", job ? job : "");
		return -EINVAL;
	}
	err = control_family(cs);
	for (size_t i = 0; i < cs->n && !err; i++)
		decide(&cs->c[i], a->same_pct);
	return err;
}

void comparisons_free(struct comparisons *cs)
{
	free(cs->c);
	bl_strv_free(&cs->only_a);
	bl_strv_free(&cs->only_b);
	*cs = (struct comparisons){};
}
