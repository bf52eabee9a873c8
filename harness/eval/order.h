/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Effects of the order of jobs on a device: does a job run faster or slower because another one
 * came before it? Only a plan with order = random can answer. With order = fresh there is no other
 * job on the device, and with order = listed the order is the same on each device, so that its
 * effect cannot be told from the job's own.
 *
 * A contrast compares the IOPS of a job on devices that did another job before it with those on
 * devices that did the other job later; with three jobs and more, also those on devices that did
 * it first with all others. There is one contrast for each label, because a strategy can carry
 * something over that others do not, and one over all labels. Before that, the median of the
 * label in this job is taken out of the log IOPS, and so is the median of the other labels in the
 * same block if there are three or more of them: a drift of the machine is no effect.
 *
 * The test is exact, whatever the noise: the plan has drawn the order of each device at random, so
 * without an effect any other draw would have given the same IOPS. All orders are drawn again
 * ORDER_DRAWS times. The p value of a job is the share of draws in which some contrast of some job
 * is as large as the largest one of this job. So at ORDER_LEVEL at most 5 of 100 campaigns without
 * an effect report one, over all jobs, labels and contrasts together.
 *
 * Contrasts have different numbers of devices. They are compared by t, brought to the scale of the
 * normal distribution (D. L. Wallace, Bounds on normal approximations to Student's and the
 * chi-square distributions, 1959).
 */
#ifndef BL_EVAL_ORDER_H
#define BL_EVAL_ORDER_H

#include "eval/summary.h"
#include "stats/stats.h"

#define ORDER_DRAWS	999
#define ORDER_LEVEL	0.05

/* The effect of the order of jobs on one job. */
struct order_effect {
	const char *job;
	bool found;		/* p is at most ORDER_LEVEL */
	double p;
	/* The largest contrast if it was found, else the one over all labels. */
	const char *label;	/* NULL: all labels */
	const char *other;	/* the job that came before; NULL: later against first */
	size_t n_after, n_before;	/* devices on each side */
	struct stats_est ratio;	/* IOPS after to IOPS before */
};

struct order_effects {
	struct order_effect *jobs;	/* in the plan's order */
	size_t n;			/* 0 if the order is not random or there is one job */
};

/**
 * order_find_effects() - test a campaign for effects of the order
 * @e: gets the effects; order_free_effects() frees them
 * @s: the campaign, which must outlive the effects
 *
 * The draws are seeded by the plan's seed, so that a report says the same each time.
 */
void order_find_effects(struct order_effects *e, const struct summary *s);
void order_free_effects(struct order_effects *e);

#endif
