// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab resume: do the missing runs of a campaign that was interrupted or killed. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "cmd/execute.h"
#include "campaign/manifest.h"
#include "run/preflight.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_NOISY_HOST = 256 };

struct options {
	const char *campaign;
	bool allow_noisy_host;
};

static const struct argp_option options[] = {
	{ "allow-noisy-host", OPT_NOISY_HOST, NULL, 0,
	  "Run although the host is busy or throttled; the result records it", 0 },
	{ "unfit", OPT_NOISY_HOST, NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 0 },
	{}
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPT_NOISY_HOST:
		o->allow_noisy_host = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->campaign)
			argp_error(state, "'%s' is a second campaign; valid: one campaign", arg);
		o->campaign = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state,
			   "no campaign is named; give a directory or a name below results/");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options, parse, "CAMPAIGN",
	"Do the runs of a campaign that are not recorded yet, in their order and in the same kind "
	"of guest. Failed and invalid runs are results: they are not done again.\v"
	"Exit code: 0 all runs of the campaign are ok, 1 a run failed or is invalid, 2 bad usage, "
	"130 interrupted.", NULL, NULL, NULL
};

/* Load the guest's options from the plan; env.json has the accelerator that was used. */
static int load_options(struct campaign_options *o, const struct plan *p,
			const json_t *env, const char *dir)
{
	const json_t *guest = json_object_get(p->json, "guest");
	const char *accel;

	accel = bl_json_str(env, "accel", bl_json_str(guest, "accel", NULL));
	o->stage_timeout = bl_json_num(guest, "stage_timeout_s", 0);
	o->mem_mb = bl_json_int(guest, "mem_mb", 0);
	o->append = bl_json_str(guest, "append", NULL);
	if (accel && !accel_parse(dir, accel, &o->accel) && o->stage_timeout > 0 && o->mem_mb)
		return 0;
	bl_err("%s/plan.json lacks the options of its guest; it cannot be resumed", dir);
	return -EBADMSG;
}

/* Refuse a merged campaign: its missing runs belong to the directory of their shard. */
static int check_whole(const struct plan *p, const char *dir)
{
	if (!json_object_get(p->json, "shards"))
		return 0;
	bl_err("%s was merged from shards; resume the shard and merge again", dir);
	return -EINVAL;
}

/* Refuse to mix two versions of the module in one campaign. */
static int check_same(const json_t *env, const char *dir)
{
	const char *then = bl_json_str(json_object_get(env, "module"), "source", NULL);
	char *now = campaign_sum_sources();
	int err = 0;

	if (then && now && strcmp(then, now)) {
		bl_err("%s was begun with other sources of the module (%.12s, now %.12s); restore "
		       "them, or begin a new campaign", dir, then, now);
		err = -ESTALE;
	}
	free(now);
	return err;
}

static int resume_campaign(const char *dir, bool allow_noisy_host)
{
	char *plan_path = bl_fmt("%s/plan.json", dir);
	json_t *env = NULL;
	struct campaign_options o = { .allow_noisy_host = allow_noisy_host };
	struct campaign c = { .journal = -1 };
	struct plan p = {};
	int code = BL_EXIT_FAIL;

	/* A file that was changed explains most of what else can be wrong. */
	if (campaign_open(&c, dir))
		code = BL_EXIT_FAIL;
	else if (plan_from_json(&p, plan_path) || campaign_load_env(dir, &env) ||
		 check_whole(&p, dir) || load_options(&o, &p, env, dir))
		code = BL_EXIT_USAGE;
	else if (!check_same(env, dir) && !preflight_check_plan(&p) &&
		 !preflight_check_host(&p, &o) && !campaign_go_on(&c))
		code = execute_campaign(&c, &p, &o);
	campaign_free(&c);
	plan_free(&p);
	json_decref(o.unfit);
	json_decref(env);
	free(plan_path);
	return code;
}

int cmd_resume(int argc, char **argv)
{
	struct options o = {};
	char *dir;
	int code;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	dir = campaign_find(o.campaign);
	code = dir ? resume_campaign(dir, o.allow_noisy_host) : BL_EXIT_USAGE;
	free(dir);
	return code;
}
