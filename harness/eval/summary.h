/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * eval/ computes what a campaign says: summary.h reads it, verdict.h judges it, compare.h
 * compares it with another one, traces.h collects what its traced runs saw.
 *
 * In: the directory of a campaign. Out: data that report/ writes.
 *
 * A summary has one row per planned run and job. A run that is missing, failed or invalid
 * has its rows too, with the reason.
 */
#ifndef BL_SUMMARY_H
#define BL_SUMMARY_H

#include "lib/util.h"
#include "plan/plan.h"
#include "proto/fio.h"
#include "proto/words.h"
#include "plan/shard.h"
#include "campaign/stop-state.h"

/* The plan owns the strings, except @reason. */
struct sum_row {
	const char *run, *label, *strategy, *axis[AXES], *job;
	const char *collect;		/* collectors of the cell: "off", or names and '+' */
	int block, page_order, bounce_mb;
	unsigned int position;		/* of the job among those of its device, from 1 */
	bool unsafe;
	enum run_kind kind;
	enum run_status status;		/* only STATUS_OK rows enter a median */
	char *reason;			/* NULL if STATUS_OK */
	int boot;			/* number of the guest, from 1; 0 if it is not known */
	int shard;			/* shard of the block, from 1; 0 without shards */
	struct fio_result fio;		/* over all runs on the device; NaN: not measured */
	double *each;			/* IOPS of each run on the device */
	unsigned int n_each;		/* length of @each; 0 if one of the runs is broken */
	struct hist hist;		/* completion latencies; may be empty */
};

struct summary {
	char *dir;
	char *name;			/* last part of @dir */
	json_t *plan;			/* plan.json */
	json_t *env;			/* env.json, or NULL */
	bool unchecked;			/* set by the caller: see campaign_verify() */
	const char *plane, *baseline;
	double runtime_ms;		/* planned for each timed job */
	unsigned int runs_each;		/* planned for each timed job of a device */
	const char *boot;		/* the guest boots for each campaign, block or device */
	enum plan_order order;		/* of the jobs on a device */
	struct shard shard;		/* runs of other shards have no rows */
	unsigned int shards;		/* number of shards this was merged of, or 0 */
	struct stop_state stop;		/* runs that it skips have no rows */
	char state[16];			/* of the campaign in the journal; may be empty */
	char accel[16];			/* "tcg", "kvm", "mixed", "unknown" */
	bool emulated;			/* some run was emulated */
	struct bl_strv jobs;		/* timed jobs, in the plan's order */
	struct sum_row *rows;		/* in the plan's order */
	size_t n_rows;
	size_t n_runs;			/* planned runs */
	size_t n_status[STATUSES];	/* the same by status */
};

/**
 * summary_load() - read a campaign
 * @s: gets the summary; summary_free() frees it
 * @dir: the campaign's directory
 *
 * Rules of evidence: a run has the status that run.json says. A run that is ok becomes
 * invalid as a whole if an output of fio is missing or broken, has an error or no I/O, or,
 * of timed and traced jobs, lasted less than 90 % of the planned time.
 *
 * Return: 0, or a negative errno with a message: there is no such campaign, or one of its
 * own files cannot be used.
 */
int summary_load(struct summary *s, const char *dir);
void summary_free(struct summary *s);

/* Tell whether some cell of the plan has collectors. */
bool summary_traced(const struct summary *s);

#endif
