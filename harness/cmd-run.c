// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab run: a campaign from its plan to its verdicts. */
#include "util.h"
#include "commands.h"
#include "plan-options.h"
#include "runner.h"
#include "vm.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct options {
	struct bl_plan_options plan;
	struct bl_runner_options runner;
	const char *name, *out;
};

enum { OPT_ACCEL = 256, OPT_STAGE_TIMEOUT, OPT_MEM, OPT_APPEND };

static const struct argp_option options[] = {
	{ "name", 'n', "NAME", 0, "Name of the campaign (default: PLAN-TIME)", 1 },
	{ "out", 'o', "DIR", 0, "Where campaigns go (default: results/)", 1 },
	{ "accel", OPT_ACCEL, "NAME", 0, "auto (default), kvm or tcg for plans of the plane vm; those of the plane icount are icount", 1 },
	{ "mem", OPT_MEM, "M", 0, "The guest's memory in MiB (default 2048)", 1 },
	{ "append", OPT_APPEND, "ARGS", 0, "More arguments for the guest's kernel", 1 },
	{ "stage-timeout", OPT_STAGE_TIMEOUT, "S", 0,
	  "Seconds a stage of a run may take beyond fio's own time (default 120)", 1 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	unsigned long long mem;

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
	case OPT_ACCEL:
		o->runner.accel = arg;
		return 0;
	case OPT_APPEND:
		o->runner.append = arg;
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
	"what is finished; a second one ends at once.\vExit code: 0 all runs fine, 1 a run "
	"failed or is invalid, 2 bad usage, 130 interrupted.", bl_plan_children, NULL, NULL
};

static bool is_later(const struct stat *a, const struct stat *b)
{
	if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
		return a->st_mtim.tv_sec > b->st_mtim.tv_sec;
	return a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

/* Of the module's sources one that is newer than the module, or NULL. */
static char *newer_source(const char *module)
{
	static const char *const globs[] = { "kmod/*.[ch]", "strategies/*.[ch]" };
	struct stat built, st;
	char *newer = NULL;
	glob_t g;

	if (stat(module, &built))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(globs) && !newer; i++) {
		char *pattern = bl_path("%s", globs[i]);

		if (!glob(pattern, 0, NULL, &g)) {
			for (size_t k = 0; k < g.gl_pathc && !newer; k++)
				if (!strstr(g.gl_pathv[k], ".mod.c") &&
				    !stat(g.gl_pathv[k], &st) && is_later(&st, &built))
					newer = bl_strdup(g.gl_pathv[k]);
			globfree(&g);
		}
		free(pattern);
	}
	return newer;
}

/* A strategy as it was before its last change must not pass for what it is now. */
static int check_fresh(void)
{
	char *module = bl_path("build/bouncelab.ko"), *newer = newer_source(module);
	int err = 0;

	if (newer) {
		bl_err("%s is newer than %s; 'make build' first", newer, module);
		err = -ESTALE;
	}
	free(newer);
	free(module);
	return err;
}

/* Better now than in the middle of a campaign. */
static int check_built(const struct bl_plan *p)
{
	static const char *const needs[] = { "build/kernel/vmlinuz", "build/bouncelab",
					     "build/bouncelab.ko" };
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_SIZE(needs); i++) {
		char *path = bl_path("%s", needs[i]);
		bool module = i == ARRAY_SIZE(needs) - 1;

		if (module && p->strategies.n == 1 && !strcmp(p->strategies.v[0], BL_INTREE))
			;
		else if (!bl_exists(path)) {
			bl_err("%s is missing; 'make build' makes it, 'bouncelab doctor' checks "
			       "all", path);
			err = -ENOENT;
		}
		free(path);
	}
	return err;
}

static int summarise(const struct bl_campaign *c, const struct bl_runner_result *res)
{
	int code = res->failed || res->invalid || res->stopped ? BL_EXIT_FAIL : BL_EXIT_OK;

	if (res->ok && report_campaign(c->dir, stdout))
		code = BL_EXIT_FAIL;
	fflush(stdout);
	fprintf(stderr, "%s: %zu runs ok, %zu failed, %zu invalid%s\n", c->dir, res->ok,
		res->failed, res->invalid, res->stopped ? "; stopped early" : "");
	return code;
}

static int run_campaign(const struct bl_plan *p, const struct options *o)
{
	struct bl_runner_result res = {};
	struct bl_campaign c;
	int code = BL_EXIT_FAIL, err;

	err = bl_campaign_create(&c, p, o->out, o->name);
	if (err) {
		code = err == -EEXIST || err == -EINVAL ? BL_EXIT_USAGE : BL_EXIT_FAIL;
		goto out;
	}
	if (bl_runner_run(&c, p, &o->runner, &res))
		goto out;
	if (res.interrupted) {
		fprintf(stderr, "interrupted; %s keeps %zu finished runs; 'bouncelab "
			"report %s' shows them\n", c.dir, res.ok + res.failed + res.invalid,
			c.dir);
		code = BL_EXIT_INTERRUPTED;
		goto out;
	}
	err = bl_campaign_manifest(&c);
	code = summarise(&c, &res);
	if (err)
		code = BL_EXIT_FAIL;
out:
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
	    check_accel(&plan, o.runner.accel))
		goto out;
	code = BL_EXIT_FAIL;
	if (check_built(&plan) || check_fresh())
		goto out;
	bl_catch_signals();
	code = run_campaign(&plan, &o);
out:
	bl_plan_free(&plan);
	bl_catalog_free(&cat);
	return code;
}
