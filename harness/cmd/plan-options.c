// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/plan-options.h"

#include <errno.h>

enum { OPT_BOOT = 512, OPT_RUNS, OPT_WIDTH, OPT_BUDGET, OPT_SAME, OPT_ORDER };

static const struct argp_option options[] = {
	{ "strategy", 's', "LIST", 0,
	  "Use these strategies instead of the plan's: a,b,c or all", 0 },
	{ "jobs", 'j', "LIST", 0, "Use these jobs instead of the plan's", 0 },
	{ "repeat", 'r', "N", 0, "Run N blocks, that is, N fresh devices per cell [0..1000]", 0 },
	{ "runtime", 't', "S", 0, "Time each job for S seconds [0.1..3600]", 0 },
	{ "boot", OPT_BOOT, "WHAT", 0, "Boot freshly for each: campaign, block or device", 0 },
	{ "runs", OPT_RUNS, "N", 0,
	  "Do each job N times on a device; the median counts [1..100]", 0 },
	{ "order", OPT_ORDER, "WHAT", 0, "Give each job a device of its own (fresh), or do all jobs "
	  "on a device, in an order of its own (random) or the plan's (listed) [default: fresh]", 0 },
	{ "width", OPT_WIDTH, "PERCENT", 0,
	  "Stop when all 95 % intervals are this narrow, after --repeat blocks at most [0: never]",
	  0 },
	{ "budget", OPT_BUDGET, "MINUTES", 0,
	  "Begin no block that would end after this time [0: no budget]", 0 },
	{ "same-within", OPT_SAME, "PERCENT", 0, "Declare the margin of the verdict 'same', before "
	  "anything runs [0.01..100; default: 1 on icount, 3 elsewhere]", 0 },
	{ "seed", 'S', "N", 0, "Set the seed for the order of runs", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct plan_options *o = state->input;

	switch (key) {
	case 's':
		o->strategy = arg;
		return 0;
	case 'j':
		o->jobs = arg;
		return 0;
	case 'r':
		o->repeat = arg;
		return 0;
	case 't':
		o->runtime = arg;
		return 0;
	case OPT_BOOT:
		o->boot = arg;
		return 0;
	case OPT_RUNS:
		o->runs = arg;
		return 0;
	case OPT_WIDTH:
		o->width = arg;
		return 0;
	case OPT_BUDGET:
		o->budget = arg;
		return 0;
	case OPT_ORDER:
		o->order = arg;
		return 0;
	case OPT_SAME:
		o->same_within = arg;
		return 0;
	case 'S':
		o->seed = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->plan)
			argp_error(state, "'%s' is a second plan; valid: one plan", arg);
		o->plan = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->plan)
			argp_error(state, "no plan is named; 'bouncelab list' lists the plans");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp plan_options_argp = { options, parse, NULL, NULL, NULL, NULL, NULL };

/* For each option: its place in struct plan_options, and the key of the plan that it sets. */
static const struct {
	const char *option, *section, *key;
	size_t offset;
} settings[] = {
	{ "--strategy", "matrix", "strategy", offsetof(struct plan_options, strategy) },
	{ "--jobs", "matrix", "jobs", offsetof(struct plan_options, jobs) },
	{ "--repeat", "plan", "repeat", offsetof(struct plan_options, repeat) },
	{ "--runtime", "plan", "runtime", offsetof(struct plan_options, runtime) },
	{ "--seed", "plan", "seed", offsetof(struct plan_options, seed) },
	{ "--boot", "plan", "boot", offsetof(struct plan_options, boot) },
	{ "--runs", "plan", "runs", offsetof(struct plan_options, runs) },
	{ "--width", "plan", "width", offsetof(struct plan_options, width) },
	{ "--budget", "plan", "budget", offsetof(struct plan_options, budget) },
	{ "--order", "plan", "order", offsetof(struct plan_options, order) },
	{ "--same-within", "plan", "same_within", offsetof(struct plan_options, same_within) },
};

static const char *get_value(const struct plan_options *o, size_t i)
{
	return *(const char *const *)((const char *)o + settings[i].offset);
}

void plan_options_to_args(const struct plan_options *o, struct bl_strv *args)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		if (!get_value(o, i))
			continue;
		bl_strv_add(args, settings[i].option);
		bl_strv_add(args, get_value(o, i));
	}
}

int plan_options_prepare(struct plan *p, struct catalog *cat, const struct plan_options *o)
{
	int err = catalog_load(cat);

	err = err ? err : plan_load(p, cat, o->plan);
	for (size_t i = 0; !err && i < ARRAY_SIZE(settings); i++)
		if (get_value(o, i))
			err = plan_set_key(p, settings[i].option, settings[i].section,
					   settings[i].key, get_value(o, i));
	return err ? err : plan_expand(p);
}
