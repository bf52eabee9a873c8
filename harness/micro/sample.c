// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Read what a run of `bouncelab micro` has measured.
 *
 * Medians are as measured. Costs are means, less the mean of the floor: of the same loop, in the
 * same process, around functions that do nothing. Means add up, so that the parts of a mapping sum
 * to its total; and the mean of a clock with coarse steps is right where its median is off by half
 * a step. A mean leaves out interruptions: values above 10 times the 90th percentile that are also
 * above LONGEST. Files of schema 1 have no floor; the cost of reading the clock stands in for it.
 */
#include "micro/micro.h"
#include "proto/accel.h"
#include "proto/micro-config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST	20000	/* ns or instructions: longer times can be another task's */

/* Return ns per tick, or instructions per tick on the plane icount. */
static double find_tick_units(const struct micro_campaign *c, const json_t *run)
{
	double ns = 1e6 / bl_json_num(run, "tick_khz", NAN);

	return c->o.plane == PLANE_ICOUNT ? ns / (1 << ACCEL_ICOUNT_SHIFT) : ns;
}

char *micro_find_defect(const json_t *run)
{
	long long wrong = bl_json_int(run, "mismatches", 0);
	long long failed = bl_json_int(run, "failures", 0);

	if (wrong)
		return bl_fmt("%lld of %lld mappings had wrong bytes", wrong,
			      bl_json_int(run, "verified", 0));
	if (failed)
		return bl_fmt("%lld maps or touches failed", failed);
	if (bl_json_int(run, "warnings", 0))
		return bl_fmt("%lld warnings (see above)", bl_json_int(run, "warnings", 0));
	return NULL;
}

/* --- histograms ---------------------------------------------------------------- */

/* The histograms of a run: "buckets" of its mappings, or "floor" of the loop around nothing. */
struct source {
	const json_t *run;
	const char *set;
	double per_tick;
};

static void read_hist(const struct source *from, enum micro_what what, struct hist *h)
{
	const json_t *set = json_object_get(from->run, from->set), *bin;
	const json_t *bins = json_object_get(set, micro_what_names[what]);
	size_t i;

	json_array_foreach(bins, i, bin)
		hist_add(h, json_integer_value(json_array_get(bin, 0)) * from->per_tick / 2,
			 json_integer_value(json_array_get(bin, 1)));
}

static double find_median(const struct source *from, enum micro_what what)
{
	struct hist h = {};
	double median;

	read_hist(from, what, &h);
	median = hist_quantile(&h, 0.5);
	hist_free(&h);
	return median;
}

/* Return the sum of all values that are no interruptions, and how many there are. */
static double sum_core(struct hist *h, double *count)
{
	double limit = fmax(LONGEST, 10 * hist_percentile(h, 0.9)), sum = 0;

	*count = 0;
	for (size_t i = 0; i < h->n; i++) {
		if (h->bins[i].ns > limit)
			continue;
		sum += h->bins[i].ns * h->bins[i].count;
		*count += h->bins[i].count;
	}
	return sum;
}

static double find_mean(const struct source *from, enum micro_what what)
{
	struct hist h = {};
	double count, sum;

	read_hist(from, what, &h);
	sum = sum_core(&h, &count);
	hist_free(&h);
	return count > 0 ? sum / count : NAN;
}

static double find_turn(const struct source *from)
{
	struct hist h = {};
	double mean;

	read_hist(from, MICRO_TURN, &h);
	mean = hist_core_mean(&h);
	hist_free(&h);
	return mean;
}

/* Return the least distance of two values: the step of the clock, if values are that close. */
static double find_step(const struct source *from)
{
	struct hist h = {};
	double step = INFINITY;

	read_hist(from, MICRO_MAP, &h);
	hist_percentile(&h, 0.5);	/* sorts */
	for (size_t i = 1; i < h.n; i++)
		step = fmin(step, h.bins[i].ns - h.bins[i - 1].ns);
	hist_free(&h);
	return isfinite(step) ? step : NAN;
}

/* --- costs --------------------------------------------------------------------- */

static struct micro_times find_means(const struct source *from)
{
	return (struct micro_times){
		.map = find_mean(from, MICRO_MAP), .touch = find_mean(from, MICRO_TOUCH),
		.unmap = find_mean(from, MICRO_UNMAP), .total = find_mean(from, MICRO_TOTAL),
	};
}

