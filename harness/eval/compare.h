/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two campaigns: is a label slower in the second one? They are of different times, and
 * so a label's IOPS are first set against the baseline of their own block and campaign:
 * what is compared are the logarithms of these ratios, one per block, as two samples
 * (Hodges-Lehmann shift with the interval of the rank-sum test). A change that makes the
 * baseline slower, too, is not seen; the baseline itself is compared by its plain IOPS.
 *
 * Floor, margin and family as in verdict.h; p by Mann and Whitney. The floor is the
 * larger of the two campaigns'.
 */
#ifndef BL_COMPARE_H
#define BL_COMPARE_H

#include "eval/verdict.h"

struct comparison {
	const char *label, *job;
	bool plain;			/* the baseline: no ratio to itself */
	size_t n_a, n_b;		/* blocks */
	double a, b;			/* medians of what is compared: ratios, or IOPS */
	struct stats_est ratio;		/* b to a */
	double p, q, floor_pct, margin_pct;
	enum verdict verdict;		/* of b: faster, slower, same, inconclusive, no data */
	const char *note;
};

struct comparisons {
	struct comparison *c;
	size_t n;
	struct bl_strv only_a, only_b;	/* "label in job" that the other does not have */
};

/*
 * All labels and jobs that both have; @label and @job: NULL or only these. 0, or a
 * negative errno with a message: none in common, other baselines.
 */
int compare(struct comparisons *cs, const struct verdicts *a, const struct verdicts *b,
	    const char *label, const char *job);
void compare_free(struct comparisons *cs);

#endif
