// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Measure the cells of `bouncelab micro`. A round runs every cell once, in random order. Each run
 * has its own process, or its own module and device.
 */
#include "micro/micro.h"
#include "proto/accel.h"
#include "micro/host.h"
#include "vm/vm.h"
#include "lib/interrupt.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#define VERIFY		1000	/* mappings per thread that are verified, at least */

/* --- one run ----------------------------------------------------------------- */

bool micro_is_in_guest(const struct micro_campaign *c)
{
	return c->o.plane == PLANE_VM || c->o.plane == PLANE_ICOUNT;
}

bool micro_is_stopped(const struct micro_campaign *c)
{
	return bl_interrupted || c->raw_ended;
}

json_t *micro_run_once(struct micro_campaign *c, const char *variant, const char *strategy,
		       const struct micro_config *k, char **why)
{
	json_t *j;

	if (c->o.from)
		return micro_raw_take(c, variant, strategy, k, why);
	if (c->o.plane == PLANE_NATIVE)
		j = micro_native_run(c, variant, strategy, k, why);
	else if (c->o.plane == PLANE_HOST)
		j = micro_host_run(strategy, k, why);
	else
		j = micro_guest_run(&c->guest, strategy, NULL, k, why);
	/* Stop at a write error: a raw file with runs missing cannot be evaluated. */
	if (c->o.raw && !bl_interrupted && micro_raw_put(c, variant, strategy, k, j, *why))
		c->raw_ended = true;
	return j;
}

/* Return ns per tick, or instructions per tick on the plane icount. */
static double find_tick_units(const struct micro_campaign *c, const json_t *run)
{
	double ns = 1e6 / bl_json_num(run, "tick_khz", NAN);

	return c->o.plane == PLANE_ICOUNT ? ns / (1 << ACCEL_ICOUNT_SHIFT) : ns;
}

/* Return the reason not to use a run, or NULL. The caller frees it. */
static char *find_defect(const json_t *j)
{
	long long wrong = bl_json_int(j, "mismatches", 0), failed = bl_json_int(j, "failures", 0);

	if (wrong)
		return bl_fmt("%lld of %lld mappings had wrong bytes", wrong,
			      bl_json_int(j, "verified", 0));
	if (failed)
		return bl_fmt("%lld maps or touches failed", failed);
	if (bl_json_int(j, "warnings", 0))
		return bl_fmt("%lld warnings (see above)", bl_json_int(j, "warnings", 0));
	return NULL;
}

static void read_hist(const json_t *run, const char *what, double per_tick, struct hist *h)
{
	const json_t *bins = json_object_get(json_object_get(run, "buckets"), what), *bin;
	size_t i;

	json_array_foreach(bins, i, bin)
		hist_add(h, json_integer_value(json_array_get(bin, 0)) * per_tick / 2,
			 json_integer_value(json_array_get(bin, 1)));
}

static double find_median(const json_t *run, const char *what, double per_tick)
{
	struct hist h = {};
	double median;

	read_hist(run, what, per_tick, &h);
	median = hist_quantile(&h, 0.5);
	hist_free(&h);
	return median;
}

static double find_turn(const json_t *run, double per_tick)
{
	struct hist h = {};
	double mean;

	read_hist(run, "turn", per_tick, &h);
	mean = hist_core_mean(&h);
	hist_free(&h);
	return mean;
}

/* Add a run as the next round of the cell. Returns the reason not to use it, or NULL. */
static char *take_sample(struct micro_campaign *c, struct micro_cell *cell, const json_t *run)
{
	double per_tick = find_tick_units(c, run);
	double ticks = bl_json_int(run, "ticks", 0);
	struct micro_sample *s = &cell->rounds[cell->n];
	char *why = find_defect(run);

	if (why)
		return why;
	s->operations = bl_json_int(run, "operations", 0);
	read_hist(run, "pair", per_tick, &s->hist);
	if (!s->operations || s->operations != s->hist.total) {
		why = bl_fmt("%llu operations, and %.0f in the histogram", s->operations,
			     s->hist.total);
		hist_free(&s->hist);
		return why;
	}
	s->pair = hist_quantile(&s->hist, 0.5);
	s->map = find_median(run, "map", per_tick);
	s->unmap = find_median(run, "unmap", per_tick);
	s->touch = find_median(run, "touch", per_tick);
	s->copy = find_median(run, "copy", per_tick);
	s->ratio = s->pair / s->copy;
	s->turn = find_turn(run, per_tick);
	/* Each thread was timed for the same time. The plane icount has no seconds. */
	s->rate = s->wall_rate = NAN;
	if (c->o.plane != PLANE_ICOUNT) {
		s->rate = cell->threads * 1e9 / s->turn;
		s->wall_rate = s->operations / (ticks / cell->threads * per_tick * 1e-9);
	}
	c->clock = bl_json_int(run, "clock_ticks", 0) * per_tick;
	cell->n++;
	return NULL;
}

/* --- the campaign -------------------------------------------------------------- */

