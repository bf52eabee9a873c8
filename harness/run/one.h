/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of the runner: one run, on a guest that is up, or is booted for it. */
#ifndef BL_RUNNER_RUN_H
#define BL_RUNNER_RUN_H

#include "lib/progress.h"
#include "run/runner.h"
#include "campaign/stop-state.h"
#include "vm/vm.h"

struct runner {
	struct bl_campaign *c;
	const struct bl_plan *plan;
	const struct bl_runner_options *opt;
	struct bl_runner_result *res;
	struct bl_vm_config cfg;
	struct bl_vm vm;
	struct bl_progress progress;
	const struct bl_run *last;	/* what the guest has done; NULL: it is down or fresh */
	const struct bl_run *before;	/* done before in this session, in whatever guest */
	bool up;
	bool described;			/* env.json says what guest it is */
	unsigned int consoles, boot_failures;
	struct bl_took took;
	double estimated;		/* seconds, of the runs that were done in this session */
	double t0, spent;		/* when it began, bl_mono(); seconds of runs before it */
	bool *done;			/* by run: on record, or left out */
	double *seconds;		/* that it took */
	size_t left;
	struct stop stop;
	double widest;			/* interval, in per cent, of this many blocks: */
	unsigned int widest_of;
	char *initramfs, *console, *module;
};

/* One more run of this status. */
void bl_count(struct bl_runner_result *res, const char *status);

/*
 * Do @run, with a fresh boot before it if it takes one, and put it on record. 0, or a
 * negative errno with a message: the journal cannot be written.
 */
int bl_runner_one(struct runner *r, const struct bl_run *run);

/* --- runner-stop.c --- */

/*
 * Before run @i: if a block begins with it that is not to be done, what is left out is
 * marked as done. 0, or a negative errno with a message: that cannot be put on record.
 */
int bl_runner_before(struct runner *r, size_t i);

/* After run @i: where a block ends with it, how things stand. Returns as above. */
int bl_runner_after(struct runner *r, size_t i);

#endif
