// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks before the first boot: files that are built, and a quiet host. */
#include "run/preflight.h"
#include "lib/dirs.h"
#include "proto/collector.h"
#include "run/fitness.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- files that are built ------------------------------------------------------- */

static bool is_later(const struct stat *a, const struct stat *b)
{
	if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
		return a->st_mtim.tv_sec > b->st_mtim.tv_sec;
	return a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

/* The list of each module's sources: shell patterns, and comments that begin with '#'. */
#define MODULE_SOURCES		"kmod/sources"
#define LOCKWAIT_SOURCES	"kmod/lockwait/sources"

/* Return a file of @pattern that is newer than @built, or NULL. The caller frees it. */
static char *newer_file(const char *pattern, const struct stat *built)
{
	char *path = bl_path("%s", pattern), *newer = NULL;
	struct stat st;
	glob_t g;

	if (!glob(path, 0, NULL, &g)) {
		for (size_t k = 0; k < g.gl_pathc && !newer; k++)
			if (!stat(g.gl_pathv[k], &st) && is_later(&st, built))
				newer = bl_strdup(g.gl_pathv[k]);
		globfree(&g);
	}
	free(path);
	return newer;
}

/* Return a source that is newer than the module, or NULL. The caller frees it. */
static char *newer_source(const char *module, const char *sources)
{
	char *path = bl_path("%s", sources), *text = NULL, *rest, *line, *newer = NULL;
	struct stat built;

	if (!stat(module, &built) && !bl_read_file(path, &text, NULL)) {
		rest = text;
		while (!newer && (line = strsep(&rest, "\n")))
			if (*line && *line != '#')
				newer = newer_file(line, &built);
	}
	free(text);
	free(path);
	return newer;
}

/* Refuse a module older than its sources: its strategies are not those of the tree. */
static int check_fresh(const char *name, const char *sources)
{
	char *module = bl_path("%s", name), *newer = newer_source(module, sources);
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

static int check_module(const char *name, const char *sources)
{
	int err = check_file(name);

	/* Installed files have the times of the installation. */
	return err || bl_is_installed() ? err : check_fresh(name, sources);
}

int preflight_check_built(bool module)
{
	int err = check_file("build/kernel/vmlinuz");

	if (!err)
		err = check_file("build/bouncelab");
	if (!err && module)
		err = check_module("build/bouncelab.ko", MODULE_SOURCES);
	return err;
}

static bool collects(const struct bl_plan *p, enum collector which)
{
	for (size_t i = 0; i < p->n_cells; i++)
		if (p->cells[i].collect & COLLECT_BIT(which))
			return true;
	return false;
}

int preflight_check_plan(const struct bl_plan *p)
{
	int err = 0;

	if (collects(p, COLLECT_LOCKS))
		err = check_module("build/bl_lockwait.ko", LOCKWAIT_SOURCES);
	if (err)
		return err;
	return preflight_check_built(p->strategies.n != 1 || strcmp(p->strategies.v[0], BL_INTREE));
}

static bool takes_times(const struct bl_plan *p)
{
	for (size_t i = 0; i < p->n_runs; i++)
		if (p->runs[i].kind == BL_TIME)
			return !bl_plan_icount(p);
	return false;
}

int preflight_check_host(const struct bl_plan *p, struct bl_runner_options *opt)
{
	bool kvm = !bl_plan_icount(p) && !access("/dev/kvm", R_OK | W_OK);
	char *text;
	int err = 0;

	opt->unfit = bl_unfit(kvm);
	text = bl_unfit_text(opt->unfit);
	if (!text)
		return 0;
	if (takes_times(p) && !opt->allow_noisy_host) {
		bl_err("this host is too noisy to take times now: %s; 'bouncelab doctor' names the "
		       "remedies, --allow-noisy-host runs all the same and records it", text);
		err = -EBUSY;
	} else {
		fprintf(stderr, "note: recorded with the results: this host is noisy: %s%s\n", text,
			bl_plan_icount(p) ? "; counts of instructions are not affected" : "");
	}
	free(text);
	return err;
}
