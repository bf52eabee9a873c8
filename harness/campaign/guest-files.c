// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/guest-files.h"
#include "campaign/manifest.h"
#include "lib/elf-facts.h"
#include "proto/guest-paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* scripts/fetch-kernel.sh writes it when it unpacks the package. */
#define PACKAGE_SUMS	"build/kernel/SHA256SUMS"

/* Programs that the guest finds by GUEST_PATH, and those that this machine finds for it. */
static const char *const guest_programs[] = { "fio", "qemu-storage-daemon", "vdpa" };
static const char *const host_programs[] = { "busybox", "qemu-system-x86_64" };
static const char *const products[] = { "bouncelab.ko", "bl_lockwait.ko", "bouncelab-guest" };

char *guest_files_which(const char *name)
{
	char *dirs = bl_strdup(GUEST_PATH), *rest = dirs, *dir, *path = NULL;

	while (!path && (dir = strsep(&rest, ":"))) {
		path = bl_fmt("%s/%s", dir, name);
		if (access(path, X_OK)) {
			free(path);
			path = NULL;
		}
	}
	free(dirs);
	return path;
}

/* Add a file. Takes over @path. */
static void add_file(struct guest_files *g, const char *name, char *path)
{
	g->v = bl_realloc(g->v, (g->n + 1) * sizeof(*g->v));
	g->v[g->n++] = (struct guest_file){ .name = bl_strdup(name), .path = path };
}

/* Add the modules that build/kernel/modules/order lists: the first word of each line. */
static void add_modules(struct guest_files *g)
{
	char *order = bl_path("build/kernel/modules/order"), *text = bl_read_text(order);
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		char *name = bl_fmt("%.*s.ko", (int)strcspn(line, " "), line);
		char *path = bl_path("build/kernel/modules/%s", name);

		if (bl_exists(path)) {	/* else it is built in */
			add_file(g, name, path);
			path = NULL;
		}
		free(path);
		free(name);
	}
	free(text);
	free(order);
}

void guest_files_find(struct guest_files *g)
{
	*g = (struct guest_files){};
	add_file(g, "vmlinuz", bl_path("build/kernel/vmlinuz"));
	add_modules(g);
	for (size_t i = 0; i < ARRAY_SIZE(products); i++)
		add_file(g, products[i], bl_path("build/%s", products[i]));
	for (size_t i = 0; i < ARRAY_SIZE(guest_programs); i++)
		add_file(g, guest_programs[i], guest_files_which(guest_programs[i]));
	for (size_t i = 0; i < ARRAY_SIZE(host_programs); i++)
		add_file(g, host_programs[i], bl_which(host_programs[i]));
}

void guest_files_free(struct guest_files *g)
{
	for (size_t i = 0; i < g->n; i++) {
		free(g->v[i].name);
		free(g->v[i].path);
		free(g->v[i].sum);
		free(g->v[i].build_id);
	}
	free(g->v);
	*g = (struct guest_files){};
}

/* --- checksums -------------------------------------------------------------------- */

static bool is_module(const char *name)
{
	size_t n = strlen(name);

	return n > 3 && !strcmp(name + n - 3, ".ko");
}

static bool is_unchanged(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static void read_file(struct guest_file *f)
{
	struct elf_facts facts;
	struct stat st;

	if (!f->path || stat(f->path, &st))
		st = (struct stat){};
	else if (f->sum && is_unchanged(&st, &f->st))
		return;
	free(f->sum);
	free(f->build_id);
	f->sum = f->build_id = NULL;
	f->st = st;
	if (!st.st_mode)
		return;
	f->sum = campaign_sum_file(f->path);
	if (is_module(f->name) && !elf_facts_read(f->path, &facts)) {
		f->build_id = facts.build_id;
		facts.build_id = NULL;
		elf_facts_free(&facts);
	}
}

json_t *guest_files_sum(struct guest_files *g)
{
	json_t *o = json_object();

	for (size_t i = 0; i < g->n; i++) {
		const struct guest_file *f = &g->v[i];

		read_file(&g->v[i]);
		json_object_set_new(o, f->name, f->sum ? json_string(f->sum) : json_null());
	}
	return o;
}

char *guest_files_check_loaded(const struct guest_files *g, const json_t *loaded)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct guest_file *f = &g->v[i];
		char *name = bl_fmt("%.*s", (int)strcspn(f->name, "."), f->name);
		const char *id = is_module(f->name) ? bl_json_str(loaded, name, NULL) : NULL;

		free(name);
		if (id && f->build_id && strcmp(id, f->build_id))
			return bl_fmt("the guest loaded another %s than %s: build ID %.12s, in the "
				      "file %.12s", f->name, f->path, id, f->build_id);
	}
	return NULL;
}

/* --- the package ------------------------------------------------------------------ */

int guest_files_find_replaced(struct bl_strv *names)
{
	char *list = bl_path(PACKAGE_SUMS), *text = NULL, *rest, *line;
	int err = bl_read_file(list, &text, NULL);

	rest = text;
	while (!err && (line = strsep(&rest, "\n"))) {
		/* A line is "SUM  PATH", as sha256sum writes it. */
		char *path = strlen(line) > 66 ? bl_path("build/kernel/%s", line + 66) : NULL;
		char *sum = path ? campaign_sum_file(path) : NULL;

		if (path && (!sum || strncmp(sum, line, 64)))
			bl_strv_add(names, line + 66);
		free(sum);
		free(path);
	}
	free(text);
	free(list);
	return err;
}