double micro_estimate_run(enum plane plane, const struct micro_config *k)
{
	const struct micro_timing *t = &micro_timings[plane];
	bool copies = !(k->flags & MICRO_VERIFY);

	return t->setup_s +
	       t->slower * k->slices * (k->slice_ns + k->warm_ns) * (copies ? 2e-9 : 1e-9);
}

static char *format_cell(const struct micro_cell *cell)
{
	return bl_fmt("%s, %u bytes, %u thread%s", cell->strategy, cell->size, cell->threads,
		      cell->threads == 1 ? "" : "s");
}

/* Mark a cell as invalid; the first reason stays. Takes over @why. */
static void set_invalid(struct micro_cell *cell, char *why)
{
	if (cell->invalid)
		free(why);
	else
		cell->invalid = why;
}

static void run_cell(struct micro_campaign *c, struct micro_cell *cell, u32 seed, bool verify)
{
	struct micro_config k = cell->config;
	char *why = NULL, *text = format_cell(cell);
	unsigned long long least = 1;
	json_t *run;

	if (verify) {
		k.flags = (k.flags & ~MICRO_NO_TOUCH) | MICRO_VERIFY;
		k.slices = 1;
		k.slice_ns = micro_timings[c->o.plane].verify_ns;
		k.warm_ns = 0;
		k.verify = k.size > MICRO_PAGE ? VERIFY / 4 : VERIFY;
		/* With MICRO_COLD the buffers decide how many mappings there are. */
		if (!(k.flags & MICRO_COLD))
			least = (unsigned long long)k.verify * k.threads;
	}
	k.seed = seed;
	if (verify)
		bl_progress_now(&c->progress, "verify: %s", text);
	else
		bl_progress_now(&c->progress, "round %zu of %u: %s", c->rounds + 1, c->o.rounds,
				text);
	run = micro_run_once(c, "timed", cell->strategy, &k, &why);
	if (micro_is_stopped(c)) {
		free(why);
	} else {
		if (run && verify) {
			cell->verified = bl_json_int(run, "verified", 0);
			why = find_defect(run);
			if (!why && cell->verified < least)
				why = bl_fmt("only %llu mappings could be verified",
					     cell->verified);
		} else if (run) {
			why = take_sample(c, cell, run);
		}
		if (why)
			bl_progress_note(&c->progress, "%s%s: %s", verify ? "verify: " : "", text,
					 why);
		if (why)
			set_invalid(cell, why);
	}
	json_decref(run);
	free(text);
}

/* Estimate the seconds of a round, or of the verification of all cells. */
static double estimate_round(const struct micro_campaign *c, bool verify)
{
	double seconds = 0;

	for (size_t i = 0; i < c->n_cells; i++)
		seconds += verify ? micro_timings[c->o.plane].setup_s :
				    micro_estimate_run(c->o.plane, &c->cells[i].config);
	return seconds;
}

/* Run each valid cell once. Cells that failed the verification are left out. */
static void run_round(struct micro_campaign *c, gsl_rng *rng, size_t *order)
{
	gsl_ran_shuffle(rng, order, c->n_cells, sizeof(*order));
	for (size_t i = 0; i < c->n_cells && !micro_is_stopped(c); i++) {
		struct micro_cell *cell = &c->cells[order[i]];
		u32 seed = gsl_rng_get(rng);

		if (!cell->invalid)
			run_cell(c, cell, seed, false);
	}
}

/* Drop the samples of an interrupted round: cells are compared over the same rounds. */
static void drop_part_of_round(struct micro_campaign *c)
{
	for (size_t i = 0; i < c->n_cells; i++)
		while (c->cells[i].n > c->rounds)
			hist_free(&c->cells[i].rounds[--c->cells[i].n].hist);
}

int micro_measure(struct micro_campaign *c)
{
	size_t *order = bl_zalloc(c->n_cells * sizeof(*order));
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	gsl_rng_set(rng, (c->o.seed ^ c->o.seed >> 32) & 0xffffffff);
	bl_catch_signals();
	bl_progress_start(&c->progress, c->o.rounds + 1,
			  estimate_round(c, true) + c->o.rounds * estimate_round(c, false));
	for (size_t i = 0; i < c->n_cells; i++)
		order[i] = i;
	for (size_t i = 0; i < c->n_cells && !micro_is_stopped(c); i++)
		run_cell(c, &c->cells[i], i + 1, true);
	if (!micro_is_stopped(c) && !c->o.from)
		bl_progress_step(&c->progress, estimate_round(c, true), true, "verified: %zu cells",
				 c->n_cells);
	while (c->rounds < c->o.rounds && !micro_is_stopped(c)) {
		run_round(c, rng, order);
		if (micro_is_stopped(c))
			break;
		c->rounds++;
		if (!c->o.from)
			bl_progress_step(&c->progress, estimate_round(c, false), true, "round %zu",
					 c->rounds);
	}
	bl_progress_end(&c->progress);
	gsl_rng_free(rng);
	free(order);
	if (c->rounds)
		drop_part_of_round(c);
	c->interrupted = micro_is_stopped(c);
	return c->interrupted ? -EINTR : 0;
}
