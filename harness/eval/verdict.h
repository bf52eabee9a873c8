/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a campaign's rows to what may be said about each label and job.
 *
 * Only rows of timed runs with status ok count; their unit is the fresh device.
 * A label whose verification run did not end well has no verdict and no median
 * (the A/A copy stands or falls with its original).
 *
 * A label is compared to the baseline over the blocks in which both have a valid run;
 * the speed of the machine differs between blocks, and so cancels (stats.h).
 *
 * margin of a job  = max(noise floor, log(1 + same_pct / 100))
 * noise floor      = the largest |log bound| of the interval of an A/A pair
 *                    (a label L and "L'", the same thing twice) in that job
 *
 *   same          the interval of the ratio lies within +- margin, which is not
 *                 above max(VERDICT_SAME_MAX, same_pct)
 *   faster/slower the interval excludes 1, the effect itself is beyond the
 *                 floor, and the comparison survives Benjamini-Hochberg at a
 *                 false discovery rate of 5 % over all labels and jobs
 *   inconclusive  anything else, and everything without an interval
 *
 * An A/A copy is judged without a floor (it would be its own), in a family of
 * its own: the control must be able to fail.
 */
#ifndef BL_VERDICT_H
#define BL_VERDICT_H

#include "eval/summary.h"
#include "stats/stats.h"

#define VERDICT_SAME_PCT	5.0	/* default of x in "same within x %" */
/* With a noise floor above it, in per cent, "the same" would say nothing. */
#define VERDICT_SAME_MAX	20.0
#define VERDICT_FDR		0.05

enum verdict {
	V_BASELINE,
	V_FASTER,
	V_SLOWER,
	V_SAME,
	V_INCONCLUSIVE,
	V_UNVERIFIED,	/* its verify run failed, is invalid or missing */
	V_NO_DATA,	/* no valid run of it, of the baseline, or of both in one block */
};

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
	struct stats_est median;	/* IOPS */
	struct stats_est ratio;		/* to the baseline; the baseline's own is 1 */
	double p, q;			/* NaN where nothing was compared */
	double floor_pct;		/* noise floor of the job; NaN if unknown */
	double margin_pct;		/* the x of "same within x %" */
	double clat_p50_ns, clat_p99_ns; /* of the merged histograms of the n; NaN without */
	enum verdict verdict;
	const char *note;		/* "" or why there is no verdict */
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

const char *verdict_name(enum verdict v);

/*
 * Judge a campaign, which must outlive the verdicts. @same_pct: 0 < x <= 100.
 * 0, or a negative errno with a message (the baseline is no label of the plan).
 */
int verdicts_make(struct verdicts *v, const struct summary *sum, double same_pct);
void verdicts_free(struct verdicts *v);

const struct verdict_cell *verdict_find(const struct verdicts *v, const char *label,
					const char *job);

/*
 * The runs of @a and @b side by side, for the blocks that both have a valid run of, of
 * which there are as many as returned. The caller frees @x and @y.
 */
size_t verdict_pairs(const struct verdict_cell *a, const struct verdict_cell *b,
		     double **x, double **y);

/*
 * Instructions of the guest per I/O, of the median IOPS: on the plane icount its clock
 * counts them. What little the CPU idles is in it. NaN on other planes.
 */
double verdict_insns(const struct verdicts *v, const struct verdict_cell *c);

#endif
