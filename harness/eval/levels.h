/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The levels of repetition of a campaign, and where its scatter comes from. The logarithm of
 * a label's ratio to the baseline has two parts: what a block does to it (boot, devices), and
 * what the runs on one device do. With the variances between, b, and within, w, a block's
 * value of N runs has b + w / N: no number of runs makes up for too few blocks.
 */
#ifndef BL_LEVELS_H
#define BL_LEVELS_H

#include "eval/verdict.h"

struct levels {
	size_t blocks;		/* with a valid timed run */
	size_t boots;		/* of the guest, that these were done in; 0 if not known */
	size_t split;		/* blocks of more than one boot, where a block is to have one */
};

void levels_count(const struct summary *s, struct levels *l);

struct level_shares {
	double between, within;	/* variances of the log ratio; pooled over the labels */
	size_t n;		/* blocks of all labels that they are from */
};

/* Of one job. -ENODATA: not two runs on each of two devices of any label. */
int levels_shares(const struct verdicts *v, const char *job, struct level_shares *shares);

#endif
