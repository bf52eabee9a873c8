// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Measure the cells of `bouncelab micro`. A round runs every cell once, in random order. Each run
 * has its own process, or its own module and device.
 */
#include "micro/micro.h"
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
#define SETUP_S_PER_BYTE 0.4e-9	/* memory is zeroed */

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
	double stolen = micro_read_stolen();
	json_t *j;

	if (c->o.from)
		return micro_raw_take(c, variant, strategy, k, why);
	if (c->o.plane == PLANE_NATIVE)
		j = micro_native_run(c, variant, strategy, k, why);
	else if (c->o.plane == PLANE_HOST)
		j = micro_host_run(strategy, k, why);
	else
		j = micro_guest_run(&c->guest, strategy, NULL, k, why);
	if (j && !isnan(stolen))
		json_object_set_new(j, "stolen_ms", json_real(micro_read_stolen() - stolen));
	/* Stop at a write error: a raw file with runs missing cannot be evaluated. */
	if (c->o.raw && !bl_interrupted && micro_raw_put(c, variant, strategy, k, j, *why))
		c->raw_ended = true;
	return j;
}

/* --- the campaign -------------------------------------------------------------- */

double micro_estimate_run(enum plane plane, const struct micro_config *k)
{
	const struct micro_timing *t = &micro_timings[plane];
	double bytes = (double)k->buffers * k->stride * k->threads;
	bool copies = !(k->flags & MICRO_VERIFY);

	/* Mappings, copies, and a shorter part with nothing in it. */
	return t->setup_s + bytes * SETUP_S_PER_BYTE +
	       t->slower * k->slices * (copies ? 2.25 * k->slice_ns + 3.0 * k->warm_ns :
					k->slice_ns + k->warm_ns) * 1e-9;
}

static char *format_cell(const struct micro_cell *cell)
{
	return bl_fmt("%s, %u bytes, %u thread%s%s%s%s", cell->label, cell->size, cell->threads,
		      cell->threads == 1 ? "" : "s",
		      cell->set == MICRO_SET_HOT ? "" : ", working set ",
		      cell->set == MICRO_SET_HOT ? "" : micro_set_names[cell->set],
		      cell->touch == MICRO_TOUCH_ALL ? "" : ", not touched");
}

/* Mark a cell as invalid; the first reason stays. Takes over @why. */
static void set_invalid(struct micro_cell *cell, char *why)
{
	if (cell->invalid)
		free(why);
	else
		cell->invalid = why;
}

/* Add a run as the next round of the cell. Returns the reason not to use it, or NULL. */
static char *take_round(struct micro_campaign *c, struct micro_cell *cell, const json_t *run)
{
	struct micro_sample *s = &cell->rounds[cell->n];
	char *why = micro_take_sample(c, cell, run, s);

	if (!why)
		cell->n++;
	c->stolen_ms += bl_json_num(run, "stolen_ms", NAN);
	return why;
}

/* Change a configuration so that the run checks bytes. */
static void make_verify(const struct micro_campaign *c, struct micro_config *k)
{
	k->flags = (k->flags & ~MICRO_NO_TOUCH) | MICRO_VERIFY;
	k->slices = 1;
	k->slice_ns = micro_timings[c->o.plane].verify_ns;
	k->warm_ns = 0;
	k->verify = k->size > MICRO_PAGE ? VERIFY / 4 : VERIFY;
}

static char *take_verified(struct micro_cell *cell, const struct micro_config *k, const json_t *run)
{
	/* With MICRO_COLD the buffers decide how many mappings there are. */
	unsigned long long least = k->flags & MICRO_COLD ? 1 :
				   (unsigned long long)k->verify * k->threads;
	char *why = micro_find_defect(run);

	cell->verified = bl_json_int(run, "verified", 0);
	if (!why && cell->verified < least)
		why = bl_fmt("only %llu mappings could be verified", cell->verified);
	return why;
}

static void run_cell(struct micro_campaign *c, struct micro_cell *cell, u32 seed, bool verify)
{
	struct micro_config k = cell->config;
	char *why = NULL, *text = format_cell(cell);
	json_t *run;

	if (verify)
		make_verify(c, &k);
	k.seed = seed;
	if (verify)
		bl_progress_now(&c->progress, "verify: %s", text);
	else
		bl_progress_now(&c->progress, "round %zu of %u: %s", c->rounds + 1, c->o.rounds,
				text);
	run = micro_run_once(c, "timed", cell->strategy, &k, &why);
	if (micro_is_stopped(c)) {
		free(why);
		why = NULL;
	} else if (run) {
		why = verify ? take_verified(cell, &k, run) : take_round(c, cell, run);
	}
	if (why) {
		bl_progress_note(&c->progress, "%s%s: %s", verify ? "verify: " : "", text, why);
		set_invalid(cell, why);
	}
	json_decref(run);
	free(text);
}

/*
 * Return the cell before this one whose verification is that of this one too: of the same
 * program, with another touch or as the copy of an A/A pair. Verification touches all bytes.
 */
static const struct micro_cell *find_verified(const struct micro_campaign *c,
					      const struct micro_cell *cell)
{
	const struct micro_cell *is;

	for (is = c->cells; is < cell; is++)
		if (!strcmp(is->strategy, cell->strategy) && is->size == cell->size &&
		    is->threads == cell->threads && is->set == cell->set)
			return is;
	return NULL;
}

static void verify_cell(struct micro_campaign *c, struct micro_cell *cell, u32 seed)
{
	const struct micro_cell *before = find_verified(c, cell);

	if (!before) {
		run_cell(c, cell, seed, true);
		return;
	}
	cell->verified = before->verified;
	if (before->invalid)
		set_invalid(cell, bl_strdup(before->invalid));
}

/* Estimate the seconds of a round, or of the verification of all cells. */
static double estimate_round(const struct micro_campaign *c, bool verify)
{
	double seconds = 0;

	for (size_t i = 0; i < c->n_cells; i++) {
		struct micro_config k = c->cells[i].config;

		if (verify && find_verified(c, &c->cells[i]))
			continue;
		if (verify)
			make_verify(c, &k);
		seconds += micro_estimate_run(c->o.plane, &k);
	}
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
			micro_free_sample(&c->cells[i].rounds[--c->cells[i].n]);
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
		verify_cell(c, &c->cells[i], i + 1);
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
	micro_make_verdicts(c);
	return c->interrupted ? -EINTR : 0;
}
