// SPDX-License-Identifier: GPL-2.0-or-later
/* Lay out the cells of `bouncelab micro`: each has a strategy, a size, threads and buffers. */
#include "micro/micro.h"
#include "run/preflight.h"
#include "micro/host.h"
#include "micro/model.h"
#include "lib/machine.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SET		(512U << 10)	/* bytes of originals per thread: they fit L2, not L1 */
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

static u32 round_up(u32 x, u32 to)
{
	return (x + to - 1) / to * to;
}

/* Set stride and number of buffers. Small buffers are packed unless an offset is given. */
static void lay_out_buffers(struct micro_config *k, bool cold)
{
	u32 slots = round_up(k->size, MICRO_PAGE) / MICRO_PAGE, rounded = 1, most;

	k->stride = k->size < MICRO_PAGE && !k->offset ? round_up(k->size, 64) + 64 :
		    round_up(k->offset + k->size, MICRO_PAGE);
	k->buffers = SET / k->stride;
	if (k->buffers < k->outstanding)
		k->buffers = k->outstanding;
	if (!cold)
		return;
	/* Mapped at once, each rounded up to a power of two, all buffers fit in half the window. */
	while (rounded < slots)
		rounded *= 2;
	most = k->window / 2 / k->threads / (rounded * MICRO_PAGE);
	k->buffers = most < MICRO_OUTSTANDING_MAX ? most : MICRO_OUTSTANDING_MAX;
	if (k->outstanding > k->buffers)
		k->outstanding = k->buffers;
}

static struct micro_config make_config(const struct micro_options *o, u32 size, u32 threads)
{
	const struct micro_timing *t = &micro_timings[o->plane];
	struct micro_config k = {
		.size = size, .offset = o->offset, .threads = threads,
		.outstanding = o->outstanding, .direction = o->direction,
		.flags = (o->remote ? MICRO_REMOTE : 0) | (o->cold ? MICRO_COLD : 0) |
			 (o->no_touch ? MICRO_NO_TOUCH : 0),
		.slices = ceil(o->seconds * 1e9 / t->slice_ns),
		.window = o->cold ? WINDOW_COLD : WINDOW,
		.warm_ns = t->warm_ns,
	};

	k.slice_ns = o->seconds * 1e9 / k.slices;
	lay_out_buffers(&k, o->cold);
	return k;
}

static void lay_out_cells(struct micro_campaign *c)
{
	const struct micro_options *o = &c->o;
	struct micro_cell *cell;

	c->n_cells = o->strategies.n * o->sizes.n * o->threads.n;
	c->cells = bl_zalloc(c->n_cells * sizeof(*c->cells));
	cell = c->cells;
	for (size_t i = 0; i < o->sizes.n; i++)
		for (size_t j = 0; j < o->threads.n; j++)
			for (size_t k = 0; k < o->strategies.n; k++, cell++) {
				cell->strategy = o->strategies.v[k];
				cell->size = o->sizes.v[i];
				cell->threads = o->threads.v[j];
				cell->config = make_config(o, cell->size, cell->threads);
				cell->rounds = bl_zalloc(o->rounds * sizeof(*cell->rounds));
			}
}

const struct micro_cell *micro_find_cell(const struct micro_campaign *c, const char *strategy,
					 u32 size, u32 threads)
{
	for (size_t i = 0; i < c->n_cells; i++)
		if (!strcmp(c->cells[i].strategy, strategy) && c->cells[i].size == size &&
		    c->cells[i].threads == threads)
			return &c->cells[i];
	return NULL;
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

	c->cpus = bl_count_cpus();
	err = native ? micro_native_find(c, &known) : micro_find_strategies(&known);
	if (!err)
		err = choose_strategies(&c->o, &known);
	if (!err)
		err = native ? micro_native_begin(c) :
		      c->o.plane == PLANE_HOST ? micro_host_begin() : begin_guest(c);
	if (!err && c->o.raw)
		err = micro_raw_create(c);
	bl_strv_free(&known);
	return err;
}

int micro_prepare(struct micro_campaign *c)
{
	int err = c->o.from ? micro_raw_open(c) : prepare_runs(c);

	if (err)
		return err;
	c->played = c->o.model ? MODEL_CPUS : 0;
	lay_out_cells(c);
	return 0;
}

void micro_free(struct micro_campaign *c)
{
	for (size_t i = 0; i < c->n_cells; i++) {
		free(c->cells[i].invalid);
		for (size_t k = 0; k < c->cells[i].n; k++)
			hist_free(&c->cells[i].rounds[k].hist);
		free(c->cells[i].rounds);
	}
	free(c->cells);
	free(c->programs);
	micro_guest_end(&c->guest);
	if (c->raw)
		fclose(c->raw);
	bl_strv_free(&c->o.strategies);
}
