/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The public face of run/, which carries out a plan: it boots one guest after another, does one
 * run after another, and stops early if the stop rule of the plan says so.
 *
 * In:  a plan (plan/plan.h), a campaign's directory (campaign/campaign.h), options.
 * Out: the directories of the runs, lines of the journal, env.json and stop.json in the
 *      campaign's directory, and the counts below.
 *
 * Beside it: preflight.h checks before the first boot, pace.h estimates how long a plan takes.
 * one.h is private to this folder. Slurm runs shards by scripts/slurm.sh.
 */
#ifndef BL_RUNNER_H
#define BL_RUNNER_H

#include "campaign/campaign.h"

/* Runs by their status, earlier sessions of the campaign included. */
struct run_result {
	size_t ok, failed, invalid;
	bool interrupted;
	bool stopped;	/* runs were left untried: the disk is full or the journal is lost */
};

/**
 * run_campaign() - do all runs of a plan that the campaign does not have yet
 * @c:   the campaign, open for writing
 * @p:   its plan
 * @opt: options of the command line
 * @res: takes the counts
 *
 * Boots guests, prints progress to stderr. Needs bl_catch_signals() before it, so that Ctrl-C
 * ends the run that is under way and nothing else is lost.
 *
 * Return: 0 if @res says how it went; a negative errno, with a message, if no run could begin.
 */
int run_campaign(struct campaign *c, const struct plan *p,
		 const struct campaign_options *opt, struct run_result *res);

#endif
