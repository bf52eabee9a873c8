/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdicts of one campaign: what may be said about each label in each job.
 *
 * Only rows of timed runs with status ok count; their unit is the fresh device. A label
 * whose verify run did not end well has no verdict and no median, and neither has its A/A
 * copy.
 *
 * A label is compared to the baseline over the blocks in which both have a valid run: the
 * speed of the machine differs between blocks, and cancels in the ratio (stats.h).
 *
 * The noise floor of a job is the largest |log bound| of the interval of an A/A pair (a
 * label L and "L'", the same thing twice) in it. An A/A copy is judged without a floor,
 * which would be its own, and in a family of its own: the control must be able to fail.
 */
#ifndef BL_VERDICT_H
#define BL_VERDICT_H

#include "eval/rule.h"
#include "eval/summary.h"
#include "stats/stats.h"

/* One label in one job. */
struct verdict_cell {
	const char *label, *job;
	const struct sum_row *config;	/* any row of the label: its settings */
	size_t label_idx, job_idx;
	bool aa;			/* the copy of an A/A pair */
	double *iops;			/* of the n valid runs, in plan order */
	int *block;			/* which block each is from */
	size_t n, planned;
	size_t n_common;		/* blocks shared with the baseline; n of the ratio */
	struct stats_est median;	/* in IOPS */
	struct stats_est ratio;		/* to the baseline; the baseline's own is 1 */
	double p, q;			/* NaN where nothing was compared */
	double floor_pct;		/* noise floor of the job; NaN if unknown */
	double margin_pct;		/* the x of "same within x %" */
	double clat_p50_ns, clat_p99_ns; /* of the n histograms, merged; NaN without */
	enum verdict verdict;
	const char *note;		/* why there is no verdict, or "" */
};

struct verdicts {
	const struct summary *sum;
	struct bl_strv labels;		/* baseline, its copy, the others by name */
	struct verdict_cell *cells;	/* jobs in plan order, labels within a job */
	size_t n_cells;
	size_t n_family;		/* comparisons under Benjamini-Hochberg */
	size_t n_min, n_max;		/* valid runs per cell */
	double same_pct;
	bool has_aa;
};

/**
 * verdicts_make() - judge a campaign
 * @v: gets the verdicts; verdicts_free() frees them
 * @sum: the campaign, which must outlive the verdicts
 * @same_pct: the margin of "same" in per cent, 0 < x <= 100
 *
 * Return: 0, or a negative errno with a message (the baseline is no label of the plan).
 */
int verdicts_make(struct verdicts *v, const struct summary *sum, double same_pct);
void verdicts_free(struct verdicts *v);

/* Return the cell of a label in a job, or NULL. */
const struct verdict_cell *verdict_find(const struct verdicts *v, const char *label,
					const char *job);

/**
 * verdict_pairs() - pair the runs of two cells by block
 * @a: one cell
 * @b: the other
 * @x: gets the IOPS of @a; the caller frees it
 * @y: gets the IOPS of @b in the same blocks; the caller frees it
 *
 * Return: the number of blocks in which both have a valid run.
 */
size_t verdict_pairs(const struct verdict_cell *a, const struct verdict_cell *b,
		     double **x, double **y);

/*
 * Return the guest's instructions per I/O at the median IOPS: on the plane icount the
 * guest's clock counts instructions, those of an idle CPU included. NaN on other planes.
 */
double verdict_insns(const struct verdicts *v, const struct verdict_cell *c);

#endif
