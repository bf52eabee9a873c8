// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

unsigned long long bl_free_space(const char *dir)
{
	struct statvfs s;

	return statvfs(dir, &s) ? 0 : (unsigned long long)s.f_bavail * s.f_frsize;
}

static char *default_name(const struct bl_plan *p)
{
	time_t now = time(NULL);
	char stamp[32];

	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime(&now));
	return bl_fmt("%s-%s", p->name, stamp);
}

/* The console, the device images and fio's output are small. */
static int check_space(const struct bl_plan *p, const char *out)
{
	unsigned long long need = (32 + p->n_runs / 2) << 20, have = bl_free_space(out);

	if (have >= need)
		return 0;
	bl_err("%s has %llu MiB free, %zu runs may need %llu MiB; free some or use --out DIR",
	       out, have >> 20, p->n_runs, need >> 20);
	return -ENOSPC;
}

static int make_dirs(struct bl_campaign *c, const char *out)
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

static int open_journal(struct bl_campaign *c)
{
	char *path = bl_fmt("%s/journal.jsonl", c->dir);
	int err = 0;

	c->journal = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (c->journal < 0) {
		err = -errno;
		bl_err("cannot write %s: %s", path, strerror(-err));
	}
	free(path);
	return err;
}

int bl_campaign_create(struct bl_campaign *c, const struct bl_plan *p, const char *out,
		       const char *name)
{
	char *results = out ? bl_strdup(out) : bl_path("results"), *abs = NULL, *path;
	json_t *plan;
	int err;

	memset(c, 0, sizeof(*c));
	c->journal = -1;
	if (name && (!*name || *name == '.' || strpbrk(name, "/\n"))) {
		bl_err("bad campaign name '%s'; valid: a file name that does not start with a "
		       "dot", name);
		free(results);
		return -EINVAL;
	}
	c->name = name ? bl_strdup(name) : default_name(p);
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
	err = check_space(p, abs);
	err = err ? err : make_dirs(c, abs);
	free(abs);
	if (err)
		return err;

	plan = bl_plan_json(p);
	path = bl_fmt("%s/plan.json", c->dir);
	err = bl_json_write(path, plan);
	if (err)
		bl_err("cannot write %s: %s", path, strerror(-err));
	free(path);
	json_decref(plan);
	return err ? err : open_journal(c);
}

void bl_campaign_free(struct bl_campaign *c)
{
	if (c->journal >= 0)
		close(c->journal);
	free(c->name);
	free(c->dir);
	free(c->runs);
	memset(c, 0, sizeof(*c));
	c->journal = -1;
}

int bl_campaign_log(struct bl_campaign *c, const char *run, const char *state,
		    const char *reason)
{
	json_t *j = json_pack("{s:f, s:s*, s:s, s:s*}", "t", bl_now(), "run", run,
			      "state", state, "reason", reason);
	char *text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(15));
	char *line = bl_fmt("%s\n", text ? text : "{}");
	size_t len = strlen(line);
	off_t start = lseek(c->journal, 0, SEEK_END);
	ssize_t n = write(c->journal, line, len);
	int err = n < 0 ? -errno : (size_t)n < len ? -ENOSPC : 0;

	if (!err && fdatasync(c->journal))
		err = -errno;
	/* Half a line would spoil the next one. */
	if (err && n > 0 && ftruncate(c->journal, start))
		err = -errno;
	if (err)
		bl_err("cannot write %s/journal.jsonl: %s", c->dir, strerror(-err));
	free(line);
	free(text);
	json_decref(j);
	return err;
}

char *bl_run_tmp_name(const char *id)
{
	return bl_fmt(".%s.tmp", id);
}

char *bl_run_tmp(const struct bl_campaign *c, const char *id)
{
	return bl_fmt("%s/.%s.tmp", c->runs, id);
}

int bl_run_begin(struct bl_campaign *c, const char *id)
{
	char *tmp = bl_run_tmp(c, id);
	int err = bl_rm_rf(tmp);

	if (!err && mkdir(tmp, 0755))
		err = -errno;
	free(tmp);
	return err;
}

void bl_run_drop(struct bl_campaign *c, const char *id)
{
	char *tmp = bl_run_tmp(c, id);
	int err = bl_rm_rf(tmp);

	if (err)
		bl_err("cannot remove %s: %s", tmp, strerror(-err));
	free(tmp);
}

/* What the guest wrote came through QEMU and may still be in our page cache. */
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

int bl_run_commit(struct bl_campaign *c, const char *id, const json_t *run)
{
	char *tmp = bl_run_tmp(c, id), *final = bl_fmt("%s/%s", c->runs, id);
	char *path = bl_fmt("%s/run.json", tmp);
	int err = bl_json_write(path, run);

	err = err ? err : sync_files(tmp);
	if (!err && rename(tmp, final))
		err = -errno;
	err = err ? err : bl_fsync_dir(c->runs);
	if (err)
		bl_run_drop(c, id);
	free(path);
	free(final);
	free(tmp);
	return err;
}

int bl_campaign_manifest(struct bl_campaign *c)
{
	static const char script[] =
		"cd \"$1\" && find . -type f ! -name '.*' ! -name MANIFEST.sha256 "
		"! -name summary.csv ! -name verdicts.csv ! -name table.txt "
		"! -path './figures/*' -print | sed 's|^\\./||' | LC_ALL=C sort | tr '\\n' '\\0' | "
		"xargs -0 sha256sum >.MANIFEST.tmp && mv .MANIFEST.tmp MANIFEST.sha256 || "
		"{ rm -f .MANIFEST.tmp; exit 1; }";
	const char *argv[] = { "/bin/sh", "-c", script, "sh", c->dir, NULL };

	if (!bl_run_capture(argv, NULL, false))
		return bl_fsync_dir(c->dir);
	bl_err("cannot write %s/MANIFEST.sha256", c->dir);
	return -EIO;
}
