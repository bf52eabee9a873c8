/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rank statistics: medians and shifts with the interval of the exact test that belongs to each.
 * Functions that return int return 0, -EINVAL (no values, or a value that is not finite) or
 * -ENOMEM. The interval needs STATS_MIN_N values and has STATS_LEVEL.
 */
#ifndef BL_RANK_H
#define BL_RANK_H

#include "stats/stats.h"

/* Estimate the median of x with the interval of the sign test, in proportion between values. */
int stats_median_est(const double *x, size_t n, struct stats_est *est);

/* Estimate the shift of d from 0 (Hodges-Lehmann) with the interval of the signed-rank test. */
int stats_shift_paired(const double *d, size_t n, struct stats_est *est);

/*
 * Estimate the shift of x from y, the median of all differences, with the interval of the
 * rank-sum test. For two samples that have no blocks in common.
 */
int stats_shift(const double *x, size_t n, const double *y, size_t m, struct stats_est *est);

/**
 * stats_mann_whitney_p() - test whether x is shifted from y (rank-sum test, two-sided)
 * @x: the first sample
 * @n: its size
 * @y: the second sample
 * @m: its size
 *
 * Exact up to 60 values each if no two are equal, else by the normal distribution with
 * corrections for continuity and ties.
 *
 * Return: the p value, NaN for no values or a value that is not finite.
 */
double stats_mann_whitney_p(const double *x, size_t n, const double *y, size_t m);

#endif
