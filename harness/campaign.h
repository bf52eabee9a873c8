/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A campaign's directory. A run appears in it under its name only when it is
 * whole; every change of state is in the journal first.
 */
#ifndef BL_CAMPAIGN_H
#define BL_CAMPAIGN_H

#include "plan.h"

struct bl_campaign {
	char *name;
	char *dir;
	char *runs;		/* dir/runs, shared with the guest */
	int journal;
};

/*
 * Make it below @out (NULL: results/ of the project) as @name (NULL: the plan's
 * name and the time) and write plan.json. -EEXIST if there is one already.
 * Messages itself.
 */
int bl_campaign_create(struct bl_campaign *c, const struct bl_plan *p, const char *out,
		       const char *name);
void bl_campaign_free(struct bl_campaign *c);

/* One line, synced. @run and @reason may be NULL. Messages itself. */
int bl_campaign_log(struct bl_campaign *c, const char *run, const char *state,
		    const char *reason);

/* The temporary name of a run's directory: absolute, or below runs/. */
char *bl_run_tmp(const struct bl_campaign *c, const char *id);
char *bl_run_tmp_name(const char *id);

/* Make the empty temporary directory. */
int bl_run_begin(struct bl_campaign *c, const char *id);

/* Add run.json, sync everything, rename. On error nothing of the run is left. */
int bl_run_commit(struct bl_campaign *c, const char *id, const json_t *run);

/* Remove what there is of an unfinished run. */
void bl_run_drop(struct bl_campaign *c, const char *id);

/* MANIFEST.sha256 over everything that is not derived. Messages itself. */
int bl_campaign_manifest(struct bl_campaign *c);

/* Bytes free where the campaign is. */
unsigned long long bl_free_space(const char *dir);

/*
 * env.c: env.json, what a reader needs to judge or to repeat the numbers.
 * @hello and @console (the guest's first boot) may be NULL. Messages itself.
 */
int bl_env_write(const struct bl_campaign *c, enum bl_accel accel, const char *guest_args,
		 const json_t *hello, const char *console);

#endif
