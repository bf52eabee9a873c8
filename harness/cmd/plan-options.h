/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options that change a plan, which `plan` and `run` have in common. */
#ifndef BL_PLAN_OPTIONS_H
#define BL_PLAN_OPTIONS_H

#include "plan/plan.h"

#include <argp.h>

/* The texts of the options; NULL where an option is not given. */
struct plan_options {
	const char *plan;
	const char *strategy, *jobs, *repeat, *runtime, *seed, *boot, *runs, *width, *budget;
	const char *same_within, *order;
};

/*
 * A child parser for these options and for the plan's name, which is a command's argument. Its
 * input is a struct plan_options.
 */
extern const struct argp plan_options_argp;
#define PLAN_OPTIONS_TITLE	"Changes to the plan:"

/**
 * plan_options_prepare() - load the plan, apply the options, list its runs
 * @p:   takes the plan
 * @cat: takes the catalog that the plan refers to
 * @o:   the options
 *
 * Return: 0, or a negative errno with a message; the exit code of the command is then 2. The
 * caller frees @p and @cat in both cases.
 */
int plan_options_prepare(struct plan *p, struct catalog *cat, const struct plan_options *o);

/**
 * plan_options_to_args() - write the options as words of a command line, without the plan
 * @o:    the options
 * @args: takes the words
 */
void plan_options_to_args(const struct plan_options *o, struct bl_strv *args);

#endif
