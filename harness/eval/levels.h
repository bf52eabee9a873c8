/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The levels of repetition of a campaign, and how its variance splits between them.
 *
 * The logarithm of a label's ratio to the baseline varies between blocks (boot, device) with
 * the variance b, and within a block, between runs on one device, with w. A block's mean of N
 * runs has the variance b + w / N: more runs do not make up for too few blocks.
 */
#ifndef BL_LEVELS_H
#define BL_LEVELS_H

#include "eval/verdict.h"

struct levels {
	size_t blocks;		/* with a valid timed run */
	size_t boots;		/* boots of the guest in which they ran; 0 if not known */
	size_t split;		/* blocks with more than one boot, if the plan has one for each */
};

/* Count the levels over the valid timed runs. */
void levels_count(const struct summary *s, struct levels *l);

struct level_shares {
	double between, within;	/* variances of the log ratio, the mean over the labels */
	size_t n;		/* number of blocks behind them, over all labels */
};

/**
 * levels_get_shares() - split the variance of a job
 * @v: the campaign
 * @job: the job
 * @shares: gets the two parts
 *
 * Return: 0, or -ENODATA if no label has two runs on each of two devices.
 */
int levels_get_shares(const struct verdicts *v, const char *job, struct level_shares *shares);

#endif
