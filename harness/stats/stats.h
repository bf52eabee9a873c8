/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The statistics that verdicts rest on. Nothing here knows about fio or
 * campaigns: samples are plain arrays of doubles, one value per fresh device.
 *
 * Campaigns are randomised blocks: each block runs every label once, because the
 * speed of a machine drifts, and jumps, from block to block. Two labels are
 * compared by the runs of the n blocks that have one of each: a[i] and b[i] are
 * of the same block.
 *
 * Estimator of an effect: with d[i] = log(a[i] / b[i]), the median of all means of two
 * d (Hodges-Lehmann), back from the logarithm. What makes a block slow or fast makes
 * both of its runs so, and is not in d. Where a block has a boot of its own, and a
 * device several runs of fio, these come into d as well: the interval is of all levels.
 *
 * Its 95 % interval is that of the signed-rank test: those shifts of d that it does not
 * reject at 5 %, between two such shifts in proportion, since the test has few levels
 * when n is small. It takes no draws and no normality; it takes d to be symmetric around
 * the effect, which a difference of two equally skewed things is. At n = 5 it is the
 * range of the ratios, which covers 93.75 %; fewer give no interval.
 *
 * Why not the percentile bootstrap of median(a) / median(b), as this was before: in
 * simulation (tests/unit/test-montecarlo.c has the noise) it covers 99 % from n = 12 on,
 * with intervals twice as wide, since the median of all is one block's; that of a
 * smoother estimator covers 84 to 88 % at n = 5 and 6.
 */
#ifndef BL_STATS_H
#define BL_STATS_H

#include <stdbool.h>
#include <stddef.h>

#define STATS_MIN_N	5
#define STATS_LEVEL	0.95

/* A point estimate with its interval; lo and hi are NaN where !has_interval. */
struct stats_est {
	double value;
	double lo, hi;
	bool has_interval;
};

/* Median of n values in any order; the input stays as it is. NaN if n is 0. */
double stats_median(const double *x, size_t n);

/* Quantile f (0..1) of n values in any order, type 7. NaN if n is 0. */
double stats_quantile(const double *x, size_t n, double f);

/*
 * a / b over n blocks with its 95 % interval, as described above.
 * 0, -EINVAL (n is 0), -EDOM (a value that is not finite and > 0), -ENOMEM.
 */
int stats_ratio_est(const double *a, const double *b, size_t n, struct stats_est *est);

/* --- stats-rank.c --- */

/*
 * Median of x with the 95 % interval of the sign test, in proportion between values.
 * 0, -EINVAL (n is 0 or a value is not finite), -ENOMEM.
 */
int stats_median_est(const double *x, size_t n, struct stats_est *est);

/*
 * By how much d is shifted from 0 (Hodges-Lehmann), with the interval of the signed-rank
 * test, as described above. 0, -EINVAL (n is 0 or a value is not finite), -ENOMEM.
 */
int stats_shift_paired(const double *d, size_t n, struct stats_est *est);

/*
 * By how much x is shifted from y: the median of all differences, with the interval of
 * the rank-sum test, in the same way. For two samples that have no blocks in common.
 */
int stats_shift(const double *x, size_t n, const double *y, size_t m, struct stats_est *est);

/*
 * Two-sided p of the rank-sum test (Mann-Whitney, Wilcoxon) that x is not shifted from y:
 * exact up to 60 each without equal values, else by the normal distribution with
 * corrections for continuity and ties. NaN if it has none (no values, or not finite).
 */
double stats_mann_whitney_p(const double *x, size_t n, const double *y, size_t m);

/*
 * Two-sided p value of "the geometric mean of a[i] / b[i] is 1": the paired t
 * test on the logarithms. It feeds the control of the family, for which rank tests
 * cannot give small enough honest p values (the smallest of signed ranks at n = 5 is
 * 0.0625). An
 * outlier makes it larger, not smaller. 1 where n is below 3 or a
 * value is not > 0. Ratios without any spread: 1 if they are 1, else 0.
 */
double stats_paired_p(const double *a, const double *b, size_t n);

/*
 * Benjamini-Hochberg: q[i] is the smallest false discovery rate at which
 * comparison i of this family of n counts as found. p and q may be the same
 * array. 0 or -ENOMEM.
 */
int stats_bh(const double *p, double *q, size_t n);

#endif
