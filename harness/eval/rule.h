/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rule by which an interval becomes a verdict, and the control of the family. The
 * verdicts of one campaign and the comparison of two campaigns share it.
 *
 * margin        how far from 1 a ratio may be and still be "same". The plan declares it before
 *               the run. A ratio of 1.03 and one of 1 / 1.03 are equally far from 1.
 * same          the whole interval lies within the margin. It may exclude 1: then there is a
 *               difference, and it is smaller than the margin.
 * faster/slower the whole interval lies beyond the margin on one side, and beyond the noise
 *               floor, and the comparison survives Benjamini-Hochberg at a false discovery rate
 *               of RULE_FDR
 * inconclusive  anything else, and everything without an interval
 *
 * So more data narrows the interval and turns "inconclusive" into the verdict that is true, but
 * never turns one verdict into another one. The noise floor can only take verdicts away. The
 * false discovery rate is that of the statement that there is a difference; that the difference is
 * beyond the margin has the error of the interval, at most 2.5 % for each comparison.
 *
 * docs/plans.md says why the margin is 1 % on icount and 3 % elsewhere, and 10 % for latencies.
 */
#ifndef BL_EVAL_RULE_H
#define BL_EVAL_RULE_H

#include "stats/stats.h"

#define RULE_AS_DECLARED	0.0	/* in place of a margin: that of the plan */
#define RULE_FDR		0.05

/*
 * The largest share of blocks in which a label may fail and still be judged. Runs do not fail at
 * random, so each could have been arbitrarily slow. From 12 blocks on, the signed-rank interval
 * stays finite if one block in ten is put at either end.
 */
#define RULE_MAX_FAILED		0.1

enum verdict {
	V_BASELINE,
	V_FASTER,
	V_SLOWER,
	V_SAME,
	V_INCONCLUSIVE,
	V_UNVERIFIED,	/* its verify run failed, is invalid or missing, or there is none */
	V_NO_DATA,	/* no valid run of it, of the baseline, or of both in one block */
};

const char *verdict_name(enum verdict v);

/* Convert between per cent and the logarithm of a ratio: 5 <-> log(1.05). */
double rule_log_of_pct(double pct);
double rule_pct_of_log(double l);

/* Return the farther bound of an interval from 1, as a logarithm. */
double rule_largest_bound(const struct stats_est *ratio);

/* Tell whether the interval has a ratio of 1 outside. */
bool rule_excludes_1(const struct stats_est *ratio);

/* Tell whether a cell failed in so many of the blocks it was tried in that nothing can be said. */
bool rule_failed_too_often(size_t failed, size_t tried);

/**
 * rule_decide() - decide one comparison
 * @ratio: to what it is compared to, with its interval
 * @q: adjusted p of rule_control_family()
 * @floor: noise floor as a logarithm, 0 if there is none
 * @same: the margin as a logarithm, log(1 + per cent / 100)
 * @note: set to the reason where the interval would allow a verdict and another rule does not
 *
 * Return: V_SAME, V_FASTER, V_SLOWER or V_INCONCLUSIVE.
 */
enum verdict rule_decide(const struct stats_est *ratio, double q, double floor, double same,
			 const char **note);

/**
 * rule_control_family() - adjust the p values of a family by Benjamini and Hochberg
 * @p: values; NaN is no member of the family
 * @q: gets the adjusted value of each member, and NaN of others
 * @n: length of @p and @q
 *
 * Return: the number of members, or a negative errno.
 */
long rule_control_family(const double *p, double *q, size_t n);

/*
 * Return how many blocks it takes until one comparison alone can be told among @members: until
 * the smallest p times @members is at most RULE_FDR.
 */
size_t rule_blocks_needed(size_t members);

#endif
