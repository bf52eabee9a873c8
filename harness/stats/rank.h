/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exact tests on ranks, and the estimates and intervals that belong to them. stats.h has what
 * verdicts use of them.
 *
 * Test and interval are one procedure: the interval has exactly the shifts that the test does not
 * reject, so it excludes 0 if, and only if, p <= 1 - coverage. Ties and zeros count against a
 * difference in both, which makes p larger and the interval wider. Up to 60 values the
 * distributions are exact, beyond that normal.
 */
#ifndef BL_RANK_H
#define BL_RANK_H

#include "stats/stats.h"

/*
 * Estimate the median of x with the interval of the sign test, in proportion between two values:
 * the sign test has so few levels that its own interval covers 99 % at n = 8.
 */
int stats_median_est(const double *x, size_t n, struct stats_est *est);

/*
 * Estimate the shift of d from 0, the median of all means of two (Hodges-Lehmann), with the
 * interval of the signed-rank test.
 */
int stats_shift_paired(const double *d, size_t n, struct stats_est *est);

/* Return the two-sided p of the signed-rank test that d is symmetric around 0; NaN for no values. */
double stats_signed_rank_p(const double *d, size_t n);

#endif
