// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/order.h"
#include "stats/two-sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_statistics_double.h>

#define MIN_OTHERS	3	/* labels whose median stands for a block */
#define RESOLUTION	1e-4	/* of log IOPS: a smaller scatter is taken for this one */

/* The devices that did all jobs. */
struct devices {
	const struct summary *sum;
	struct bl_strv labels;
	size_t n, jobs;
	size_t *label;		/* of each device */
	int *block;		/* of each device */
	size_t *place;		/* [device * jobs + job]: the job's place on the device, from 0 */
	double *rest;		/* likewise: log IOPS without label and block */
};

/* Sums over the devices of one side of a contrast. */
struct side {
	double n, sum, squares;
};

/* A contrast: the job @other before @job or after it; of the job itself: later or first. */
struct contrast {
	size_t job, other, label;	/* label: the number of labels for all */
	double size;			/* |t| on the scale of the normal distribution */
};

/* --- the devices ---------------------------------------------------------------- */

static size_t find_name(const struct bl_strv *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (!strcmp(names->v[i], name))
			break;
	return i;
}

static bool is_counted(const struct sum_row *r)
{
	return r->kind == KIND_TIME && r->status == STATUS_OK;
}

/* Enter a row. The rows of a device follow each other. */
static void add_row(struct devices *d, const struct sum_row *r, const char **run)
{
	size_t i;

	if (!*run || strcmp(*run, r->run)) {
		*run = r->run;
		if (!bl_strv_has(&d->labels, r->label))
			bl_strv_add(&d->labels, r->label);
		d->label[d->n] = find_name(&d->labels, r->label);
		d->block[d->n++] = r->block;
	}
	i = (d->n - 1) * d->jobs + find_name(&d->sum->jobs, r->job);
	d->place[i] = r->position - 1;
	d->rest[i] = log(r->fio.iops);
}

/* Take the median of each label in each job out of the log IOPS. */
static void remove_labels(struct devices *d, double *x)
{
	for (size_t i = 0; i < d->jobs * d->labels.n; i++) {
		size_t job = i % d->jobs, label = i / d->jobs, n = 0;
		double median;

		for (size_t k = 0; k < d->n; k++)
			if (d->label[k] == label)
				x[n++] = d->rest[k * d->jobs + job];
		median = stats_median(x, n);
		for (size_t k = 0; k < d->n; k++)
			if (d->label[k] == label)
				d->rest[k * d->jobs + job] -= median;
	}
}

/* Return the median of the other devices of a device's block in a job; 0 of too few. */
static double find_block_median(const struct devices *d, size_t device, size_t job,
				const double *rest, double *x)
{
	size_t n = 0;

	for (size_t k = 0; k < d->n; k++)
		if (k != device && d->block[k] == d->block[device])
			x[n++] = rest[k * d->jobs + job];
	return n < MIN_OTHERS ? 0 : stats_median(x, n);
}

static void remove_blocks(struct devices *d, double *x)
{
	double *rest = bl_zalloc(d->n * d->jobs * sizeof(*rest));

	memcpy(rest, d->rest, d->n * d->jobs * sizeof(*rest));
	for (size_t i = 0; i < d->n * d->jobs; i++)
		d->rest[i] -= find_block_median(d, i / d->jobs, i % d->jobs, rest, x);
	free(rest);
}

static void load_devices(struct devices *d, const struct summary *s)
{
	const char *run = NULL;
	double *x;

	*d = (struct devices){ .sum = s, .jobs = s->jobs.n };
	d->label = bl_zalloc((s->n_rows + 1) * sizeof(*d->label));
	d->block = bl_zalloc((s->n_rows + 1) * sizeof(*d->block));
	d->place = bl_zalloc((s->n_rows + 1) * d->jobs * sizeof(*d->place));
	d->rest = bl_zalloc((s->n_rows + 1) * d->jobs * sizeof(*d->rest));
	for (size_t i = 0; i < s->n_rows; i++)
		if (is_counted(&s->rows[i]))
			add_row(d, &s->rows[i], &run);
	x = bl_zalloc((d->n + 1) * sizeof(*x));
	remove_labels(d, x);
	remove_blocks(d, x);
	free(x);
}

