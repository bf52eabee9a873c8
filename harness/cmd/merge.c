// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab merge: merge the shards of a plan into one campaign. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "cmd/execute.h"
#include "campaign/merge.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

struct options {
	struct bl_strv dirs;
	const char *name, *out, *into;
	bool partial;
};

enum { OPT_PARTIAL = 256, OPT_INTO };

static const struct argp_option options[] = {
	{ "name", 'n', "NAME", 0, "Name the campaign [default: PLAN-TIME]", 0 },
	{ "out", 'o', "DIR", 0, "Write the campaign into DIR [default: results/]", 0 },
	{ "partial", OPT_PARTIAL, NULL, 0, "Merge although shards or runs are missing", 0 },
	{ "into", OPT_INTO, "DIR", OPTION_HIDDEN, NULL, 0 },	/* scripts/slurm.sh uses it */
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'n':
		o->name = arg;
		return 0;
	case 'o':
		o->out = arg;
		return 0;
	case OPT_PARTIAL:
		o->partial = true;
		return 0;
	case OPT_INTO:
		o->into = arg;
		return 0;
	case ARGP_KEY_ARG:
		bl_strv_add(&o->dirs, arg);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no shard is named; give directories or names below results/");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options, parse, "SHARD...",
	"Merge the shards of a plan ('bouncelab run PLAN --shard I/N') into one campaign. They "
	"must have the same plan, seed and sources, and no run twice. The shards are not changed. "
	"The report lists the differences between their machines.\v"
	"Exit code: 0 all runs of the campaign are ok, 1 a run failed, is invalid or missing, or "
	"the shards cannot be merged, 2 bad usage.", NULL, NULL, NULL
};

/* Merge into the directory that `run --slurm` made. */
static int merge_into(const struct merge *m, const struct options *o)
{
	struct campaign c = {
		.name = bl_strdup(basename(o->into)), .dir = bl_strdup(o->into),
		.runs = bl_fmt("%s/runs", o->into), .journal = -1, .session = 1,
	};
	int code = execute_merge(m, &c, NULL, NULL, o->partial);

	campaign_free(&c);
	return code;
}

int cmd_merge(int argc, char **argv)
{
	struct options o = {};
	struct merge m;
	int code = BL_EXIT_FAIL, err;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	err = merge_load(&m, &o.dirs);
	if (err == -EINVAL)
		code = BL_EXIT_USAGE;
	else if (!err && o.into)
		code = merge_into(&m, &o);
	else if (!err)
		code = execute_merge(&m, NULL, o.out, o.name, o.partial);
	merge_free(&m);
	bl_strv_free(&o.dirs);
	return code;
}
