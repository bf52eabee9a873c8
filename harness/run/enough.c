// SPDX-License-Identifier: GPL-2.0-or-later
/* Apply the stop rule of a plan: after a block, look at the intervals and drop later runs. */
#include "run/one.h"
#include "campaign/journal.h"
#include "eval/stop.h"
#include "plan/stop-rule.h"
#include "run/pace.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool in_same_block(const struct plan_run *a, const struct plan_run *b)
{
	return a->kind == b->kind && a->block == b->block;
}

/* Return the number of runs in the block of run @i; @done takes how many of them are done. */
static size_t count_block(const struct runner *r, size_t i, size_t *done)
{
	const struct plan *p = r->plan;
	size_t n = 0;

	*done = 0;
	for (size_t k = 0; k < p->n_runs; k++) {
		if (!in_same_block(&p->runs[k], &p->runs[i]))
			continue;
		n++;
		*done += r->done[k];
	}
	return n;
}

/* Return the number of timed blocks that are done. A plan lists its blocks in order. */
static unsigned int count_whole_blocks(const struct runner *r)
{
	const struct plan *p = r->plan;
	unsigned int whole = 0;
	size_t done;

	for (size_t i = 0; i < p->n_runs; i++)
		if (p->runs[i].kind == KIND_TIME &&
		    (!i || !in_same_block(&p->runs[i - 1], &p->runs[i])))
			whole += count_block(r, i, &done) == done;
	return whole;
}

/* Return the widest interval over all blocks, computed once per block. */
static double find_widest(struct runner *r, unsigned int blocks)
{
	if (r->widest_of != blocks) {
		r->widest = stop_load_widest(r->c->dir, UINT_MAX);
		r->widest_of = blocks;
	}
	return r->widest;
}

/*
 * Return how long the block of run @i will take, from the timed runs so far. It is 0 before the
 * first timed run, so that the first block is always tried: a campaign without a block has no
 * result.
 */
static double estimate_block(const struct runner *r, size_t i)
{
	const struct plan *p = r->plan;
	double sum = 0;
	size_t n = 0, in_block = 0;

	for (size_t k = 0; k < p->n_runs; k++) {
		if (p->runs[k].kind == KIND_TIME && r->done[k]) {
			sum += r->seconds[k];
			n++;
		}
		in_block += in_same_block(&p->runs[k], &p->runs[i]);
	}
	return n ? sum / n * in_block : 0;
}

/* Mark the runs that the stop rule leaves out as done, and take their time from the estimate. */
static void drop_unneeded_runs(struct runner *r)
{
	const struct plan *p = r->plan;
	const struct plan_run *last = r->before;

	for (size_t i = 0; i < p->n_runs; i++) {
		const struct plan_run *run = &p->runs[i];

		if (r->done[i])
			continue;
		if (stop_state_skips(&r->stop, run->kind, run->block)) {
			r->done[i] = true;
			r->left--;
			bl_progress_drop(&r->progress,
					 pace_estimate_step(p, last, run, r->cfg.accel));
		}
		last = run;
	}
}

/* Record that the campaign stops after @blocks blocks; block @from and later ones are left out. */
static int stop_campaign(struct runner *r, enum stop_why why, unsigned int blocks,
			 unsigned int from)
{
	const struct plan *p = r->plan;
	char *text;
	int err;

	r->stop = (struct stop_state){ .why = why, .blocks = blocks, .from = from, .widest = NAN,
				 .target = p->width > 0 ? p->width : NAN };
	if (blocks >= STATS_MIN_N)
		r->stop.widest = find_widest(r, blocks);
	/* Save it first: a resumed campaign must find the reason before runs are missing. */
	err = stop_state_save(&r->stop, r->c);
	if (err)
		return err;
	text = stop_state_text(&r->stop);
	bl_progress_note(&r->progress, "enough: %s", text);
	err = campaign_log(r->c, NULL, "enough", text);
	free(text);
	drop_unneeded_runs(r);
	return err;
}

int run_check_stop_before(struct runner *r, size_t i)
{
	const struct plan *p = r->plan;
	unsigned int blocks, look;
	size_t done;

	if (p->runs[i].kind != KIND_TIME || r->stop.why != STOP_NOT)
		return 0;
	count_block(r, i, &done);
	if (done)
		return 0;
	blocks = count_whole_blocks(r);
	look = stop_find_look(blocks);
	if (p->width > 0 && look && stop_load_widest(r->c->dir, look) <= p->width)
		return stop_campaign(r, STOP_WIDTH, blocks, p->runs[i].block);
	if (p->budget > 0 && r->spent + bl_mono() - r->t0 + estimate_block(r, i) > p->budget)
		return stop_campaign(r, STOP_BUDGET, blocks, p->runs[i].block);
	return 0;
}

int run_check_stop_after(struct runner *r, size_t i)
{
	const struct plan *p = r->plan;
	unsigned int blocks;
	size_t done;

	if (p->runs[i].kind != KIND_TIME || count_block(r, i, &done) != done)
		return 0;
	blocks = count_whole_blocks(r);
	if (blocks >= STATS_MIN_N && isfinite(find_widest(r, blocks))) {
		if (p->width > 0)
			bl_progress_figures(&r->progress, "widest interval %.3g %%, target %.3g %%",
					    r->widest, p->width);
		else
			bl_progress_figures(&r->progress, "widest interval %.3g %%", r->widest);
	}
	/* Nothing is left out after the last block, but the end of the rule is recorded. */
	if (p->width > 0 && blocks == p->repeat)
		return stop_campaign(r, STOP_CAP, blocks, p->repeat);
	return 0;
}