static void free_devices(struct devices *d)
{
	bl_strv_free(&d->labels);
	free(d->label);
	free(d->block);
	free(d->place);
	free(d->rest);
}

/* --- contrasts ------------------------------------------------------------------ */

/* Tell on which side of a contrast a device is, by the places of its jobs. */
static bool is_after(const size_t *place, size_t job, size_t other)
{
	return other == job ? place[job] > 0 : place[other] < place[job];
}

static void add_value(struct side *s, double x)
{
	s->n++;
	s->sum += x;
	s->squares += x * x;
}

/* Return |t| of the two sides, on the scale of the normal distribution. */
static double get_size(const struct side *a, const struct side *b)
{
	double n = a->n + b->n, within, t;

	if (!(a->n > 0) || !(b->n > 0) || n < 3)
		return 0;
	within = a->squares - a->sum * a->sum / a->n + b->squares - b->sum * b->sum / b->n;
	n -= 2;
	within = fmax(within, 0) / n + RESOLUTION * RESOLUTION;
	t = (a->sum / a->n - b->sum / b->n) / sqrt(within * (1 / a->n + 1 / b->n));
	return (8 * n + 1) / (8 * n + 3) * sqrt(n * log1p(t * t / n));
}

/* Find the largest contrast of two jobs over the labels, and over all of them. */
static void compare_jobs(const struct devices *d, const size_t *place, size_t job, size_t other,
			 struct side *sides, struct contrast *most)
{
	memset(sides, 0, 2 * (d->labels.n + 1) * sizeof(*sides));
	for (size_t k = 0; k < d->n; k++) {
		size_t after = is_after(&place[k * d->jobs], job, other);
		double x = d->rest[k * d->jobs + job];

		add_value(&sides[2 * d->label[k] + after], x);
		add_value(&sides[2 * d->labels.n + after], x);
	}
	for (size_t i = 0; i <= d->labels.n; i++) {
		double size = get_size(&sides[2 * i], &sides[2 * i + 1]);

		if (size > most->size)
			*most = (struct contrast){ job, other, i, size };
	}
}

/* Find the largest contrast of a job. Of two jobs, "later" is the same as "after the other". */
static struct contrast find_largest(const struct devices *d, const size_t *place, size_t job,
				    struct side *sides)
{
	struct contrast most = { .job = job, .other = job, .label = d->labels.n };

	for (size_t other = 0; other < d->jobs; other++)
		if (other != job || d->jobs > 2)
			compare_jobs(d, place, job, other, sides, &most);
	return most;
}

/* Draw the orders of all devices again. @order is scratch of one device. */
static void draw_orders(const struct devices *d, gsl_rng *rng, size_t *place, size_t *order)
{
	for (size_t k = 0; k < d->n; k++) {
		for (size_t i = 0; i < d->jobs; i++)
			order[i] = i;
		gsl_ran_shuffle(rng, order, d->jobs, sizeof(*order));
		for (size_t i = 0; i < d->jobs; i++)
			place[k * d->jobs + order[i]] = i;
	}
}

/* --- what is said --------------------------------------------------------------- */

/*
 * Take the range of all differences for the interval of two small samples, if they are not too
 * small for that: it is the widest interval of the rank-sum test.
 */
static void take_range(const double *x, size_t n, const double *y, size_t m, struct stats_est *est)
{
	double outside = 2 / gsl_sf_choose(n + m, n);

	if (outside > 1 - STATS_LEVEL)
		return;
	est->lo = gsl_stats_min(x, 1, n) - gsl_stats_max(y, 1, m);
	est->hi = gsl_stats_max(x, 1, n) - gsl_stats_min(y, 1, m);
	est->coverage = 1 - outside;
	est->has_interval = true;
}

