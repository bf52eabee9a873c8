// SPDX-License-Identifier: GPL-2.0-or-later
/* Of the runner: what there is at the end of a block, and whether to begin another one. */
#include "run/one.h"
#include "eval/stop.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool same_block(const struct bl_run *a, const struct bl_run *b)
{
	return a->kind == b->kind && a->block == b->block;
}

/* How many runs of run @i's block there are, and how many of them are done. */
static size_t block_of(const struct runner *r, size_t i, size_t *done)
{
	const struct bl_plan *p = r->plan;
	size_t n = 0;

	*done = 0;
	for (size_t k = 0; k < p->n_runs; k++) {
		if (!same_block(&p->runs[k], &p->runs[i]))
			continue;
		n++;
		*done += r->done[k];
	}
	return n;
}

/* Timed blocks that are done; the plan has them in their order. */
static unsigned int whole_blocks(const struct runner *r)
{
	const struct bl_plan *p = r->plan;
	unsigned int whole = 0;
	size_t done;

	for (size_t i = 0; i < p->n_runs; i++)
		if (p->runs[i].kind == BL_TIME && (!i || !same_block(&p->runs[i - 1], &p->runs[i])))
			whole += block_of(r, i, &done) == done;
	return whole;
}

/* Of all blocks, that is: once per block. */
static double widest_now(struct runner *r, unsigned int blocks)
{
	if (r->widest_of != blocks) {
		r->widest = stop_widest_in(r->c->dir, UINT_MAX);
		r->widest_of = blocks;
	}
	return r->widest;
}

/*
 * By what timed runs took so far. The first block is worth a try: an estimate may be wrong,
 * and a campaign of none is worth nothing.
 */
static double block_seconds(const struct runner *r, size_t i)
{
	const struct bl_plan *p = r->plan;
	double sum = 0;
	size_t n = 0, in_block = 0;

	for (size_t k = 0; k < p->n_runs; k++) {
		if (p->runs[k].kind == BL_TIME && r->done[k]) {
			sum += r->seconds[k];
			n++;
		}
		in_block += same_block(&p->runs[k], &p->runs[i]);
	}
	return n ? sum / n * in_block : 0;
}

/* Leave out what the stop rule leaves out: it needs no time any more. */
static void leave_out(struct runner *r)
{
	const struct bl_plan *p = r->plan;
	const struct bl_run *last = r->before;

	for (size_t i = 0; i < p->n_runs; i++) {
		const struct bl_run *run = &p->runs[i];

		if (r->done[i])
			continue;
		if (stop_leaves_out(&r->stop, bl_kind_name(run->kind), run->block)) {
			r->done[i] = true;
			r->left--;
			bl_progress_drop(&r->progress,
					 bl_step_estimate(p, last, run, r->cfg.accel));
		}
		last = run;
	}
}

static int stop(struct runner *r, enum stop_why why, unsigned int blocks, unsigned int from)
{
	const struct bl_plan *p = r->plan;
	char *text;
	int err;

	r->stop = (struct stop){ .why = why, .blocks = blocks, .from = from, .widest = NAN,
				 .target = p->width > 0 ? p->width : NAN };
	if (blocks >= STATS_MIN_N)
		r->stop.widest = widest_now(r, blocks);
	/* Before anything is left out: who resumes must know why. */
	err = stop_save(&r->stop, r->c->dir);
	if (err)
		return err;
	text = stop_text(&r->stop);
	bl_progress_note(&r->progress, "enough: %s", text);
	err = bl_campaign_log(r->c, NULL, "enough", text);
	free(text);
	leave_out(r);
	return err;
}

int bl_runner_before(struct runner *r, size_t i)
{
	const struct bl_plan *p = r->plan;
	unsigned int blocks, look;
	size_t done;

	if (p->runs[i].kind != BL_TIME || r->stop.why != STOP_NOT)
		return 0;
	block_of(r, i, &done);
	if (done)
		return 0;
	blocks = whole_blocks(r);
	look = stop_look_for(blocks);
	if (p->width > 0 && look && stop_widest_in(r->c->dir, look) <= p->width)
		return stop(r, STOP_WIDTH, blocks, p->runs[i].block);
	if (p->budget > 0 && r->spent + bl_mono() - r->t0 + block_seconds(r, i) > p->budget)
		return stop(r, STOP_BUDGET, blocks, p->runs[i].block);
	return 0;
}

int bl_runner_after(struct runner *r, size_t i)
{
	const struct bl_plan *p = r->plan;
	unsigned int blocks;
	size_t done;

	if (p->runs[i].kind != BL_TIME || block_of(r, i, &done) != done)
		return 0;
	blocks = whole_blocks(r);
	if (blocks >= STATS_MIN_N && isfinite(widest_now(r, blocks))) {
		if (p->width > 0)
			bl_progress_figures(&r->progress, "widest interval %.3g %%, target %.3g %%",
					    r->widest, p->width);
		else
			bl_progress_figures(&r->progress, "widest interval %.3g %%", r->widest);
	}
	/* The last one: there is nothing to leave out, but the rule has had its end. */
	if (p->width > 0 && blocks == p->repeat)
		return stop(r, STOP_CAP, blocks, p->repeat);
	return 0;
}
