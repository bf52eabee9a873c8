/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the commands run, resume, trace and merge. */
#ifndef BL_EXECUTE_H
#define BL_EXECUTE_H

#include "campaign/merge.h"
#include "run/runner.h"

/*
 * Do all runs that the campaign does not have yet, write the manifest, print the report.
 * Signals are caught from here on. Returns the exit code, with messages.
 */
int bl_execute(struct campaign *c, const struct plan *p,
	       const struct campaign_options *opt);

/* A new campaign (@out, @name as of campaign_create()), and then as bl_execute(). */
int bl_execute_new(const struct plan *p, const struct campaign_options *opt, const char *out,
		   const char *name);

/*
 * Merge into the campaign @into, of which there is the directory, or a new one (@out, @name
 * as of campaign_create()), write the manifest, print the report. Without @partial nothing
 * may be missing. Returns the exit code, with messages.
 */
int bl_execute_merge(const struct merge *m, struct campaign *into, const char *out,
		     const char *name, bool partial);

#endif
