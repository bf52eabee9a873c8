/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The statistics that verdicts rest on. Nothing here knows about fio or
 * campaigns: samples are plain arrays of doubles, one value per fresh device.
 *
 * Estimator of an effect: r = median(a) / median(b), a and b independent
 * samples of positive values. Median: the middle order statistic, the mean of
 * the two middle ones when n is even.
 *
 * Its 95 % interval (percentile bootstrap, two-sample, unpaired):
 *   1. repeat STATS_RESAMPLES times: draw n values from a and m values from b,
 *      with replacement, each group for itself; r* = median(a*) / median(b*)
 *   2. the interval is the 0.025 and the 0.975 quantile of the r*,
 *      interpolated (Hyndman-Fan type 7, what R and GSL call the default).
 * Every call starts its own mt19937 generator with the seed that it is given,
 * so an interval depends on its two samples only: not on how many other
 * comparisons there are or in which order they are made.
 *
 * Fewer than STATS_MIN_N values in a group give no interval: two values do not
 * carry one. At n = 3 the interval is all but the full range of ratios.
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
 * median(a) / median(b) with its 95 % interval, as described above.
 * 0, -EINVAL (an empty group), -EDOM (a value that is not finite and > 0),
 * -ENOMEM.
 */
int stats_ratio_est(const double *a, size_t n, const double *b, size_t m,
		    unsigned long seed, struct stats_est *est);

/*
 * Two-sided p value of "a and b have the same geometric mean": Welch's t test
 * on the logarithms. It feeds the control of the family, for which neither
 * bootstrap nor rank tests can give small enough honest p values at n = 3..6
 * (the smallest exact rank p is 0.1 at 3 + 3 and 0.008 at 5 + 5). An outlier
 * makes it larger, not smaller. 1 where a group has fewer than STATS_MIN_N
 * values or a value is not > 0. Without any spread: 1 if equal, else 0.
 */
double stats_welch_p(const double *a, size_t n, const double *b, size_t m);

/*
 * Benjamini-Hochberg: q[i] is the smallest false discovery rate at which
 * comparison i of this family of n counts as found. p and q may be the same
 * array. 0 or -ENOMEM.
 */
int stats_bh(const double *p, double *q, size_t n);

#endif
