/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The comparison of two campaigns: is a label slower in the second one?
 *
 * They ran at different times, so a label's IOPS are first divided by the baseline's in the
 * same block of the same campaign. The logarithms of these ratios are two samples (sample.h);
 * stats/two-sample.h has the shift between them with its interval and its p value. A change
 * that slows the baseline too is not seen. The baseline itself is compared by its plain IOPS,
 * and only on the plane icount: elsewhere these are times of two days.
 *
 * Two campaigns of the same code differ by more than their blocks do, because each boot
 * favours some labels. Where a campaign has fewer than STATS_MIN_N boots, this scatter is not
 * in its sample and must be known: it is declared, or estimated from a pilot campaign
 * (bouncelab plan --pilot), or on the plane icount COMPARE_ICOUNT_SD_PCT. Where it is not
 * known, there is no verdict.
 *
 * rule.h has the rule of verdicts; one is given only if it is the same by the margins of both
 * campaigns. conclude.h draws the conclusion, which is the exit code of `bouncelab compare`.
 */
#ifndef BL_COMPARE_H
#define BL_COMPARE_H

#include "eval/verdict.h"

/*
 * Standard deviation between boots of the ratio on the plane icount, in per cent. Its clock counts
 * instructions; what differs between boots is where the kernel puts its data. Over 40 campaigns of
 * unchanged code, each in a boot of its own (tests/vm/same-code.sh), a label's ratio had 0.18 % for
 * 4k-randread-2 and 0.28 to 0.30 % for 64k-randwrite-2, in which the scatter of eight blocks is too.
 * With this value all 80 intervals of their 20 comparisons contained 1.
 */
#define COMPARE_ICOUNT_SD_PCT	0.2

struct compare_options {
	const char *label, *job;	/* compare only these; NULL: all */
	double boot_sd_pct;		/* between boots, of the ratio; NaN: by the plane */
};

struct comparison {
	const char *label, *job;
	bool plain;			/* the baseline: no ratio to itself */
	enum verdict_family family;
	size_t n_a, n_b;		/* units: blocks or boots */
	double boots_a, boots_b;	/* effective numbers of boots */
	bool hidden;			/* the samples do not show the scatter between boots */
	double a, b;			/* medians: of ratios, or of IOPS if @plain */
	struct stats_est ratio;		/* of b to a */
	double p, q, floor_pct, margin_pct;
	enum verdict verdict;		/* of b: faster, slower, same, inconclusive, no data */
	const char *note;
};

struct comparisons {
	struct comparison *c;
	size_t n;
	double boot_sd_pct;		/* in use; NaN if it is not known */
	bool hidden;			/* some sample does not show the scatter between boots */
	struct bl_strv only_a, only_b;	/* "LABEL in JOB" that the other does not have */
};

/**
 * compare_campaigns() - compare each cell that two campaigns have in common
 * @cs: gets the comparisons; comparisons_free() frees them, also after an error
 * @a: verdicts of the old campaign
 * @b: verdicts of the new campaign
 * @o: options
 *
 * Return: 0, or a negative errno with a message (other baselines or planes, or nothing in
 * common).
 */
int compare_campaigns(struct comparisons *cs, const struct verdicts *a, const struct verdicts *b,
		      const struct compare_options *o);
void comparisons_free(struct comparisons *cs);

#endif
