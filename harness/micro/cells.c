// SPDX-License-Identifier: GPL-2.0-or-later
/* Lay out the cells of `bouncelab micro`: each has a strategy, a size, threads and buffers. */
#include "micro/micro.h"
#include "campaign/campaign.h"
#include "run/preflight.h"
#include "micro/host.h"
#include "micro/model.h"
#include "lib/machine.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BASELINE	"eager-rwlock"	/* as the stock driver of 6.12 */
#define CACHES		"/sys/devices/system/cpu/cpu0/cache"
#define WINDOW		(64ULL << 20)	/* the module's default */
#define WINDOW_COLD	(16ULL << 20)	/* smaller, since each slice makes a new window */
#define GUEST_MB	2048

/*
 * An emulator takes longer to warm up, since it translates new code first. A slice in a kernel is
 * longer, since the threads wait for each other at its end, which can take until the next tick.
 */
const struct micro_timing micro_timings[] = {
	[PLANE_NATIVE] = { .warm_ns = 2000000, .slice_ns = 10000000, .verify_ns = 2000000,
			   .setup_s = 0.08, .slower = 1 },
	[PLANE_VM] = { .warm_ns = 20000000, .slice_ns = 100000000, .verify_ns = 20000000,
		       .setup_s = 1, .slower = 1 },
	[PLANE_ICOUNT] = { .warm_ns = 2000000, .slice_ns = 100000000, .verify_ns = 2000000,
			   .setup_s = 1, .slower = 10 },
	[PLANE_HOST] = { .warm_ns = 2000000, .slice_ns = 100000000, .verify_ns = 2000000,
			 .setup_s = 0.1, .slower = 1 },
};

/* Set o->strategies to null and then the ones that were asked for, or all that are known. */
static int choose_strategies(struct micro_options *o, const struct bl_strv *known)
{
	const struct bl_strv *wanted = o->strategies.n ? &o->strategies : known;
	struct bl_strv chosen = {};
	int err = 0;

	bl_strv_add(&chosen, MICRO_NULL);
	for (size_t i = 0; i < wanted->n && !err; i++) {
		if (!bl_strv_has(known, wanted->v[i]) && strcmp(wanted->v[i], MICRO_NULL))
			err = bl_err_unknown("--strategy", "strategy", wanted->v[i], known);
		else if (!bl_strv_has(&chosen, wanted->v[i]))
			bl_strv_add(&chosen, wanted->v[i]);
	}
	bl_strv_free(&o->strategies);
	o->strategies = chosen;
	return err;
}

/* --- cells ------------------------------------------------------------------- */

static struct micro_config make_config(const struct micro_campaign *c,
					const struct micro_cell *cell)
{
	const struct micro_options *o = &c->o;
	const struct micro_timing *t = &micro_timings[o->plane];
	struct micro_config k = {
		.size = cell->size, .offset = o->offset, .threads = cell->threads,
		.outstanding = o->outstanding, .direction = o->direction,
		.flags = (o->remote ? MICRO_REMOTE : 0) | (o->cold ? MICRO_COLD : 0) |
			 (cell->touch == MICRO_TOUCH_NONE ? MICRO_NO_TOUCH : 0),
		.slices = ceil(o->seconds * 1e9 / t->slice_ns),
		.window = o->cold ? WINDOW_COLD : WINDOW,
		.warm_ns = t->warm_ns,
	};

	k.slice_ns = o->seconds * 1e9 / k.slices;
	micro_lay_out_buffers(&k, cell->set, micro_set_bytes(cell->set, &c->caches));
	return k;
}

/* Add a cell for each strategy, and the copy of the baseline behind it. */
static struct micro_cell *lay_out_group(struct micro_campaign *c, struct micro_cell *cell,
					struct micro_cell is)
{
	const struct bl_strv *names = &c->o.strategies;

	for (size_t i = 0; i < names->n; i++) {
		bool is_baseline = c->aa_label && !strcmp(names->v[i], c->o.baseline);
		u32 copies = is_baseline ? 2 : 1;

		for (u32 k = 0; k < copies; k++, cell++) {
			*cell = is;
			cell->strategy = names->v[i];
			cell->aa = k > 0;
			cell->control = bl_strv_has(&c->o.controls, names->v[i]);
			cell->label = cell->aa ? c->aa_label : cell->strategy;
			cell->config = make_config(c, cell);
			cell->rounds = bl_zalloc(c->o.rounds * sizeof(*cell->rounds));
		}
	}
	return cell;
}

/* The cells of a table are neighbours: those of a size and a number of threads. */
static void lay_out_cells(struct micro_campaign *c)
{
	const struct micro_options *o = &c->o;
	struct micro_cell *cell, is = {};

	c->n_rows = o->strategies.n + !!c->aa_label;
	c->n_cells = c->n_rows * o->sizes.n * o->threads.n * o->sets.n * o->touches.n;
	c->cells = bl_zalloc(c->n_cells * sizeof(*c->cells));
	cell = c->cells;
	for (size_t i = 0; i < o->sizes.n; i++)
		for (size_t j = 0; j < o->threads.n; j++)
			for (size_t k = 0; k < o->sets.n; k++)
				for (size_t l = 0; l < o->touches.n; l++) {
					is.size = o->sizes.v[i];
					is.threads = o->threads.v[j];
					is.set = o->sets.v[k];
					is.touch = o->touches.v[l];
					cell = lay_out_group(c, cell, is);
				}
}

