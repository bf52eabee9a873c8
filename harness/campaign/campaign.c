// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/campaign.h"
#include "campaign/journal.h"
#include "campaign/manifest.h"
#include "campaign/verify.h"
#include "lib/dirs.h"
#include "proto/words.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char *default_name(const char *plan)
{
	time_t now = time(NULL);
	char stamp[32];

	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime(&now));
	return bl_fmt("%s-%s", plan, stamp);
}

/* Demand little space: console, device images and fio's output are small. */
static int check_space(size_t runs, const char *out)
{
	unsigned long long need = (32 + runs / 2) << 20, have = bl_free_space(out);

	if (have >= need)
		return 0;
	bl_err("%s has %llu MiB free, %zu runs may need %llu MiB; free some or use --out DIR",
	       out, have >> 20, runs, need >> 20);
	return -ENOSPC;
}

static int make_dirs(struct campaign *c, const char *out)
{
	int err = bl_mkdir_p(out);

	if (!err && mkdir(c->dir, 0755))
		err = -errno;
	if (err == -EEXIST)
		bl_err("%s exists already; campaigns are never overwritten: choose another "
		       "--name", c->dir);
	else if (err)
		bl_err("cannot make %s: %s; choose another place with --out DIR", c->dir,
		       strerror(-err));
	if (!err && mkdir(c->runs, 0755)) {
		err = -errno;
		bl_err("cannot make %s: %s", c->runs, strerror(-err));
	}
	return err;
}

static json_t *guest_json(const struct campaign_options *opt)
{
	return json_pack("{s:s, s:f, s:i, s:s?}", "accel", accel_names[opt->accel], "stage_timeout_s",
			 opt->stage_timeout, "mem_mb", (int)opt->mem_mb, "append", opt->append);
}

int campaign_make_dirs(struct campaign *c, const char *plan, size_t runs, const char *out,
		       const char *name)
{
	char *results = out ? bl_strdup(out) : bl_results_dir(), *abs = NULL;
	int err;

	memset(c, 0, sizeof(*c));
	c->journal = -1;
	c->session = 1;
	if (name && (!*name || *name == '.' || strpbrk(name, "/\n"))) {
		bl_err("bad campaign name '%s'; valid: a file name that does not start with a "
		       "dot", name);
		free(results);
		return -EINVAL;
	}
	c->name = name ? bl_strdup(name) : default_name(plan);
	err = bl_mkdir_p(results);
	if (!err)
		abs = realpath(results, NULL);
	if (!abs) {
		err = err ? err : -errno;
		bl_err("cannot make %s: %s; choose another place with --out DIR", results,
		       strerror(-err));
		free(results);
		return err;
	}
	free(results);
	c->dir = bl_fmt("%s/%s", abs, c->name);
	c->runs = bl_fmt("%s/runs", c->dir);
	err = check_space(runs, abs);
	err = err ? err : make_dirs(c, abs);
	free(abs);
	return err;
}

int campaign_write_json(const char *dir, const char *name, json_t *o)
{
	char *path = bl_fmt("%s/%s", dir, name);
	int err = bl_json_write(path, o);

	if (err)
		bl_err("cannot write %s: %s", path, strerror(-err));
	json_decref(o);
	free(path);
	return err;
}

int campaign_begin(struct campaign *c, json_t *plan)
{
	int err = campaign_open_journal(c, true);

	err = err ? err : campaign_mend_journal(c);
	if (err)
		json_decref(plan);
	return err ? err : campaign_write_logged(c, "plan.json", plan);
}

int campaign_create(struct campaign *c, const struct plan *p, const struct campaign_options *opt,
		    const char *out, const char *name)
{
	char *stem = p->shard.of ? bl_fmt("%s-%u-of-%u", p->name, p->shard.index, p->shard.of) :
				   bl_strdup(p->name);
	int err = campaign_make_dirs(c, stem, p->n_runs, out, name);
	json_t *plan;

	free(stem);
	if (err)
		return err;
	plan = plan_to_json(p);
	json_object_set_new(plan, "guest", guest_json(opt));
	return campaign_begin(c, plan);
}

/*
 * Remove what was being written when its writer ended: runs, files and figures of an earlier
 * session, files of a guest that died.
 */
