// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks before the first boot: files that are built, and a quiet host. */
#include "run/preflight.h"
#include "lib/dirs.h"
#include "proto/collector.h"
#include "run/fitness.h"
#include "campaign/campaign.h"
#include "campaign/guest-files.h"
#include "campaign/manifest.h"

#include <errno.h>
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

/* Return a source that is newer than the product, or NULL. The caller frees it. */
static char *find_newer_source(const char *product, const char *list)
{
	struct bl_strv files = {};
	struct stat built, st;
	char *newer = NULL;

	if (!stat(product, &built))
		campaign_add_sources(&files, list);
	for (size_t i = 0; i < files.n && !newer; i++) {
		char *path = bl_path("%s", files.v[i]);

		if (!stat(path, &st) && is_later(&st, &built))
			newer = path;
		else
			free(path);
	}
	bl_strv_free(&files);
	return newer;
}

/* Refuse a product older than its sources, since it does not do what the sources say. */
static int check_fresh(const char *name, const char *sources)
{
	char *product = bl_path("%s", name), *newer = find_newer_source(product, sources);
	int err = 0;

	if (newer) {
		bl_err("%s is newer than %s; run 'make build' first", newer, product);
		err = -ESTALE;
	}
	free(newer);
	free(product);
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

static int check_product(const char *name, const char *sources)
{
	int err = check_file(name);

	/* Installed files have the times of the installation. */
	return err || bl_is_installed() ? err : check_fresh(name, sources);
}

/* Refuse an old program: results name the commit of its sources. A test may run that of another tree. */
static int check_harness(void)
{
	char *program = bl_path("build/bouncelab");
	int err = bl_exists(program) ? check_product("build/bouncelab", HARNESS_SOURCES) : 0;

	free(program);
	return err;
}

/* Say so if the guest's kernel or a module of it is not the package's: it is what is measured. */
static void note_replaced(void)
{
	struct bl_strv replaced = {};
	char *list;

	if (!guest_files_find_replaced(&replaced) && replaced.n) {
		list = bl_strv_join(&replaced, ", ");
		fprintf(stderr, "note: not the package's file below build/kernel: %s; results "
			"record it\n", list);
		free(list);
	}
	bl_strv_free(&replaced);
}

int preflight_check_built(bool module)
{
	int err = check_file("build/kernel/vmlinuz");

	if (!err)
		err = check_product("build/bouncelab-guest", GUEST_SOURCES);
	if (!err)
		err = check_harness();
	if (!err && module)
		err = check_product("build/bouncelab.ko", MODULE_SOURCES);
	if (!err)
		note_replaced();
	return err;
}

static bool has_collector(const struct plan *p, enum collector which)
{
	for (size_t i = 0; i < p->n_cells; i++)
		if (p->cells[i].collect & COLLECT_BIT(which))
			return true;
	return false;
}

int preflight_check_plan(const struct plan *p)
{
	int err = 0;

	if (has_collector(p, COLLECT_LOCKS))
		err = check_product("build/bl_lockwait.ko", LOCKWAIT_SOURCES);
	if (err)
		return err;
	return preflight_check_built(p->strategies.n != 1 || strcmp(p->strategies.v[0], INTREE));
}

static bool takes_times(const struct plan *p)
{
	for (size_t i = 0; i < p->n_runs; i++)
		if (p->runs[i].kind == KIND_TIME)
			return p->plane != PLANE_ICOUNT;
	return false;
}

int preflight_check_host(const struct plan *p, struct campaign_options *opt)
{
	bool kvm = p->plane != PLANE_ICOUNT && !access("/dev/kvm", R_OK | W_OK);
	char *text;
	int err = 0;

	opt->unfit = fitness_find_noise(kvm);
	text = campaign_noise_text(opt->unfit);
	if (!text)
		return 0;
	if (takes_times(p) && !opt->allow_noisy_host) {
		bl_err("this host is too noisy to take times now: %s; 'bouncelab doctor' names the "
		       "remedies, --allow-noisy-host runs all the same and records it", text);
		err = -EBUSY;
	} else {
		fprintf(stderr, "note: this host is noisy, which the results record: %s%s\n", text,
			p->plane == PLANE_ICOUNT ? "; it does not change counts of instructions" :
			"");
	}
	free(text);
	return err;
}
