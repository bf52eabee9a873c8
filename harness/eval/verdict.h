/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdicts of one campaign: what may be said about each label in each job. rule.h has the
 * rule; here is on which data it works.
 *
 * Only rows of timed runs with status ok count; their unit is the fresh device. A label whose
 * verify run did not end well has no verdict and no median, and neither has its A/A copy. A label
 * without a verify run has numbers, but its verdict is "unverified".
 *
 * A label is compared to the baseline over the blocks in which both have a valid run: the
 * speed of the machine differs between blocks, and cancels in the ratio (stats.h). A run that
 * failed or is invalid is not missing by chance: if the label or the baseline has such a run in
 * more than RULE_MAX_FAILED of the blocks, there is no verdict, and the table marks every other.
 *
 * Two groups among the ratios of a label (modes.h), farther from each other than the margin, leave
 * no verdict, unless each block by itself has the same one.
 *
 * The A/A pair (a label L and "L'", the same thing twice) is the control of a job. It is clean if
 * its interval lies within the margin, it has no two groups, and it did not fail too often. No
 * verdict rests on a job whose pair is not clean. The noise floor is the largest |log bound| of
 * the pair's interval. An A/A copy is judged without a floor, which would be its own.
 *
 * There are three families, each corrected for its own size: the labels; the controls, which are
 * cells that are marked unsafe; the A/A copies. A control that differs by far must not make it
 * easier for a label to differ, and the A/A copy must be able to fail.
 */
#ifndef BL_VERDICT_H
#define BL_VERDICT_H

#include "eval/rule.h"
#include "eval/summary.h"
#include "stats/modes.h"
#include "stats/stats.h"

enum verdict_family { FAMILY_LABELS, FAMILY_CONTROLS, FAMILY_AA, FAMILIES };

/* The percentiles of completion latency that have verdicts. */
enum { TAIL_P99, TAIL_P999, TAILS };

extern const double tail_shares[TAILS];
extern const char *const tail_names[TAILS];	/* "p99", "p999": of columns */

/*
 * A percentile of the completion latency of one label in one job. Each block has its own, from the
 * histogram of that block.
 */
struct verdict_tail {
	double ns;			/* median over blocks; NaN: unknown */
	struct stats_est ratio;		/* of latencies, to the baseline within blocks */
	double p, q;
	struct stats_groups groups;	/* of the log ratios */
	enum verdict verdict;		/* faster: the latency is lower */
	const char *note;
};

/* One label in one job. */
struct verdict_cell {
	const char *label, *job;
	const struct sum_row *config;	/* any row of the label: its settings */
	size_t label_idx, job_idx;
	bool aa;			/* the copy of an A/A pair */
	enum verdict_family family;
	double *iops;			/* of the n valid runs, in plan order */
	int *block;			/* which block each is from */
	double *tail[TAILS];		/* of the n valid runs, in ns; NaN: unknown */
	size_t n, planned;
	int *failed_block;		/* blocks of the n_failed runs that failed or are invalid */
	size_t n_failed;
	size_t tried, lost;		/* blocks that ended; those that it or the baseline failed in */
	size_t n_common;		/* blocks shared with the baseline; n of the ratio */
	struct stats_est median;	/* in IOPS */
	struct stats_est ratio;		/* to the baseline; the baseline's own is 1 */
	struct stats_groups groups;	/* of the log ratios; n_small is 0 within the margin */
	double p, q;			/* NaN where nothing was compared */
	double floor_pct;		/* noise floor of the job; NaN if unknown */
	double margin_pct;		/* the x of "same within x %" */
	double clat_p50_ns, clat_p99_ns; /* of the n histograms, merged; NaN without */
	struct verdict_tail tails[TAILS];
	enum verdict verdict;
	const char *note;		/* why there is no verdict, or "" */
};

enum aa_state {
	AA_NONE,			/* the plan has no A/A pair */
	AA_CLEAN,
	AA_NO_INTERVAL,			/* too few blocks */
	AA_FAILED,			/* too many runs failed or are invalid */
	AA_WIDE,			/* the interval reaches beyond the margin */
	AA_TWO_GROUPS,
};

/* The A/A pair of a job; of several pairs the worst. */
struct verdict_aa {
	enum aa_state state;
	const char *label;		/* of the copy; NULL: no pair */
	struct stats_est ratio;		/* of the copy to its original */
	struct stats_groups groups;
	double floor;			/* as a logarithm, over all pairs; NaN if unknown */
};

/* Where the margin comes from. */
enum margin_source {
	MARGIN_DECLARED,		/* in the plan, before the run */
	MARGIN_DEFAULT,			/* the plan is old and has none */
	MARGIN_CHOSEN,			/* by the reader, after the run */
};

struct verdicts {
	const struct summary *sum;
	struct bl_strv labels;		/* baseline, its copy, the others by mechanism */
	struct verdict_cell *cells;	/* jobs in plan order, labels within a job */
	size_t n_cells;
	size_t n_family;		/* comparisons of the labels, under Benjamini-Hochberg */
	size_t n_min, n_max;		/* valid runs per cell */
	double same_pct, tail_pct;	/* the margins of IOPS and of latency */
	enum margin_source margin_source, tail_source;
	struct verdict_aa *aa;		/* per job: of IOPS */
	struct verdict_aa *tail_aa;	/* per job TAILS: of latencies */
	bool has_aa;
	bool verified;			/* the plan has verify runs */
};

/**
 * verdicts_make() - judge a campaign
 * @v: gets the verdicts; verdicts_free() frees them
 * @sum: the campaign, which must outlive the verdicts
 * @same_pct: the margin of "same" in per cent, 0 < x <= 100, or RULE_AS_DECLARED
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

/* Return "an interval of it excludes 1 in K of N jobs", counted over the A/A copies. */
size_t verdicts_count_aa(const struct verdicts *v, size_t *excludes_1);

#endif