static void drop_half_written(const char *dir, const char *below)
{
	char *pattern = bl_fmt("%s.*.tmp*", below);
	struct bl_strv paths = {};

	bl_glob(dir, pattern, &paths);
	for (size_t i = 0; i < paths.n; i++)
		bl_rm_rf(paths.v[i]);
	bl_strv_free(&paths);
	free(pattern);
}

unsigned int campaign_count_files(const char *dir, const char *pattern)
{
	struct bl_strv paths = {};
	unsigned int n;

	bl_glob(dir, pattern, &paths);
	n = paths.n;
	bl_strv_free(&paths);
	return n;
}

unsigned int campaign_last_console(const char *dir)
{
	struct bl_strv paths = {};
	unsigned int last = 0, n;

	bl_glob(dir, "console-*.log", &paths);
	for (size_t i = 0; i < paths.n; i++)
		if (sscanf(strrchr(paths.v[i], '/'), "/console-%u.log", &n) == 1 && n > last)
			last = n;
	bl_strv_free(&paths);
	return last;
}

/* Open and lock the journal. Without one, say so, or let the manifest say what else is missing. */
static int lock_campaign(struct campaign *c)
{
	char *path = bl_fmt("%s/journal.jsonl", c->dir);
	int err;

	if (bl_exists(path)) {
		err = campaign_open_journal(c, false);
	} else if (campaign_has_manifest(c->dir)) {
		err = campaign_check_manifest(c->dir, true);
		err = err ? err : -ENOENT;
	} else {
		bl_err("%s is missing: the campaign cannot go on", path);
		bl_err("%s: " CAMPAIGN_REMEDY, c->dir);
		err = -ENOENT;
	}
	free(path);
	return err;
}

int campaign_open(struct campaign *c, const char *dir)
{
	int err;

	memset(c, 0, sizeof(*c));
	c->journal = -1;
	c->dir = realpath(dir, NULL);
	if (!c->dir) {
		err = -errno;
		bl_err("%s: %s", dir, strerror(-err));
		return err;
	}
	c->name = bl_strdup(strrchr(c->dir, '/') + 1);
	c->runs = bl_fmt("%s/runs", c->dir);
	err = lock_campaign(c);
	/* Nothing is signed later that is not as it was written. */
	if (!err)
		err = campaign_has_manifest(c->dir) ? campaign_check_manifest(c->dir, true) :
						      campaign_verify_unfinished(c->dir, &c->rest);
	return err;
}

/* Log what a killed program left to be logged. */
static int log_rest(struct campaign *c)
{
	int err = 0;

	if (c->rest.lost_file || c->rest.lost_run)
		err = campaign_log_lost(c, c->rest.lost_file, c->rest.lost_run);
	if (!err && c->rest.console)
		err = campaign_log_file(c, c->rest.console);
	return err;
}

int campaign_go_on(struct campaign *c)
{
	int err = bl_mkdir_p(c->runs);

	if (err)
		bl_err("cannot make %s: %s", c->runs, strerror(-err));
	err = err ? err : campaign_mend_journal(c);
	err = err ? err : log_rest(c);
	if (err)
		return err;
	drop_half_written(c->dir, "");
	drop_half_written(c->dir, "*/");
	c->session = 1 + campaign_count_files(c->dir, "env*.json");
	c->consoles = campaign_last_console(c->dir);
	return 0;
}

int campaign_unfinish(struct campaign *c)
{
	char *path = bl_fmt("%s/" CAMPAIGN_MANIFEST, c->dir);
	int err = 0;

	if (campaign_has_manifest(c->dir)) {
		err = campaign_verify_unfinished(c->dir, NULL);
		if (!err && unlink(path)) {
			err = -errno;
			bl_err("cannot remove %s: %s", path, strerror(-err));
		}
	}
	free(path);
	return err;
}

int campaign_finish(struct campaign *c)
{
	int err = campaign_verify_unfinished(c->dir, NULL);

	return err ? err : campaign_write_manifest(c->dir);
}

void campaign_free(struct campaign *c)
{
	if (c->journal >= 0)
		close(c->journal);
	free(c->name);
	free(c->dir);
	free(c->runs);
	free(c->boots);
	guest_files_free(&c->files);
	verify_rest_free(&c->rest);
	json_decref(c->env);
	json_decref(c->hello);
	json_decref(c->differs);
	memset(c, 0, sizeof(*c));
	c->journal = -1;
}