/* Set the floor of a run that did not measure it: each part contains one reading of the clock. */
static void assume_floor(struct micro_sample *s, struct micro_times *gross, double clock)
{
	bool touched = !isnan(gross->touch);

	s->floor = (struct micro_times){
		.map = clock, .unmap = clock, .touch = touched ? clock : NAN,
		.total = (touched ? 3 : 2) * clock,
	};
	gross->total = gross->map + gross->unmap + (touched ? gross->touch : 0);
}

/* Return the deferred work of a mapping, NaN where the plane does not time it. */
static double find_deferred(const struct micro_campaign *c, const struct source *from,
			    double operations)
{
	struct hist h = {};
	double count, sum;

	if (c->o.plane != PLANE_NATIVE || c->schema < 2)
		return NAN;
	read_hist(from, MICRO_DEFER, &h);
	sum = sum_core(&h, &count);
	/* Interruptions count as the others of their run, and each run has one reading. */
	sum = count > 0 ? (sum / count - c->clock) * h.total : 0;
	hist_free(&h);
	return fmax(0, sum) / operations;
}

static void find_costs(const struct micro_campaign *c, const struct source *from,
		       struct micro_sample *s)
{
	const struct source floor = { from->run, "floor", from->per_tick };
	struct micro_times gross = find_means(from);

	if (json_object_get(from->run, "floor"))
		s->floor = find_means(&floor);
	else
		assume_floor(s, &gross, c->clock);
	s->net = (struct micro_times){
		.map = gross.map - s->floor.map, .touch = gross.touch - s->floor.touch,
		.unmap = gross.unmap - s->floor.unmap, .total = gross.total - s->floor.total,
	};
	s->defer = find_deferred(c, from, s->operations);
	s->cost = s->net.total + (isnan(s->defer) ? 0 : s->defer);
	/* A copy is between two readings, as a touch of nothing is. */
	s->copy_net = find_mean(from, MICRO_COPY) -
		      (isnan(s->floor.touch) ? c->clock : s->floor.touch);
	s->net_ratio = s->copy_net > 0 ? s->cost / s->copy_net : NAN;
	s->step = find_step(from);
}

/* --- a run --------------------------------------------------------------------- */

static void find_medians(const struct source *from, struct micro_sample *s)
{
	s->pair = hist_quantile(&s->hist, 0.5);
	s->map = find_median(from, MICRO_MAP);
	s->unmap = find_median(from, MICRO_UNMAP);
	s->touch = find_median(from, MICRO_TOUCH);
	s->copy = find_median(from, MICRO_COPY);
	s->ratio = s->pair / s->copy;
	s->turn = find_turn(from);
}

/* Keep what the program says of its compiler; all of them have the same. */
static void note_compiler(struct micro_campaign *c, const json_t *run)
{
	if (c->compiler || !bl_json_str(run, "compiler", NULL))
		return;
	c->compiler = bl_strdup(bl_json_str(run, "compiler", ""));
	c->compiler_options = bl_strdup(bl_json_str(run, "options", ""));
}

char *micro_take_sample(struct micro_campaign *c, const struct micro_cell *cell, const json_t *run,
			struct micro_sample *s)
{
	const struct source from = { run, "buckets", find_tick_units(c, run) };
	double ticks = bl_json_int(run, "ticks", 0);
	char *why = micro_find_defect(run);

	if (why)
		return why;
	s->operations = bl_json_int(run, "operations", 0);
	read_hist(&from, MICRO_PAIR, &s->hist);
	read_hist(&from, MICRO_TOTAL, &s->total);
	if (!s->operations || s->operations != s->hist.total ||
	    (c->schema > 1 && s->operations != s->total.total)) {
		why = bl_fmt("%llu operations, and %.0f in the histogram of pairs, %.0f in that "
			     "of totals", s->operations, s->hist.total, s->total.total);
		micro_free_sample(s);
		return why;
	}
	c->clock = bl_json_int(run, "clock_ticks", 0) * from.per_tick;
	find_medians(&from, s);
	find_costs(c, &from, s);
	note_compiler(c, run);
	/* Each thread was timed for the same time. The plane icount has no seconds. */
	s->rate = s->wall_rate = NAN;
	if (c->o.plane != PLANE_ICOUNT) {
		s->rate = cell->threads * 1e9 / s->turn;
		s->wall_rate = s->operations / (ticks / cell->threads * from.per_tick * 1e-9);
	}
	return NULL;
}

void micro_free_sample(struct micro_sample *s)
{
	hist_free(&s->hist);
	hist_free(&s->total);
}
