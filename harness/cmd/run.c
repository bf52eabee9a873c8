// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab run: run a campaign from its plan to its verdicts. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "cmd/plan-options.h"
#include "cmd/run-options.h"
#include "cmd/execute.h"
#include "run/preflight.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	struct plan_options plan;
	struct run_options run;
	const char *shard;
	unsigned int slurm;		/* shards; 0: run here, without Slurm */
};

enum { OPT_SHARD = 256, OPT_SLURM };

static const struct argp_option options[] = {
	{ "shard", OPT_SHARD, "I/N", 0,
	  "Run only the blocks whose number is I modulo N, 1 <= I <= N; 'bouncelab merge' makes "
	  "one campaign of N shards", 1 },
	{ "slurm", OPT_SLURM, "N", OPTION_ARG_OPTIONAL,
	  "Submit N shards to Slurm as a job array, wait for them, merge them [default: 4]", 1 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	unsigned long long n;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->plan;
		state->child_inputs[1] = &o->run;
		return 0;
	case OPT_SHARD:
		o->shard = arg;
		return 0;
	case OPT_SLURM:
		if (arg && bl_parse_u64(arg, 1, 1000, &n))
			argp_error(state, "bad value '%s' for --slurm; valid: 1..1000", arg);
		o->slurm = arg ? n : 4;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = {
	{ &plan_options_argp, 0, PLAN_OPTIONS_TITLE, 0 }, { &run_options_argp, 0, NULL, 1 }, { 0 }
};

static const struct argp argp = {
	options, parse, "PLAN|FILE.ini",
	"Run a plan in the guest. Writes the results into a new directory below results/. Ctrl-C, SIGTERM "
	"and SIGHUP end it and keep the finished runs; a second one ends it at once.\v"
	"--slurm needs sbatch and scancel on this machine, and needs this directory, the built "
	"kernel and the results under the same path on all nodes. Each task has a node to itself. "
	"Ctrl-C cancels the tasks and keeps the finished runs.\n\n"
	"Exit code: 0 all runs are ok, 1 a run failed or is invalid, 2 bad usage, 130 interrupted.",
	children, NULL, NULL
};

/* Add the plan and options of this command line to @args, for the tasks on other nodes. */
static void add_task_args(const struct options *o, struct bl_strv *args)
{
	char *path = NULL;

	if (strchr(o->plan.plan, '/') || strchr(o->plan.plan, '.'))
		path = realpath(o->plan.plan, NULL);
	bl_strv_add(args, path ? path : o->plan.plan);
	plan_options_to_args(&o->plan, args);
	run_options_to_args(&o->run, args);
	free(path);
}

/* Make the campaign's directory and execute the script that submits its shards. */
static int run_slurm(const struct plan *p, const struct options *o)
{
	char *shards = bl_fmt("%u", o->slurm), *script = bl_path("scripts/slurm.sh");
	char *program = bl_path("build/bouncelab");
	struct bl_strv args = {};
	struct campaign c;
	int err, code = BL_EXIT_FAIL;

	err = campaign_make_dirs(&c, p->name, p->n_runs, o->run.out, o->run.name);
	if (err) {
		code = err == -EEXIST || err == -EINVAL ? BL_EXIT_USAGE : BL_EXIT_FAIL;
		goto out;
	}
	bl_strv_add(&args, script);
	bl_strv_add(&args, program);
	bl_strv_add(&args, shards);
	bl_strv_add(&args, c.dir);
	add_task_args(o, &args);
	if (!chdir(bl_root()))
		execv(script, args.v);
	bl_err("cannot run %s: %s", script, strerror(errno));
out:
	bl_strv_free(&args);
	campaign_free(&c);
	free(program);
	free(script);
	free(shards);
	return code;
}

/* Check that the accelerator fits the plane: icount needs icount, vm any of the others. */
static int check_accel(const struct plan *p, enum accel accel)
{
	if (accel == ACCEL_AUTO || (p->plane == PLANE_ICOUNT) == (accel == ACCEL_ICOUNT))
		return 0;
	if (p->plane == PLANE_ICOUNT)
		bl_err("--accel %s: the plan's plane is icount, which always uses icount",
		       accel_names[accel]);
	else
		bl_err("--accel icount: the plan's plane is %s; set plane = icount and cpus = 1 in "
		       "the plan", plane_names[p->plane]);
	return -EINVAL;
}

static int take_shard(struct plan *p, const struct options *o)
{
	const char *text = o->shard;
	struct shard shard;

	if (o->slurm && text) {
		bl_err("--shard %s: --slurm makes shards of its own; give one of the two", text);
		return -EINVAL;
	}
	if (o->slurm)
		return plan_check_shards(p, o->slurm);
	if (!text)
		return 0;
	if (shard_parse(&shard, "--shard", text))
		return -EINVAL;
	return plan_take_shard(p, &shard);
}

int cmd_run(int argc, char **argv)
{
	struct options o = { .run = RUN_OPTIONS_DEFAULTS };
	struct catalog cat = {};
	struct plan plan = {};
	int code = BL_EXIT_USAGE;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (plan_options_prepare(&plan, &cat, &o.plan) ||
	    check_accel(&plan, o.run.runner.accel) || take_shard(&plan, &o))
		goto out;
	code = BL_EXIT_FAIL;
	if (preflight_check_plan(&plan))
		goto out;
	if (o.slurm)
		code = run_slurm(&plan, &o);
	else if (!preflight_check_host(&plan, &o.run.runner))
		code = execute_plan(&plan, &o.run.runner, o.run.out, o.run.name);
out:
	json_decref(o.run.runner.unfit);
	plan_free(&plan);
	catalog_free(&cat);
	return code;
}
