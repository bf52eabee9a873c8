/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options that change a plan, the same for `plan` and `run`. */
#ifndef BL_PLAN_OPTIONS_H
#define BL_PLAN_OPTIONS_H

#include "plan/plan.h"

#include <argp.h>

struct bl_plan_options {
	const char *plan;
	const char *strategy, *jobs, *repeat, *runtime, *seed, *boot, *runs, *width, *budget;
};

/* A child parser of a command, which takes the plan's name, too; its input is the above. */
extern const struct argp bl_plan_argp;
#define BL_PLAN_GROUP	"Changes to the plan:"

/*
 * Read the catalog and the plan, apply the options, expand. Messages itself;
 * an error is the caller's exit code 2.
 */
int bl_plan_prepare(struct plan *p, struct catalog *cat, const struct bl_plan_options *o);

/* Add the options that were given, as words of a command line; not the plan. */
void bl_plan_options_args(const struct bl_plan_options *o, struct bl_strv *args);

#endif
