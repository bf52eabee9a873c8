// SPDX-License-Identifier: GPL-2.0-or-later
/* Execute a campaign or a merge, from its directory to its report, for several commands. */
#include "cmd/execute.h"
#include "cmd/commands.h"
#include "campaign/manifest.h"
#include "report/report.h"
#include "vm/vm.h"
#include "lib/interrupt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Print the report and the counts of runs. Returns the exit code. */
static int print_result(const struct campaign *c, const struct run_result *res)
{
	int code = res->failed || res->invalid || res->stopped ? BL_EXIT_FAIL : BL_EXIT_OK;

	if (res->ok && report_campaign(c->dir, stdout))
		code = BL_EXIT_FAIL;
	fflush(stdout);
	fprintf(stderr, "%s: %zu runs ok, %zu failed, %zu invalid%s\n", c->dir, res->ok,
		res->failed, res->invalid, res->stopped ? "; stopped early" : "");
	return code;
}

/* Say what is left of a campaign that was interrupted, and how to go on. */
static void print_interrupted(const struct campaign *c, const struct run_result *res)
{
	size_t n = res->ok + res->failed + res->invalid;

	if (n)
		fprintf(stderr, "interrupted; %s keeps %zu finished run%s; 'bouncelab report %s' "
			"shows %s, 'bouncelab resume %s' does the others\n", c->dir, n,
			n == 1 ? "" : "s", c->dir, n == 1 ? "it" : "them", c->dir);
	else
		fprintf(stderr, "interrupted; no run of %s is finished yet; 'bouncelab resume %s' does "
			"them\n", c->dir, c->dir);
}

int execute_campaign(struct campaign *c, const struct plan *p,
		     const struct campaign_options *opt)
{
	struct run_result res = {};
	int err, code;

	bl_catch_signals();
	c->unfit = opt->unfit;
	if (run_campaign(c, p, opt, &res))
		return BL_EXIT_FAIL;
	if (res.interrupted) {
		print_interrupted(c, &res);
		return BL_EXIT_INTERRUPTED;
	}
	/* A campaign whose runs were not all tried is not finished. */
	err = res.finished || res.stopped ? 0 : campaign_finish(c);
	code = print_result(c, &res);
	return err ? BL_EXIT_FAIL : code;
}

/* Print the runs that are missing. Returns -ENODATA, with a message, if none may be missing. */
static int check_missing(const struct merge *m, bool partial)
{
	for (size_t i = 0; i < m->missing.n; i++)
		fprintf(stderr, "missing: %s\n", m->missing.v[i]);
	if (!m->missing.n || partial)
		return 0;
	bl_err("runs of the campaign are missing; finish its shards ('bouncelab resume'), or merge "
	       "without them by --partial");
	return -ENODATA;
}

int execute_merge(const struct merge *m, struct campaign *into, const char *out,
		  const char *name, bool partial)
{
	const char *plan = bl_json_str(m->parts[0].plan, "name", "merged");
	struct campaign own = { .journal = -1 }, *c = into ? into : &own;
	int err = check_missing(m, partial);

	if (!err && !into)
		err = campaign_make_dirs(c, plan, m->n_runs, out, name);
	err = err ? err : merge_write(m, c);
	err = err ? err : campaign_write_manifest(c->dir);
	if (!err && report_campaign(c->dir, stdout))
		err = -ENODATA;
	fflush(stdout);
	if (!into)
		campaign_free(&own);
	if (err == -EEXIST)
		return BL_EXIT_USAGE;
	return err ? BL_EXIT_FAIL : BL_EXIT_OK;
}

int execute_plan(const struct plan *p, const struct campaign_options *opt, const char *out,
		 const char *name)
{
	struct campaign c;
	int err, code;

	err = campaign_create(&c, p, opt, out, name);
	if (err)
		code = err == -EEXIST || err == -EINVAL ? BL_EXIT_USAGE : BL_EXIT_FAIL;
	else
		code = execute_campaign(&c, p, opt);
	campaign_free(&c);
	return code;
}
