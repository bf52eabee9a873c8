/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shift between two samples that have no blocks in common, for example of two campaigns.
 *
 * The estimate is the median of all differences (Hodges-Lehmann). The interval has the shifts
 * that the exact rank-sum test does not reject. The p value is the smallest alpha whose interval
 * of level 1 - alpha leaves 0 out, so interval and test cannot contradict each other.
 *
 * A part of the scatter may be hidden: two campaigns of one boot each do not show how boots
 * differ. Where its standard deviation tau is known from elsewhere, the half widths w of the
 * interval grow to sqrt(w^2 + (z tau)^2), where z is the normal quantile of the same level.
 */
#ifndef BL_TWO_SAMPLE_H
#define BL_TWO_SAMPLE_H

#include "stats/stats.h"

/**
 * stats_shift_between() - estimate and test the shift of x from y
 * @x: the first sample
 * @n: its size
 * @y: the second sample
 * @m: its size
 * @tau: standard deviation of the hidden part of the shift; 0 if there is none
 * @est: gets the shift; it has an interval if both sizes are at least STATS_MIN_N
 * @p: gets the two-sided p value, NaN without an interval
 *
 * The rank-sum distribution is exact up to 60 values each, else normal.
 *
 * Return: 0, -EINVAL (no values, or one that is not finite) or -ENOMEM.
 */
int stats_shift_between(const double *x, size_t n, const double *y, size_t m, double tau,
			struct stats_est *est, double *p);

#endif
