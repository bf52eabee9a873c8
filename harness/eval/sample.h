/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The values of one label in one campaign, as the comparison of two campaigns takes them.
 *
 * A value is the logarithm of the ratio to the baseline in one block or, of the baseline itself,
 * of its IOPS. Values of one boot have the effects of that boot in common, so they are not
 * independent samples of what another campaign would have. Where a campaign has STATS_MIN_N boots
 * or more, the boot is the unit: its value is the median of its blocks. Below that the unit is
 * the block, and the scatter between boots is hidden.
 */
#ifndef BL_SAMPLE_H
#define BL_SAMPLE_H

#include "eval/verdict.h"

struct sample {
	double *x;		/* a value for each unit */
	size_t n;
	size_t blocks;		/* number of blocks behind them */
	double boots;		/* the number of boots; their effective number if some have more
				 * blocks than others; 1 if they are not recorded */
	bool by_boot;		/* no two units have a boot in common */
};

/**
 * sample_make() - get the values of a cell
 * @s: gets them; sample_free() frees them
 * @v: the campaign
 * @c: the cell
 * @plain: take IOPS in place of ratios
 */
void sample_make(struct sample *s, const struct verdicts *v, const struct verdict_cell *c,
		 bool plain);
void sample_free(struct sample *s);

/* Return the variance between campaigns that the sample does not show, for a variance of 1. */
double sample_hidden(const struct sample *s);

#endif
