/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The comparison of two campaigns: is a label slower in the second one?
 *
 * They ran at different times, so a label's IOPS are first divided by the baseline's in the
 * same block of the same campaign. The logarithms of these ratios, one a block, are two
 * samples: Hodges-Lehmann shift with the interval of the rank-sum test, p by Mann and
 * Whitney. A change that slows the baseline too is not seen; the baseline itself is
 * compared by its plain IOPS. The noise floor is the larger of the two campaigns'; rule.h
 * has the rule.
 */
#ifndef BL_COMPARE_H
#define BL_COMPARE_H

#include "eval/verdict.h"

struct comparison {
	const char *label, *job;
	bool plain;			/* the baseline: no ratio to itself */
	size_t n_a, n_b;		/* blocks */
	double a, b;			/* medians: of ratios, or of IOPS if @plain */
	struct stats_est ratio;		/* of b to a */
	double p, q, floor_pct, margin_pct;
	enum verdict verdict;		/* of b: faster, slower, same, inconclusive, no data */
	const char *note;
};

struct comparisons {
	struct comparison *c;
	size_t n;
	struct bl_strv only_a, only_b;	/* "LABEL in JOB" that the other does not have */
};

/**
 * compare_campaigns() - compare each cell that two campaigns have in common
 * @cs: gets the comparisons; comparisons_free() frees them, also after an error
 * @a: verdicts of the old campaign, whose margin of "same" counts
 * @b: verdicts of the new campaign
 * @label: compare only this label; NULL: all
 * @job: compare only this job; NULL: all
 *
 * Return: 0, or a negative errno with a message (other baselines or planes, or nothing in
 * common).
 */
int compare_campaigns(struct comparisons *cs, const struct verdicts *a, const struct verdicts *b,
		      const char *label, const char *job);
void comparisons_free(struct comparisons *cs);

#endif
