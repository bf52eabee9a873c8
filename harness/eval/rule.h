/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rule by which an interval becomes a verdict, and the control of the family. The
 * verdicts of one campaign and the comparison of two campaigns share it.
 *
 * margin        the larger of noise floor and log(1 + same_pct / 100)
 * same          the interval of the ratio lies within +- margin, and the margin is not
 *               above max(RULE_SAME_MAX_PCT, same_pct)
 * faster/slower the interval excludes 1, the effect itself is beyond the floor, and the
 *               comparison survives Benjamini-Hochberg at a false discovery rate of RULE_FDR
 * inconclusive  anything else, and everything without an interval
 */
#ifndef BL_EVAL_RULE_H
#define BL_EVAL_RULE_H

#include "stats/stats.h"

#define RULE_SAME_PCT		5.0	/* default of same_pct, in per cent */
#define RULE_SAME_MAX_PCT	20.0	/* with a noise floor above it, "same" says nothing */
#define RULE_FDR		0.05

enum verdict {
	V_BASELINE,
	V_FASTER,
	V_SLOWER,
	V_SAME,
	V_INCONCLUSIVE,
	V_UNVERIFIED,	/* its verify run failed, is invalid or missing */
	V_NO_DATA,	/* no valid run of it, of the baseline, or of both in one block */
};

const char *verdict_name(enum verdict v);

/* Convert between per cent and the logarithm of a ratio: 5 <-> log(1.05). */
double rule_log_of_pct(double pct);
double rule_pct_of_log(double l);

/* Return the farther bound of an interval from 1, as a logarithm. */
double rule_largest_bound(const struct stats_est *ratio);

/**
 * rule_decide() - decide one comparison
 * @ratio: to what it is compared to, with its interval
 * @q: adjusted p of rule_control_family()
 * @floor: noise floor as a logarithm, 0 if there is none
 * @same: log(1 + same_pct / 100)
 * @note: set where a verdict is withheld for a reason
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

#endif
