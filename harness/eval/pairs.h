/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two cells of one job, paired by block: what comparisons with the baseline and A/A pairs have in
 * common. A metric is the IOPS, or one of the percentiles of latency.
 */
#ifndef BL_PAIRS_H
#define BL_PAIRS_H

#include "eval/verdict.h"

#define METRIC_IOPS	(-1)	/* else TAIL_P99 and so on */

/* Return the cell of a label in a job, or NULL. */
struct verdict_cell *pairs_find_cell(const struct verdicts *v, const char *label, const char *job);

/*
 * Return L if @label is "L'", the copy of L, and there is an L; else NULL. The caller frees it.
 */
char *pairs_original(const struct bl_strv *labels, const char *label);

/* As verdict_pairs(), of any metric. Blocks in which one of them has no value are left out. */
size_t pairs_values(const struct verdict_cell *a, const struct verdict_cell *b, int metric,
		    double **x, double **y);

/**
 * pairs_estimate() - estimate the ratio of two cells within blocks
 * @a: one cell
 * @b: the other
 * @metric: of which metric
 * @ratio: gets the estimate
 * @p: gets its p value, NaN without an interval; may be NULL
 * @groups: gets the groups among the log ratios
 *
 * Return: the number of blocks.
 */
size_t pairs_estimate(const struct verdict_cell *a, const struct verdict_cell *b, int metric,
		      struct stats_est *ratio, double *p, struct stats_groups *groups);

/* Forget groups that are no farther from each other than @margin, a logarithm. */
void pairs_drop_close_groups(struct stats_groups *g, double margin);

/* Count the blocks in which @a was tried, and those of them in which @a or @b failed. */
void pairs_count_lost(const struct verdict_cell *a, const struct verdict_cell *b, size_t *tried,
		      size_t *lost);

/* Set the A/A pairs of all jobs and metrics. */
void pairs_check_aa(struct verdicts *v);

/* Return the margin of a metric as a logarithm. */
double pairs_margin(const struct verdicts *v, int metric);

#endif