char *campaign_run_tmp_name(const char *id)
{
	return bl_fmt(".%s.tmp", id);
}

char *campaign_run_tmp(const struct campaign *c, const char *id)
{
	return bl_fmt("%s/.%s.tmp", c->runs, id);
}

int campaign_begin_run(struct campaign *c, const char *id)
{
	char *tmp = campaign_run_tmp(c, id);
	int err = bl_rm_rf(tmp);

	if (!err && mkdir(tmp, 0755))
		err = -errno;
	free(tmp);
	return err;
}

bool campaign_run_is_done(const struct campaign *c, const char *id, enum run_status *status,
			  char **reason, double *seconds)
{
	char *path = bl_fmt("%s/%s/run.json", c->runs, id), *unknown;
	bool done = bl_exists(path);
	json_t *run = done ? bl_json_load(path) : NULL;
	int found;

	if (done) {
		unknown = bl_json_schema_error(path, run, RUN_SCHEMA);
		found = bl_find_name(status_names, STATUSES, bl_json_str(run, "status", NULL));
		*status = unknown || found < 0 ? STATUS_INVALID : found;
		*seconds = bl_json_num(run, "seconds", 0);
		*reason = unknown ? unknown :
			  bl_strdup(bl_json_str(run, "reason", run ? "" : "run.json is broken"));
	}
	json_decref(run);
	free(path);
	return done;
}

void campaign_drop_run(struct campaign *c, const char *id)
{
	char *tmp = campaign_run_tmp(c, id);
	int err = bl_rm_rf(tmp);

	if (err)
		bl_err("cannot remove %s: %s", tmp, strerror(-err));
	free(tmp);
}

/* Sync all files of a run: the guest wrote them through QEMU into our page cache. */
static int sync_files(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int err = 0;

	if (!d)
		return -errno;
	while (!err && (e = readdir(d))) {
		int fd;

		if (e->d_type != DT_REG)
			continue;
		fd = openat(dirfd(d), e->d_name, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fsync(fd))
			err = -errno;
		if (fd >= 0)
			close(fd);
	}
	closedir(d);
	return err ? err : bl_fsync_dir(dir);
}

int campaign_commit_run(struct campaign *c, const char *id, const json_t *run)
{
	char *tmp = campaign_run_tmp(c, id), *final = bl_fmt("%s/%s", c->runs, id);
	char *path = bl_fmt("%s/run.json", tmp);
	int err;

	drop_half_written(tmp, "");
	err = bl_json_write(path, run);
	err = err ? err : sync_files(tmp);
	err = err ? err : campaign_log_run(c, id, tmp);
	if (!err && rename(tmp, final)) {
		err = -errno;
		campaign_log_lost(c, NULL, id);
	}
	err = err ? err : bl_fsync_dir(c->runs);
	if (err)
		campaign_drop_run(c, id);
	free(path);
	free(final);
	free(tmp);
	return err;
}

/* --- finding one ---------------------------------------------------------------- */

static bool is_campaign(const char *dir)
{
	char *plan = bl_fmt("%s/plan.json", dir);
	bool is = bl_exists(plan);

	free(plan);
	return is;
}

static void list_campaigns(const char *name)
{
	struct bl_strv valid = {};
	char *results = bl_results_dir(), *dir;
	DIR *d = opendir(results);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		dir = bl_fmt("%s/%s", results, e->d_name);
		if (e->d_name[0] != '.' && is_campaign(dir))
			bl_strv_add(&valid, e->d_name);
		free(dir);
	}
	if (d)
		closedir(d);
	bl_strv_sort(&valid);
	bl_err_unknown(NULL, "campaign (a directory with a plan.json, or a name below results/)",
		       name, &valid);
	bl_strv_free(&valid);
	free(results);
}

char *campaign_find(const char *name)
{
	char *results, *dir;

	if (is_campaign(name))
		return bl_strdup(name);
	results = bl_results_dir();
	dir = bl_fmt("%s/%s", results, name);
	free(results);
	if (!strchr(name, '/') && is_campaign(dir))
		return dir;
	free(dir);
	list_campaigns(name);
	return NULL;
}