const struct micro_cell *micro_find_twin(const struct micro_campaign *c,
					 const struct micro_cell *cell, const char *label,
					 enum micro_touch touch)
{
	for (size_t i = 0; i < c->n_cells; i++) {
		const struct micro_cell *is = &c->cells[i];

		if (is->size == cell->size && is->threads == cell->threads &&
		    is->set == cell->set && is->touch == touch && !strcmp(is->label, label))
			return is;
	}
	return NULL;
}

const struct micro_cell *micro_find_cell(const struct micro_campaign *c, const char *label,
					 u32 size, u32 threads)
{
	const struct micro_cell first = {
		.size = size, .threads = threads, .set = c->o.sets.v[0],
	};

	return micro_find_twin(c, &first, label, c->o.touches.v[0]);
}

/* --- preparation --------------------------------------------------------------- */

/*
 * Choose the baseline: the one that was asked for, the stock driver's strategy, or the first
 * strategy. One that was asked for and not listed is added.
 */
static int choose_baseline(struct micro_options *o, const struct bl_strv *known)
{
	if (o->baseline && !bl_strv_has(known, o->baseline))
		return bl_err_unknown("--baseline", "strategy", o->baseline, known);
	if (o->baseline && !bl_strv_has(&o->strategies, o->baseline))
		bl_strv_add(&o->strategies, o->baseline);
	if (!o->baseline && bl_strv_has(&o->strategies, BASELINE))
		o->baseline = BASELINE;
	if (!o->baseline && o->strategies.n > 1)
		o->baseline = o->strategies.v[1];
	return 0;
}

/* Prepare a guest with as many CPUs as the largest number of threads. */
static int begin_guest(struct micro_campaign *c)
{
	enum accel accel = c->o.plane == PLANE_ICOUNT ? ACCEL_ICOUNT : ACCEL_AUTO;
	u32 cpus = 1;

	for (size_t i = 0; i < c->o.threads.n; i++)
		if (c->o.threads.v[i] > cpus)
			cpus = c->o.threads.v[i];
	if (preflight_check_built(true))
		return -ENOENT;
	return micro_guest_begin(&c->guest, accel, cpus, GUEST_MB);
}

/* Find the strategies and prepare the plane. */
static int prepare_runs(struct micro_campaign *c)
{
	bool native = c->o.plane == PLANE_NATIVE;
	struct bl_strv known = {};
	int err;

	c->schema = MICRO_RAW_SCHEMA;
	c->cpus = bl_count_cpus();
	micro_read_caches(CACHES, &c->caches);
	c->machine = micro_describe_machine(c);
	c->sources = campaign_describe_sources();
	err = native ? micro_native_find(c, &known) : micro_find_strategies(&known);
	if (!err)
		err = choose_strategies(&c->o, &known);
	if (!err)
		err = choose_baseline(&c->o, &known);
	if (!err)
		err = micro_find_controls(&c->o.strategies, &c->o.controls);
	if (!err)
		err = native ? micro_native_begin(c) :
		      c->o.plane == PLANE_HOST ? micro_host_begin() : begin_guest(c);
	if (!err && c->o.raw)
		err = micro_raw_create(c);
	bl_strv_free(&known);
	return err;
}

/* Check that the originals of all threads fit in the memory that the plane has. */
static int check_memory(const struct micro_campaign *c)
{
	u64 have = micro_is_in_guest(c) ? (u64)GUEST_MB << 20 :
		   (u64)bl_json_int(c->machine, "memory_mb", 0) << 20;
	char *why = micro_check_memory(c, have);
	int err = why ? -ENOMEM : 0;

	if (why)
		bl_err("%s", why);
	free(why);
	return err;
}

int micro_prepare(struct micro_campaign *c)
{
	int err = c->o.from ? micro_raw_open(c) : prepare_runs(c);

	if (err)
		return err;
	c->played = c->o.model ? MODEL_CPUS : 0;
	if (c->o.baseline && c->schema > 1)
		c->aa_label = bl_fmt("%s'", c->o.baseline);
	lay_out_cells(c);
	return c->o.from ? 0 : check_memory(c);
}

void micro_free(struct micro_campaign *c)
{
	for (size_t i = 0; i < c->n_cells; i++) {
		free(c->cells[i].invalid);
		for (size_t k = 0; k < c->cells[i].n; k++)
			micro_free_sample(&c->cells[i].rounds[k]);
		free(c->cells[i].rounds);
	}
	free(c->cells);
	free(c->programs);
	free(c->aa_label);
	free(c->compiler);
	free(c->compiler_options);
	json_decref(c->machine);
	json_decref(c->sources);
	micro_guest_end(&c->guest);
	if (c->raw)
		fclose(c->raw);
	bl_strv_free(&c->o.strategies);
	bl_strv_free(&c->o.controls);
}
