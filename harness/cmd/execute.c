// SPDX-License-Identifier: GPL-2.0-or-later
/* What `run` and `resume` have in common: from a campaign's directory to its verdicts. */
#include "cmd/execute.h"
#include "proto/collector.h"
#include "cmd/commands.h"
#include "run/fitness.h"
#include "run/slurm.h"
#include "vm/vm.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- before ------------------------------------------------------------------- */

static bool is_later(const struct stat *a, const struct stat *b)
{
	if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
		return a->st_mtim.tv_sec > b->st_mtim.tv_sec;
	return a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

/* What a module is built of: globs, up to a NULL. */
static const char *const module_of[] = { "kmod/*.[ch]", "strategies/*.[ch]", NULL };
static const char *const lockwait_of[] = { "kmod/lockwait/*.[ch]", NULL };

/* One of the sources that is newer than the module, or NULL. */
static char *newer_source(const char *module, const char *const *globs)
{
	struct stat built, st;
	char *newer = NULL;
	glob_t g;

	if (stat(module, &built))
		return NULL;
	for (; *globs && !newer; globs++) {
		char *pattern = bl_path("%s", *globs);

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
static int check_fresh(const char *name, const char *const *globs)
{
	char *module = bl_path("%s", name), *newer = newer_source(module, globs);
	int err = 0;

	if (newer) {
		bl_err("%s is newer than %s; 'make build' first", newer, module);
		err = -ESTALE;
	}
	free(newer);
	free(module);
	return err;
}

static int check_file(const char *name)
{
	char *path = bl_path("%s", name);
	int err = 0;

	if (!bl_exists(path)) {
		bl_err("%s is missing; 'make build' makes it, 'bouncelab doctor' checks all", path);
		err = -ENOENT;
	}
	free(path);
	return err;
}

static int check_module(const char *name, const char *const *globs)
{
	int err = check_file(name);

	return err ? err : check_fresh(name, globs);
}

/* Better now than in the middle of a campaign. */
int bl_execute_built(bool module)
{
	int err = check_file("build/kernel/vmlinuz");

	if (!err)
		err = check_file("build/bouncelab");
	if (!err && module)
		err = check_module("build/bouncelab.ko", module_of);
	return err;
}

static bool collects(const struct bl_plan *p, enum collector which)
{
	for (size_t i = 0; i < p->n_cells; i++)
		if (p->cells[i].collect & COLLECT_BIT(which))
			return true;
	return false;
}

int bl_execute_check(const struct bl_plan *p)
{
	int err = 0;

	if (collects(p, COLLECT_LOCKS))
		err = check_module("build/bl_lockwait.ko", lockwait_of);
	if (err)
		return err;
	return bl_execute_built(p->strategies.n != 1 || strcmp(p->strategies.v[0], BL_INTREE));
}

static bool takes_times(const struct bl_plan *p)
{
	for (size_t i = 0; i < p->n_runs; i++)
		if (p->runs[i].kind == BL_TIME)
			return !bl_plan_icount(p);
	return false;
}

int bl_execute_fit(const struct bl_plan *p, struct bl_runner_options *opt)
{
	bool kvm = !bl_plan_icount(p) && !access("/dev/kvm", R_OK | W_OK);
	char *text;

	opt->unfit = bl_unfit(kvm);
	text = bl_unfit_text(opt->unfit);
	if (!text)
		return 0;
	if (takes_times(p) && !opt->unfit_ok) {
		bl_err("this machine is unfit for taking times now: %s; 'bouncelab doctor' says what "
		       "to do, --unfit goes on all the same and has it on record", text);
		free(text);
		return -EBUSY;
	}
	fprintf(stderr, "note: on record as unfit for taking times: %s%s\n", text,
		bl_plan_icount(p) ? "; counts of instructions do not mind" : "");
	free(text);
	return 0;
}

/* --- after -------------------------------------------------------------------- */

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

int bl_execute(struct bl_campaign *c, const struct bl_plan *p,
	       const struct bl_runner_options *opt)
{
	struct bl_runner_result res = {};
	int err, code;

	bl_catch_signals();
	c->unfit = opt->unfit;
	if (bl_runner_run(c, p, opt, &res))
		return BL_EXIT_FAIL;
	if (res.interrupted) {
		fprintf(stderr, "interrupted; %s keeps %zu finished runs; 'bouncelab report %s' "
			"shows them, 'bouncelab resume %s' goes on\n", c->dir,
			res.ok + res.failed + res.invalid, c->dir, c->dir);
		return BL_EXIT_INTERRUPTED;
	}
	err = bl_campaign_manifest(c);
	code = summarise(c, &res);
	return err ? BL_EXIT_FAIL : code;
}

/* Says what is missing; may it be left out? */
static int check_missing(const struct bl_merge *m, bool partial)
{
	for (size_t i = 0; i < m->missing.n; i++)
		fprintf(stderr, "missing: %s\n", m->missing.v[i]);
	if (!m->missing.n || partial)
		return 0;
	bl_err("not all of the campaign is there; finish it ('bouncelab resume'), or merge what there "
	       "is with --partial");
	return -ENODATA;
}

int bl_execute_merge(const struct bl_merge *m, struct bl_campaign *into, const char *out,
		     const char *name, bool partial)
{
	const char *plan = bl_json_str(m->parts[0].plan, "name", "merged");
	struct bl_campaign own = { .journal = -1 }, *c = into ? into : &own;
	int err = check_missing(m, partial);

	if (!err && !into)
		err = bl_campaign_make(c, plan, m->n_runs, out, name);
	err = err ? err : bl_merge_write(m, c);
	err = err ? err : bl_campaign_manifest(c);
	if (!err && report_campaign(c->dir, stdout))
		err = -ENODATA;
	fflush(stdout);
	if (!into)
		bl_campaign_free(&own);
	if (err == -EEXIST)
		return BL_EXIT_USAGE;
	return err ? BL_EXIT_FAIL : BL_EXIT_OK;
}

/* What came back, as one campaign in the same directory; the shards go when they are in it. */
static int merge_parts(struct bl_campaign *c)
{
	struct bl_strv dirs = {};
	struct bl_merge m = {};
	int code = BL_EXIT_FAIL;
	char *parts;

	bl_slurm_parts(c, &dirs);
	if (!dirs.n) {
		bl_err("no shard came back; %s/slurm-*.log say why", c->dir);
	} else if (!bl_merge_load(&m, &dirs)) {
		code = bl_execute_merge(&m, c, NULL, NULL, true);
		if (!m.missing.n && code == BL_EXIT_OK) {
			parts = bl_fmt("%s/parts", c->dir);
			bl_rm_rf(parts);
			free(parts);
		}
	}
	bl_merge_free(&m);
	bl_strv_free(&dirs);
	return code;
}

int bl_execute_slurm(struct bl_campaign *c, const struct bl_plan *p, unsigned int shards,
		     const struct bl_strv *args)
{
	int err, code;

	bl_catch_signals();
	err = bl_slurm_run(c, p, shards, args);
	if (err == -EINTR) {
		fprintf(stderr, "interrupted; the shards are kept: 'bouncelab resume %s/parts/I' goes on "
			"with one,\n'bouncelab merge %s/parts/*' makes a campaign of them\n", c->dir,
			c->dir);
		return BL_EXIT_INTERRUPTED;
	}
	code = err && err != -EIO ? BL_EXIT_FAIL : merge_parts(c);
	return err ? BL_EXIT_FAIL : code;
}

int bl_execute_new(const struct bl_plan *p, const struct bl_runner_options *opt, const char *out,
		   const char *name)
{
	struct bl_campaign c;
	int err, code;

	err = bl_campaign_create(&c, p, opt, out, name);
	if (err)
		code = err == -EEXIST || err == -EINVAL ? BL_EXIT_USAGE : BL_EXIT_FAIL;
	else
		code = bl_execute(&c, p, opt);
	bl_campaign_free(&c);
	return code;
}
