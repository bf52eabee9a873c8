/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The public face of stats/: the statistics on which verdicts rest. What comes in are plain
 * arrays of doubles, one value for each fresh device; nothing here knows about fio or
 * campaigns. Tests on ranks are in rank.h, histograms in hist.h, queues in mva.h.
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
 * The 95 % interval is that of the signed-rank test: the shifts of d that the test does not
 * reject at 5 %, in proportion between two such shifts, since the test has few levels when n is
 * small. It needs no random draws and no normal distribution; it assumes that d is symmetric
 * around the effect, as the difference of two equally skewed values is. At n = 5 it is the
 * range of the ratios, which covers 93.75 %; a smaller n gives no interval.
 *
 * The percentile bootstrap of median(a) / median(b) is not used: in simulation
 * (tests/unit/test-montecarlo.c has the noise) it covers 99 % from n = 12 on, with intervals
 * twice as wide, because the median of all is the value of one block; the bootstrap of a
 * smoother estimator covers 84 to 88 % at n = 5 and 6.
 */
#ifndef BL_STATS_H
#define BL_STATS_H

#include <stdbool.h>
#include <stddef.h>

#define STATS_MIN_N	5	/* the fewest blocks that give an interval */
#define STATS_LEVEL	0.95

/* A point estimate with its interval; lo and hi are NaN where !has_interval. */
struct stats_est {
	double value;
	double lo, hi;
	bool has_interval;
};

/* Return the median of n values in any order, NaN if n is 0. The input stays as it is. */
double stats_median(const double *x, size_t n);

/* Return quantile f (0..1) of n values in any order, type 7; NaN if n is 0. */
double stats_quantile(const double *x, size_t n, double f);

/**
 * stats_ratio_est() - estimate a / b over blocks, with the 95 % interval described above
 * @a: a value for each block, finite and > 0
 * @b: a value for each block, finite and > 0
 * @n: number of blocks
 * @est: the result
 *
 * Return: 0, -EINVAL (n is 0), -EDOM (a value that is not finite and > 0) or -ENOMEM.
 */
int stats_ratio_est(const double *a, const double *b, size_t n, struct stats_est *est);

/**
 * stats_paired_p() - test whether the geometric mean of a[i] / b[i] is 1
 * @a: a value for each block
 * @b: a value for each block
 * @n: number of blocks
 *
 * The paired t test on the logarithms, two-sided. It feeds the control of the family, for which
 * rank tests cannot give small enough p values (the smallest of the signed-rank test at n = 5
 * is 0.0625). An outlier makes the p value larger.
 *
 * Return: the p value; 1 where n is below 3 or a value is not > 0. For ratios without any
 * spread, 1 if they are 1, else 0.
 */
double stats_paired_p(const double *a, const double *b, size_t n);

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
