/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The common part of the commands run, resume, trace and merge: from a plan to the report. */
#ifndef BL_EXECUTE_H
#define BL_EXECUTE_H

#include "campaign/merge.h"
#include "run/runner.h"

/**
 * execute_campaign() - do the runs that a campaign does not have yet, write manifest and report
 * @c:   the campaign, open for writing
 * @p:   its plan
 * @opt: the options of the guest
 *
 * Catches signals from here on. Prints messages, and the report on stdout.
 *
 * Return: the exit code of the program.
 */
int execute_campaign(struct campaign *c, const struct plan *p,
		     const struct campaign_options *opt);

/**
 * execute_plan() - make a campaign of a plan, and execute it
 * @p:    the plan
 * @opt:  the options of the guest
 * @out:  the directory for the campaign's directory, as for campaign_create()
 * @name: the campaign's name, as for campaign_create()
 *
 * Return: as execute_campaign().
 */
int execute_plan(const struct plan *p, const struct campaign_options *opt, const char *out,
		 const char *name);

/**
 * execute_merge() - merge shards into one campaign, write its manifest, print its report
 * @m:       the shards
 * @into:    a campaign whose directory exists; NULL: make one from @out and @name
 * @out:     as for campaign_create(); not used with @into
 * @name:    as for campaign_create(); not used with @into
 * @partial: merge although runs are missing
 *
 * Return: the exit code of the program; messages are printed.
 */
int execute_merge(const struct merge *m, struct campaign *into, const char *out,
		  const char *name, bool partial);

#endif
