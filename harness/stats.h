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
 * Estimator of an effect: r = median(a) / median(b). Median: the middle order
 * statistic, the mean of the two middle ones when n is even.
 *
 * Its 95 % interval (percentile bootstrap of whole blocks):
 *   1. repeat STATS_RESAMPLES times: draw n blocks with replacement, the same
 *      ones for both labels; r* = median(a*) / median(b*)
 *   2. the interval is the 0.025 and the 0.975 quantile of the r*,
 *      interpolated (Hyndman-Fan type 7, what R and GSL call the default).
 * Every call starts its own mt19937 generator with the seed that it is given,
 * so an interval depends on its two samples only: not on how many other
 * comparisons there are or in which order they are made.
 *
 * Where blocks differ by far more than runs within one, the median is one block's
 * (or two), and the interval gets safer with n, hardly narrower: more repetitions
 * do not sharpen it.
 *
 * Fewer than STATS_MIN_N blocks give no interval: two do not carry one. Up to
 * n = 5 it is all but the full range of the blocks' ratios.
 */
#ifndef BL_STATS_H
#define BL_STATS_H

#include <stdbool.h>
#include <stddef.h>

#define STATS_SEED	20210831UL
#define STATS_RESAMPLES	10000
#define STATS_MIN_N	3
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
 * Median of x with its 95 % percentile bootstrap interval.
 * 0, -EINVAL (n is 0 or a value is not finite), -ENOMEM.
 */
int stats_median_est(const double *x, size_t n, unsigned long seed,
		     struct stats_est *est);

/*
 * median(a) / median(b) over n blocks with its 95 % interval, as described above.
 * 0, -EINVAL (n is 0), -EDOM (a value that is not finite and > 0), -ENOMEM.
 */
int stats_ratio_est(const double *a, const double *b, size_t n, unsigned long seed,
		    struct stats_est *est);

/*
 * Two-sided p value of "the geometric mean of a[i] / b[i] is 1": the paired t
 * test on the logarithms. It feeds the control of the family, for which neither
 * bootstrap nor rank tests can give small enough honest p values at n = 3..6
 * (the smallest exact p of signs or signed ranks is 0.25 at 3, 0.0625 at 5). An
 * outlier makes it larger, not smaller. 1 where n is below STATS_MIN_N or a
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
