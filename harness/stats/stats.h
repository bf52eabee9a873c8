/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The public face of stats/: the statistics on which verdicts rest. What comes in are plain
 * arrays of doubles, one value for each fresh device; nothing here knows about fio or
 * campaigns. Tests on ranks are in rank.h, groups of devices in modes.h, histograms in hist.h,
 * queues in mva.h.
 *
 * A campaign has randomised blocks: each block runs every label once, because the speed of a
 * machine drifts, and jumps, from block to block. Two labels are compared by the runs of the n
 * blocks that have one of each: a[i] and b[i] are of the same block.
 *
 * Estimator of an effect: with d[i] = log(a[i] / b[i]), the median of all means of two d
 * (Hodges-Lehmann), back from the logarithm. What makes a block slow or fast does so to both of
 * its runs, and is not in d. Where each block has a boot of its own, and each device several
 * runs of fio, their scatter is in d as well: the interval is of all levels.
 *
 * What is estimated is the pseudo-median: the value that the mean of two blocks' d is as often
 * above as below. It is the median, and the mean, where d is symmetric, as the difference of two
 * equally skewed values is. Where it is not, as with two groups of devices in one label only, the
 * pseudo-median lies between median and mean, and the interval is of it and not of the median;
 * modes.h finds such groups, and tests/unit/test-rules.c has what the interval covers then.
 *
 * The interval is that of the exact signed-rank test, and the p value is of the same test: the
 * interval excludes 1 if, and only if, p <= 1 - coverage. It needs no random draws and no normal
 * distribution. The test has few levels when n is small, so the interval covers more than 95 %:
 * 96.9 % at n = 6, 95.3 % at 7, 96.1 % at 8 and 9, 95.1 % at 10, 95.8 % at 12; struct stats_est
 * says it. At n = 5 it is the range of the ratios, which covers 93.75 %, and the smallest p is
 * 0.0625; a smaller n gives no interval.
 *
 * The percentile bootstrap of median(a) / median(b) is not used: in simulation
 * (tests/unit/test-montecarlo.c has the noise) it covers 99 % from n = 12 on, with intervals
 * twice as wide, because the median of all is the value of one block; the bootstrap of a
 * smoother estimator covers 84 to 88 % at n = 5 and 6.
 */
#ifndef BL_STATS_H
#define BL_STATS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#define STATS_MIN_N	5	/* the fewest blocks that give an interval */
#define STATS_LEVEL	0.95

/* A point estimate with its interval; lo, hi and coverage are NaN where !has_interval. */
struct stats_est {
	double value;
	double lo, hi;
	bool has_interval;
	double coverage;	/* of the interval, 0..1; NaN if it is not known exactly */
};

#define STATS_NO_EST ((struct stats_est){ NAN, NAN, NAN, false, NAN })

/* Tell whether all n values are finite. */
bool stats_are_finite(const double *x, size_t n);

/* Return the median of n values in any order, NaN if n is 0. The input stays as it is. */
double stats_median(const double *x, size_t n);

/* Return quantile f (0..1) of n values in any order, type 7; NaN if n is 0. */
double stats_quantile(const double *x, size_t n, double f);

/**
 * stats_ratio_est() - estimate a / b over blocks, with the interval described above
 * @a: a value for each block, finite and > 0
 * @b: a value for each block, finite and > 0
 * @n: number of blocks
 * @est: the result
 *
 * Return: 0, -EINVAL (n is 0), -EDOM (a value that is not finite and > 0) or -ENOMEM.
 */
int stats_ratio_est(const double *a, const double *b, size_t n, struct stats_est *est);

/* Return the p value that belongs to that interval: 1 for values that are not finite and > 0. */
double stats_ratio_p(const double *a, const double *b, size_t n);

/* Return what the interval over @n blocks covers, 0..1; NaN below STATS_MIN_N. */
double stats_coverage(size_t n);

/* Return the smallest p value that @n blocks can have: 2^(1-n). */
double stats_smallest_p(size_t n);

/**
 * stats_bh() - control the false discovery rate of a family (Benjamini-Hochberg)
 * @p: p values
 * @q: the result; may be the same array as @p
 * @n: number of comparisons in the family
 *
 * q[i] is the smallest false discovery rate at which comparison i counts as found.
 *
 * Return: 0 or -ENOMEM.
 */
int stats_bh(const double *p, double *q, size_t n);

#endif
