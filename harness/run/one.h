/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to run/: the state of a campaign while it runs, for runner.c, one.c and enough.c. */
#ifndef BL_RUNNER_RUN_H
#define BL_RUNNER_RUN_H

#include "lib/progress.h"
#include "run/runner.h"
#include "campaign/stop-state.h"
#include "vm/vm.h"
#include "run/pace.h"

struct runner {
	struct campaign *c;
	const struct plan *plan;
	const struct campaign_options *opt;
	struct run_result *res;
	struct vm_config cfg;
	struct vm vm;
	struct bl_progress progress;
	const struct plan_run *last;	/* the last run of this guest; NULL: it has done none */
	const struct plan_run *before;	/* the last run of this session, in any guest */
	bool up;
	bool finished;			/* the campaign had a manifest when this session began */
	bool described;			/* env.json describes this session's guest */
	unsigned int consoles, boot_failures;
	struct pace pace;
	double estimated;		/* seconds estimated for the runs of this session */
	double t0;			/* start of this session, bl_mono() */
	double spent;			/* seconds of runs of earlier sessions */
	bool *done;			/* of each run: it is recorded or left out */
	double *seconds;		/* of each run: the time that it took */
	size_t left;			/* runs that are not done */
	struct stop_state stop;
	double widest;			/* widest interval of @widest_of blocks, in per cent */
	unsigned int widest_of;
	char *initramfs, *console, *module;
};

/* Add a run of this status to the counts. */
void run_count(struct run_result *res, enum run_status status);

/*
 * Do @run, boot a guest for it if it needs a fresh one, and record it. Returns 0, or a
 * negative errno with a message if the journal cannot be written.
 */
int run_one(struct runner *r, const struct plan_run *run);

/* End the guest, if one is up, and log the sum of its console's log. */
void run_stop_guest(struct runner *r);

/* --- enough.c --- */

/*
 * Look at the stop rule if a block begins with run @i, and mark the runs that it leaves out
 * as done. Returns 0, or a negative errno with a message if that cannot be recorded.
 */
int run_check_stop_before(struct runner *r, size_t i);

/*
 * Show the width of the intervals if a block ends with run @i, and record the end of the stop
 * rule after the last block. Returns as run_check_stop_before().
 */
int run_check_stop_after(struct runner *r, size_t i);

#endif
