/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The public face of run/, which carries out a plan: it boots one guest after another, does one
 * run after another, and stops early if the stop rule of the plan says so.
 *
 * In:  a plan (plan/plan.h), a campaign's directory (campaign/campaign.h), options.
 * Out: the directories of the runs, lines of the journal, env.json and stop.json in the
 *      campaign's directory, and the counts below.
 *
 * Other headers: preflight.h checks before the first boot, pace.h estimates times, fitness.h finds
 * what makes a host noisy. one.h is private to this folder. scripts/slurm.sh runs shards on Slurm.
 */
#ifndef BL_RUNNER_H
#define BL_RUNNER_H

#include "campaign/campaign.h"

/* Runs by their status, earlier sessions of the campaign included. */
struct run_result {
	size_t ok, failed, invalid;
	bool interrupted;
	bool finished;	/* the campaign was finished before, and nothing was done */
	bool stopped;	/* runs were not tried, because the disk is full or the journal failed */
};

/**
 * run_campaign() - do all runs of a plan that the campaign does not have yet
 * @c:   the campaign, open for writing
 * @p:   its plan
 * @opt: options of the command line
 * @res: takes the counts
 *
 * Boots guests, prints progress to stderr. The caller has called bl_catch_signals(), so that
 * Ctrl-C loses only the run that is under way.
 *
 * Return: 0, with the counts in @res; a negative errno, with a message, if no run could begin.
 */
int run_campaign(struct campaign *c, const struct plan *p,
		 const struct campaign_options *opt, struct run_result *res);

#endif
