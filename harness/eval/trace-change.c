// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/trace-change.h"
#include "stats/two-sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- waits of each device ----------------------------------------------------------- */

/* Add a lock's waits in ns per I/O to @x, which has a value for each device. */
static void add_waits(const struct trace_subject *s, const struct trace_lock *l, double *x)
{
	for (unsigned int i = 0; l && i < l->n_wait_of_run; i++)
		if (s->ios_of_run[i] > 0)
			x[i] += l->wait_of_run[i] / s->ios_of_run[i];
}

/* Return the waits of each device for a lock, or for all locks without @name. */
static double *waits_of(const struct trace_subject *s, const char *name)
{
	double *x = bl_zalloc((s->runs[COLLECT_LOCKS] + 1) * sizeof(*x));

	for (size_t i = 0; i < s->n_locks; i++)
		if (!name || !strcmp(s->locks[i].name, name))
			add_waits(s, &s->locks[i], x);
	return x;
}

static double mean_of(const struct trace_subject *s, const char *name)
{
	double ns = 0;

	for (size_t i = 0; i < s->n_locks; i++)
		if (!name || !strcmp(s->locks[i].name, name))
			ns += s->locks[i].wait_ns;
	return s->ios[COLLECT_LOCKS] > 0 ? ns / s->ios[COLLECT_LOCKS] : NAN;
}

/* Replace the values by their logarithms. Return false if one has none. */
static bool take_logs(double *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!(x[i] > 0))
			return false;
		x[i] = log(x[i]);
	}
	return true;
}

static const struct lock_change no_change = {
	.old = NAN, .new = NAN, .difference = { NAN, NAN, NAN, false },
	.ratio = { NAN, NAN, NAN, false }, .p = NAN, .q = NAN,
};

static struct lock_change compare_lock(const struct trace_subject *old,
				       const struct trace_subject *new, const char *name)
{
	double *x = waits_of(new, name), *y = waits_of(old, name);
	size_t n = new->runs[COLLECT_LOCKS], m = old->runs[COLLECT_LOCKS];
	struct lock_change c = no_change;
	double p;

	c.name = name;
	c.old = mean_of(old, name);
	c.new = mean_of(new, name);

	stats_shift_between(x, n, y, m, 0, &c.difference, &c.p);
	if (take_logs(x, n) && take_logs(y, m) &&
	    !stats_shift_between(x, n, y, m, 0, &c.ratio, &p)) {
		c.ratio.value = exp(c.ratio.value);
		c.ratio.lo = exp(c.ratio.lo);
		c.ratio.hi = exp(c.ratio.hi);
	}
	free(x);
	free(y);
	return c;
}

/* --- all locks -------------------------------------------------------------------------- */

static bool has_lock(const struct lock_changes *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->v[i].name, name))
			return true;
	return false;
}

static void add_locks(struct lock_changes *c, const struct trace_subject *of,
		      const struct trace_subject *old, const struct trace_subject *new)
{
	for (size_t i = 0; i < of->n_locks; i++) {
		if (!(of->locks[i].waits > 0) || has_lock(c, of->locks[i].name))
			continue;
		c->v = bl_realloc(c->v, (c->n + 1) * sizeof(*c->v));
		c->v[c->n++] = compare_lock(old, new, of->locks[i].name);
	}
}

static int by_difference(const void *a, const void *b)
{
	const struct lock_change *x = a, *y = b;
	double dx = fabs(x->new - x->old), dy = fabs(y->new - y->old);

	return (dx < dy) - (dx > dy);
}

/* Control the family of the locks that matter. */
static void control_family(struct lock_changes *c)
{
	double *p = bl_zalloc((c->n + 1) * sizeof(*p)), *q = bl_zalloc((c->n + 1) * sizeof(*q));
	double least = TRACE_CHANGE_SHARE * (c->total.old + c->total.new);

	for (size_t i = 0; i < c->n; i++)
		p[i] = c->v[i].old + c->v[i].new >= least ? c->v[i].p : NAN;
	if (rule_control_family(p, q, c->n) >= 0)
		for (size_t i = 0; i < c->n; i++)
			c->v[i].q = q[i];
	free(q);
	free(p);
}

/* Find the locks that fell and rose most; the order of the list is that of the differences. */
static void find_moves(struct lock_changes *c)
{
	for (size_t i = c->n; i--;) {
		const struct lock_change *l = &c->v[i];

		if (!(l->q <= RULE_FDR))
			continue;
		if (l->difference.hi < 0)
			c->from = l;
		if (l->difference.lo > 0)
			c->to = l;
	}
}

static enum contention decide(const struct lock_changes *c)
{
	const struct stats_est *d = &c->total.difference;

	if (!d->has_interval)
		return CONTENTION_UNKNOWN;
	if (d->hi < 0)
		return CONTENTION_FELL;
	if (d->lo > 0)
		return CONTENTION_ROSE;
	return c->from && c->to ? CONTENTION_MOVED : CONTENTION_KEPT;
}

void trace_compare_locks(struct lock_changes *c, const struct trace_subject *old,
			 const struct trace_subject *new)
{
	*c = (struct lock_changes){
		.n_old = old->runs[COLLECT_LOCKS], .n_new = new->runs[COLLECT_LOCKS],
		.total = no_change,
	};
	if (!c->n_old || !c->n_new)
		return;
	add_locks(c, old, old, new);
	add_locks(c, new, old, new);
	c->total = compare_lock(old, new, NULL);
	if (c->n)
		qsort(c->v, c->n, sizeof(*c->v), by_difference);
	control_family(c);
	find_moves(c);
	c->contention = decide(c);
}

void lock_changes_free(struct lock_changes *c)
{
	free(c->v);
	*c = (struct lock_changes){};
}
