/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out a plan: one guest after another, one run after another. */
#ifndef BL_RUNNER_H
#define BL_RUNNER_H

#include "campaign/campaign.h"

struct bl_runner_result {
	size_t ok, failed, invalid;	/* those that were there included */
	bool interrupted;
	bool stopped;		/* not all runs were tried: disk full, journal lost */
};

/* Returns 0 when the result says all, else a negative errno, with a message. */
int bl_runner_run(struct bl_campaign *c, const struct bl_plan *p,
		  const struct bl_runner_options *opt, struct bl_runner_result *res);

#endif