/* Estimate the ratio of a contrast from the devices on its two sides. */
static void estimate(const struct devices *d, const struct contrast *c, struct order_effect *e)
{
	double *after = bl_zalloc((d->n + 1) * sizeof(*after));
	double *before = bl_zalloc((d->n + 1) * sizeof(*before));
	double p;

	for (size_t k = 0; k < d->n; k++) {
		double x = d->rest[k * d->jobs + c->job];

		if (c->label < d->labels.n && d->label[k] != c->label)
			continue;
		if (is_after(&d->place[k * d->jobs], c->job, c->other))
			after[e->n_after++] = x;
		else
			before[e->n_before++] = x;
	}
	e->ratio = STATS_NO_EST;
	if (e->n_after && e->n_before &&
	    !stats_shift_between(after, e->n_after, before, e->n_before, 0, &e->ratio, &p)) {
		if (!e->ratio.has_interval)
			take_range(after, e->n_after, before, e->n_before, &e->ratio);
		e->ratio.value = exp(e->ratio.value);
		e->ratio.lo = exp(e->ratio.lo);
		e->ratio.hi = exp(e->ratio.hi);
	}
	free(after);
	free(before);
}

/* The label's name must outlive the devices: find it in the rows. */
static const char *name_label(const struct devices *d, size_t label)
{
	for (size_t i = 0; label < d->labels.n && i < d->sum->n_rows; i++)
		if (!strcmp(d->sum->rows[i].label, d->labels.v[label]))
			return d->sum->rows[i].label;
	return NULL;
}

static void describe(const struct devices *d, const struct contrast *largest, size_t as_large,
		     struct order_effect *e)
{
	struct contrast c = *largest;

	e->job = d->sum->jobs.v[c.job];
	e->p = (1.0 + as_large) / (1 + ORDER_DRAWS);
	e->found = e->p <= ORDER_LEVEL;
	if (!e->found) {
		c.label = d->labels.n;
		c.other = d->jobs > 2 ? c.job : 1 - c.job;
	}
	e->label = name_label(d, c.label);
	e->other = c.other == c.job ? NULL : d->sum->jobs.v[c.other];
	estimate(d, &c, e);
}

/* Count, for each job, the draws with a contrast of any job as large as its largest one. */
static void count_draws(const struct devices *d, const struct contrast *largest, struct side *sides,
			size_t *as_large)
{
	size_t *place = bl_zalloc(d->n * d->jobs * sizeof(*place));
	size_t *order = bl_zalloc(d->jobs * sizeof(*order));
	unsigned long long seed = bl_json_int(d->sum->plan, "seed", 1);
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	/* Not the draws that made the plan. */
	seed ^= 0x6f72646572ULL;
	gsl_rng_set(rng, (seed ^ seed >> 32) & 0xffffffff);
	for (size_t i = 0; i < ORDER_DRAWS; i++) {
		double most = 0;

		draw_orders(d, rng, place, order);
		for (size_t job = 0; job < d->jobs; job++)
			most = fmax(most, find_largest(d, place, job, sides).size);
		for (size_t job = 0; job < d->jobs; job++)
			as_large[job] += most >= largest[job].size;
	}
	gsl_rng_free(rng);
	free(order);
	free(place);
}

void order_find_effects(struct order_effects *e, const struct summary *s)
{
	struct contrast *largest;
	struct devices d;
	struct side *sides;
	size_t *as_large;

	*e = (struct order_effects){};
	if (s->order != ORDER_RANDOM || s->jobs.n < 2)
		return;
	load_devices(&d, s);
	if (!d.n)
		goto out;
	largest = bl_zalloc(d.jobs * sizeof(*largest));
	as_large = bl_zalloc(d.jobs * sizeof(*as_large));
	sides = bl_zalloc(2 * (d.labels.n + 1) * sizeof(*sides));
	for (size_t job = 0; job < d.jobs; job++)
		largest[job] = find_largest(&d, d.place, job, sides);
	count_draws(&d, largest, sides, as_large);
	e->n = d.jobs;
	e->jobs = bl_zalloc(d.jobs * sizeof(*e->jobs));
	for (size_t job = 0; job < d.jobs; job++)
		describe(&d, &largest[job], as_large[job], &e->jobs[job]);
	free(sides);
	free(as_large);
	free(largest);
out:
	free_devices(&d);
}

void order_free_effects(struct order_effects *e)
{
	free(e->jobs);
	*e = (struct order_effects){};
}
