// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab trace: trace strategies by the plan `trace`, and print where their time goes. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "proto/collector.h"
#include "cmd/execute.h"
#include "run/preflight.h"
#include "cmd/plan-options.h"
#include "cmd/run-options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALL		"locks+memory,stages,holds,profile"

struct options {
	const char *strategies, *job, *collect, *pairs, *runtime, *buffer;
	bool keep;
	struct run_options run;
};

enum { OPT_BUFFER = 256, OPT_KEEP };

static const struct argp_option options[] = {
	{ "collect", 'c', "LIST", 0, "Use these sets of collectors: '+' joins the collectors of a "
	  "set, ',' separates sets, and each set has its own runs. all means " ALL " [default: "
	  "locks+memory]", 0 },
	{ "pairs", 'p', "N", 0, "Run N fresh devices with each set of collectors, and N without "
	  "collectors [default: 5]", 0 },
	{ "runtime", 't', "S", 0, "Run each job for S seconds [default: 2]", 0 },
	{ "buffer", OPT_BUFFER, "M", 0, "Keep M MiB of raw events in the guest [default: 256]", 0 },
	{ "keep", OPT_KEEP, NULL, 0, "Keep trace.dat of the collectors stages and holds, for "
	  "trace-cmd and KernelShark", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->run;
		return 0;
	case 'c':
		o->collect = strcmp(arg, "all") ? arg : ALL;
		return 0;
	case 'p':
		o->pairs = arg;
		return 0;
	case 't':
		o->runtime = arg;
		return 0;
	case OPT_BUFFER:
		o->buffer = arg;
		return 0;
	case OPT_KEEP:
		o->keep = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "'%s' is a third argument; valid: STRATEGY,... JOB", arg);
		*(state->arg_num ? &o->job : &o->strategies) = arg;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < 2)
			argp_error(state,
				   "a strategy and a job are needed; 'bouncelab list' lists them");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* Insert the list of collectors into --help, after its first paragraph, which ends at \v. */
static char *insert_collectors(int key, const char *text, void *input)
{
	char *out = NULL;
	size_t size;
	FILE *f;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	f = open_memstream(&out, &size);
	fputs("Collectors:\n", f);
	for (int i = 0; i < COLLECTORS; i++)
		fprintf(f, "  %-8s %s\n", collectors[i].name, collectors[i].about);
	fprintf(f, "\n%s", text);
	fclose(f);
	return out;
}

static const struct argp_child children[] = { { &run_options_argp, 0, NULL, 1 }, { 0 } };

static const struct argp argp = {
	options, parse, "STRATEGY[,STRATEGY...] JOB",
	"Trace where the time of an I/O goes: lock waits, lock holds, the stages of an I/O, "
	"memory. Traced runs are separate from timed runs. Pairs of runs with and without tracing "
	"measure its cost, which is printed.\v"
	"Raw events slow an emulated guest: stages by about a fifth, holds by a fifth to a half. "
	"So they are collected only on request. A trace that lost events is invalid and appears in "
	"no table.\n\n"
	"The result is a campaign: 'bouncelab report' prints it again, 'bouncelab compare --trace' "
	"compares two. Exit code: 0 all runs are ok, 1 a run failed or is invalid, 2 bad usage, "
	"130 interrupted.", children, insert_collectors, NULL
};

/* Set a key of the plan if @value is given. */
static int set_key(struct plan *p, const char *option, const char *section, const char *key,
		   const char *value)
{
	return value ? plan_set_key(p, option, section, key, value) : 0;
}

/* Make the first strategy the baseline, since trace does not run the stock driver. */
static int set_baseline(struct plan *p)
{
	return p->strategies.n ? plan_set_key(p, "trace", "plan", "baseline", p->strategies.v[0]) :
	       -EINVAL;
}

static int prepare_plan(struct plan *p, struct catalog *cat, const struct options *o)
{
	bool icount = o->run.runner.accel == ACCEL_ICOUNT;
	char *collect = bl_fmt(COLLECT_OFF ", %s", o->collect);
	int err = catalog_load(cat);

	err = err ? err : plan_load(p, cat, "trace");
	if (!err && (set_key(p, "strategy", "matrix", "strategy", o->strategies) ||
		     set_key(p, "job", "matrix", "jobs", o->job) ||
		     set_key(p, "--collect", "matrix", "collect", collect) ||
		     set_key(p, "--pairs", "plan", "repeat", o->pairs) ||
		     set_key(p, "--runtime", "plan", "runtime", o->runtime) ||
		     set_key(p, "--buffer", "plan", "buffer", o->buffer) ||
		     set_key(p, "--keep", "plan", "keep", o->keep ? "yes" : NULL) ||
		     set_key(p, "--accel", "plan", "plane", icount ? "icount" : NULL) ||
		     set_key(p, "--accel", "matrix", "cpus", icount ? "1" : NULL) ||
		     set_key(p, "--accel", "matrix", "queues", icount ? "1" : NULL) ||
		     set_baseline(p)))
		err = -EINVAL;
	free(collect);
	if (!err && !p->repeat) {
		bl_err("--pairs: bad value '%s'; valid: a whole number, 1..1000", o->pairs);
		err = -EINVAL;
	}
	return err ? err : plan_expand(p);
}

int cmd_trace(int argc, char **argv)
{
	struct options o = {
		.collect = "locks+memory",
		.run = RUN_OPTIONS_DEFAULTS,
	};
	struct catalog cat = {};
	struct plan plan = {};
	int code = BL_EXIT_USAGE;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (prepare_plan(&plan, &cat, &o))
		goto out;
	code = BL_EXIT_FAIL;
	if (!preflight_check_plan(&plan) && !preflight_check_host(&plan, &o.run.runner))
		code = execute_plan(&plan, &o.run.runner, o.run.out, o.run.name);
out:
	json_decref(o.run.runner.unfit);
	plan_free(&plan);
	catalog_free(&cat);
	return code;
}
