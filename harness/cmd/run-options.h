/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of the guest and of the campaign's directory, which `run` and `trace` have in common. */
#ifndef BL_RUN_OPTIONS_H
#define BL_RUN_OPTIONS_H

#include "run/runner.h"

#include <argp.h>

struct run_options {
	struct campaign_options runner;
	const char *name, *out;		/* as for campaign_create() */
};

#define RUN_OPTIONS_DEFAULTS \
	{ .runner = { .accel = ACCEL_AUTO, .stage_timeout = 120, .mem_mb = 2048 } }

/* A child parser for these options. Its input is a struct run_options with the defaults. */
extern const struct argp run_options_argp;

/**
 * run_options_to_args() - write the options of the guest as words of a command line
 * @o:    the options; name and directory are left out, since each shard has its own
 * @args: takes the words
 */
void run_options_to_args(const struct run_options *o, struct bl_strv *args);

#endif
