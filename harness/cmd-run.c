// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab run: a campaign from its plan to its verdicts. */
#include "util.h"
#include "commands.h"
#include "plan-options.h"
#include "execute.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct options {
	struct bl_plan_options plan;
	struct bl_runner_options runner;
	const char *name, *out, *shard;
	unsigned int slurm;		/* tasks; 0: not by Slurm */
};

enum { OPT_ACCEL = 256, OPT_SHARD, OPT_SLURM, OPT_STAGE_TIMEOUT, OPT_MEM, OPT_APPEND,
	OPT_UNFIT };

static const struct argp_option options[] = {
	{ "name", 'n', "NAME", 0, "Name of the campaign (default: PLAN-TIME)", 1 },
	{ "out", 'o', "DIR", 0, "Where campaigns go (default: results/)", 1 },
	{ "shard", OPT_SHARD, "I/N", 0,
	  "Only the blocks whose number is I modulo N, 1 <= I <= N; 'bouncelab merge' makes one "
	  "campaign of N such", 1 },
	{ "slurm", OPT_SLURM, "N", OPTION_ARG_OPTIONAL,
	  "Submit N shards (default 4) to Slurm as a job array, wait for them, merge them", 1 },
	{ "accel", OPT_ACCEL, "NAME", 0, "auto (default), kvm or tcg for plans of the plane vm; those of the plane icount are icount", 1 },
	{ "mem", OPT_MEM, "M", 0, "The guest's memory in MiB (default 2048)", 1 },
	{ "append", OPT_APPEND, "ARGS", 0, "More arguments for the guest's kernel", 1 },
	{ "stage-timeout", OPT_STAGE_TIMEOUT, "S", 0,
	  "Seconds a stage of a run may take beyond fio's own time (default 120)", 1 },
	{ "unfit", OPT_UNFIT, NULL, 0, "Take times on a machine that is busy or otherwise unfit, and "
	  "have it on record", 1 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	unsigned long long mem, n;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->plan;
		return 0;
	case 'n':
		o->name = arg;
		return 0;
	case 'o':
		o->out = arg;
		return 0;
	case OPT_SHARD:
		o->shard = arg;
		return 0;
	case OPT_SLURM:
		if (arg && bl_parse_u64(arg, 1, 1000, &n))
			argp_error(state, "bad value '%s' for --slurm; valid: 1..1000", arg);
		o->slurm = arg ? n : 4;
		return 0;
	case OPT_ACCEL:
		o->runner.accel = arg;
		return 0;
	case OPT_APPEND:
		o->runner.append = arg;
		return 0;
	case OPT_UNFIT:
		o->runner.unfit_ok = true;
		return 0;
	case OPT_MEM:
		if (bl_parse_u64(arg, 512, 1048576, &mem))
			argp_error(state, "bad value '%s' for --mem; valid: 512..1048576", arg);
		o->runner.mem_mb = mem;
		return 0;
	case OPT_STAGE_TIMEOUT:
		if (bl_parse_double(arg, 1, 86400, &o->runner.stage_timeout))
			argp_error(state, "bad value '%s' for --stage-timeout; valid: 1..86400",
				   arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options, parse, "PLAN|FILE.ini",
	"Run a plan in the guest. Results go to a new directory below results/. Ctrl-C keeps "
	"what is finished; a second one ends at once.\v"
	"--slurm needs sbatch and scancel here, and this "
	"directory, the built kernel and the results under the same path on all nodes; each task "
	"has a node to itself. Ctrl-C cancels the tasks and keeps what they have finished.\n\n"
	"Exit code: 0 all runs fine, 1 a run "
	"failed or is invalid, 2 bad usage, 130 interrupted.", bl_plan_children, NULL, NULL
};

static void add_option(struct bl_strv *args, const char *option, const char *value)
{
	if (!value)
		return;
	bl_strv_add(args, option);
	bl_strv_add(args, value);
}

/* Our own command line again, for the tasks, which run elsewhere. */
static void task_args(const struct options *o, struct bl_strv *args)
{
	char *timeout = bl_fmt("%g", o->runner.stage_timeout), *path = NULL;
	char *mem = bl_fmt("%u", o->runner.mem_mb);

	if (strchr(o->plan.plan, '/') || strchr(o->plan.plan, '.'))
		path = realpath(o->plan.plan, NULL);
	bl_strv_add(args, path ? path : o->plan.plan);
	bl_plan_options_args(&o->plan, args);
	add_option(args, "--accel", o->runner.accel);
	add_option(args, "--append", o->runner.append);
	add_option(args, "--mem", mem);
	add_option(args, "--stage-timeout", timeout);
	if (o->runner.unfit_ok)
		bl_strv_add(args, "--unfit");
	free(path);
	free(mem);
	free(timeout);
}

static int run_slurm(const struct bl_plan *p, const struct options *o)
{
	struct bl_strv args = {};
	struct bl_campaign c;
	int err, code;

	err = bl_campaign_make(&c, p->name, p->n_runs, o->out, o->name);
	if (err) {
		code = err == -EEXIST || err == -EINVAL ? BL_EXIT_USAGE : BL_EXIT_FAIL;
	} else {
		task_args(o, &args);
		code = bl_execute_slurm(&c, p, o->slurm, &args);
	}
	bl_strv_free(&args);
	bl_campaign_free(&c);
	return code;
}

/* The plane icount is one accelerator; the plane vm is any of the others. */
static int check_accel(const struct bl_plan *p, const char *accel)
{
	if (!strcmp(accel, "auto") || bl_plan_icount(p) == !strcmp(accel, "icount"))
		return 0;
	if (bl_plan_icount(p))
		bl_err("--accel %s: the plan's plane is icount, which has no other accelerator "
		       "than icount", accel);
	else
		bl_err("--accel icount: the plan's plane is %s; a plan for icount says plane = "
		       "icount and cpus = 1", p->plane);
	return -EINVAL;
}

static int take_shard(struct bl_plan *p, const struct options *o)
{
	const char *text = o->shard;
	struct bl_shard shard;

	if (o->slurm && text) {
		bl_err("--slurm makes shards of its own; not also --shard %s", text);
		return -EINVAL;
	}
	if (o->slurm)
		return bl_plan_check_shards(p, o->slurm);
	if (!text)
		return 0;
	if (bl_shard_parse(&shard, "--shard", text))
		return -EINVAL;
	return bl_plan_take_shard(p, &shard);
}

int cmd_run(int argc, char **argv)
{
	struct options o = {
		.runner = { .accel = "auto", .stage_timeout = 120, .mem_mb = 2048 },
	};
	struct bl_catalog cat = {};
	struct bl_plan plan = {};
	int code = BL_EXIT_USAGE;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (!bl_accel_known(o.runner.accel) || bl_plan_prepare(&plan, &cat, &o.plan) ||
	    check_accel(&plan, o.runner.accel) || take_shard(&plan, &o))
		goto out;
	code = BL_EXIT_FAIL;
	if (bl_execute_check(&plan))
		goto out;
	if (o.slurm)
		code = run_slurm(&plan, &o);
	else if (!bl_execute_fit(&plan, &o.runner))
		code = bl_execute_new(&plan, &o.runner, o.out, o.name);
out:
	json_decref(o.runner.unfit);
	bl_plan_free(&plan);
	bl_catalog_free(&cat);
	return code;
}
