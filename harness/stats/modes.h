/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two groups among the values of a comparison: devices that are fast and devices that are slow,
 * where one estimate would be of neither. A median over devices, and an interval by ranks, say
 * nothing of a group that is small.
 *
 * The test: among all ways to cut the sorted values in two, with at least two values and
 * STATS_GROUP_SHARE of all on each side, take the one with the least squares within the parts. The
 * values are in two groups if the squares between the parts are so large against those within as in
 * at most 1 % of samples from one normal distribution;
 * modes.c has the limits, how often other distributions pass them, and how often groups are found.
 *
 * A single value far from all others is no group, but is reported too.
 */
#ifndef BL_MODES_H
#define BL_MODES_H

#include <stddef.h>

#define STATS_GROUP_SHARE	0.05

struct stats_groups {
	size_t n;		/* values */
	size_t n_small;		/* in the smaller group, 1 for a single value; 0: one group */
	double small, large;	/* median of the smaller and of the larger group */
	double min, max;	/* of all values */
};

/* Find two groups among @n values. Return 0, -EINVAL (a value is not finite) or -ENOMEM. */
int stats_find_groups(const double *x, size_t n, struct stats_groups *g);

#endif
