/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options on how a plan is run, and where to: the same for `run` and `trace`. */
#ifndef BL_RUN_OPTIONS_H
#define BL_RUN_OPTIONS_H

#include "run/runner.h"

#include <argp.h>

struct bl_run_options {
	struct campaign_options runner;
	const char *name, *out;		/* as of campaign_create() */
};

#define BL_RUN_DEFAULTS	{ .runner = { .accel = ACCEL_AUTO, .stage_timeout = 120, .mem_mb = 2048 } }

/* A child parser of a command; its input is a struct bl_run_options with the defaults. */
extern const struct argp bl_run_argp;

/* Add what the tasks of a campaign have to be told, as words of a command line. */
void bl_run_options_args(const struct bl_run_options *o, struct bl_strv *args);

#endif
