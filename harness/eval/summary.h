/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A campaign as it can be evaluated: one row per planned run and job. What was
 * planned but is missing, failed or invalid has its row too, with the reason.
 */
#ifndef BL_SUMMARY_H
#define BL_SUMMARY_H

#include "lib/util.h"
#include "plan/catalog.h"
#include "proto/fio.h"
#include "proto/words.h"
#include "plan/shard.h"
#include "campaign/stop-state.h"

/* The strings belong to the campaign's plan, except @reason. */
struct sum_row {
	const char *run, *label, *strategy, *axis[AXES], *job;
	const char *collect;		/* collectors of the cell: "off", or names and '+' */
	int block, page_order, bounce_mb;
	bool unsafe;
	enum run_kind kind;
	enum run_status status;		/* only STATUS_OK rows enter a median */
	char *reason;			/* NULL if STATUS_OK */
	int boot;			/* number of the guest, from 1; 0 where it is not known */
	int shard;			/* that the block is of, from 1; 0 without shards */
	struct fio_result fio;		/* of all runs on the device; NaN: not measured */
	double *each;			/* IOPS of each run on the device, … */
	unsigned int n_each;		/* … of which there are so many, 0 if one is broken */
	struct hist hist;		/* its completion latencies; may be empty */
};

struct summary {
	char *dir;
	char *name;			/* of the campaign: last part of dir */
	json_t *plan;			/* plan.json */
	json_t *env;			/* env.json, or NULL */
	const char *plane, *baseline;
	double runtime_ms;		/* planned for each timed job */
	unsigned int runs_each;		/* planned for each timed job of a device */
	const char *boot;		/* what begins with one: campaign, block, device */
	struct shard shard;		/* if this is one; what others do has no rows */
	unsigned int shards;		/* that this was merged of, or 0 */
	struct stop_state stop;		/* what it leaves out has no rows */
	char state[16];			/* of the campaign, by the journal; may be empty */
	char accel[16];			/* "tcg", "kvm", "mixed", "unknown" */
	bool emulated;			/* some run was not on hardware */
	struct bl_strv jobs;		/* timed jobs, in the plan's order */
	struct sum_row *rows;		/* in the plan's order */
	size_t n_rows;
	size_t n_runs;			/* planned runs … */
	size_t n_status[STATUSES];	/* … by status */
};

/*
 * Read DIR/plan.json, journal.jsonl, runs/ID/run.json and fio's outputs.
 *
 * Evidence rules applied here: a run is as good as run.json says, and then
 * invalid as a whole if one of its fio outputs is missing, broken, has an
 * error, no I/O or (timed and traced jobs) less than 90 % of the planned time.
 *
 * 0, or a negative errno with a message on stderr: no such campaign, or a
 * plan.json that cannot be used.
 */
int summary_load(struct summary *s, const char *dir);
void summary_free(struct summary *s);

/* Does the plan have cells with collectors? */
bool summary_traced(const struct summary *s);

#endif
