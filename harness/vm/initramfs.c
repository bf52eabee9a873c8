// SPDX-License-Identifier: GPL-2.0-or-later
#include "vm/initramfs.h"
#include "lib/embed.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* init.sh loads them in this order, each after its dependencies. */
static const char *const modules[] = { "9pnet_virtio", "9p", "overlay" };

BL_EMBED(init_script, "harness/vm/init.sh");
BL_EMBED(pack_script, "harness/vm/pack.sh");

bool vm_is_static(const char *program)
{
	bool is_static = true;
	Elf64_Ehdr *e;
	char *data;
	size_t len;

	if (bl_read_file(program, &data, &len))
		return false;
	e = (Elf64_Ehdr *)data;
	if (len < sizeof(*e) || memcmp(data, ELFMAG, SELFMAG) ||
	    e->e_phoff + (size_t)e->e_phnum * sizeof(Elf64_Phdr) > len)
		is_static = false;
	for (int i = 0; is_static && i < e->e_phnum; i++)
		if (((Elf64_Phdr *)(data + e->e_phoff))[i].p_type == PT_INTERP)
			is_static = false;
	free(data);
	return is_static;
}

static int copy_file(const char *from, const char *to, mode_t mode, char **reason)
{
	char *data;
	size_t len;
	FILE *f;
	int err = bl_read_file(from, &data, &len);

	if (err) {
		*reason = bl_fmt("cannot read %s: %s; 'make build' prepares build/kernel",
				 from, strerror(-err));
		return err;
	}
	f = fopen(to, "we");
	if (!f || fwrite(data, 1, len, f) != len)
		err = errno ? -errno : -EIO;
	if (f && fclose(f) && !err)
		err = -errno;
	if (!err && chmod(to, mode))
		err = -errno;
	if (err)
		*reason = bl_fmt("cannot write %s: %s", to, strerror(-err));
	free(data);
	return err;
}

/* Read build/kernel/modules/order: each line has a module and the modules to load before it. */
static int list_modules(struct bl_strv *load, char **reason)
{
	char *path = bl_path("build/kernel/modules/order"), *text, *rest, *line;
	int err = bl_read_file(path, &text, NULL);

	if (err) {
		*reason = bl_fmt("cannot read %s: %s; 'make build' prepares build/kernel",
				 path, strerror(-err));
		free(path);
		return err;
	}
	for (size_t i = 0; i < ARRAY_SIZE(modules); i++) {
		char *copy = bl_strdup(text);

		for (rest = copy; (line = strsep(&rest, "\n")); ) {
			char *name = strsep(&line, " "), *dep;

			if (strcmp(name, modules[i]))
				continue;
			while ((dep = strsep(&line, " ")))
				if (*dep && !bl_strv_has(load, dep))
					bl_strv_add(load, dep);
			if (!bl_strv_has(load, name))
				bl_strv_add(load, name);
		}
		free(copy);
		if (!bl_strv_has(load, modules[i])) {
			*reason = bl_fmt("%s does not list module %s", path, modules[i]);
			err = -ENOENT;
			break;
		}
	}
	free(text);
	free(path);
	return err;
}

static int copy_busybox(const char *stage, char **reason)
{
	char *busybox = bl_which("busybox"), *to;
	int err;

	if (!busybox || !vm_is_static(busybox)) {
		*reason = bl_fmt("the guest needs a statically linked busybox, %s; install "
				 "the package busybox-static", busybox ? busybox : "none found");
		free(busybox);
		return -ENOENT;
	}
	to = bl_fmt("%s/bin/busybox", stage);
	err = copy_file(busybox, to, 0755, reason);
	free(to);
	free(busybox);
	return err;
}

static int fill_stage(const char *stage, char **reason)
{
	static const char *const dirs[] = { "bin", "modules", "dev" };
	struct bl_strv load = {};
	char *from, *to, *list;
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_SIZE(dirs); i++) {
		to = bl_fmt("%s/%s", stage, dirs[i]);
		err = bl_mkdir_p(to);
		if (err)
			*reason = bl_fmt("cannot make %s: %s", to, strerror(-err));
		free(to);
	}
	err = err ? err : copy_busybox(stage, reason);
	err = err ? err : list_modules(&load, reason);
	for (size_t i = 0; !err && i < load.n; i++) {
		from = bl_path("build/kernel/modules/%s.ko", load.v[i]);
		to = bl_fmt("%s/modules/%s.ko", stage, load.v[i]);
		err = copy_file(from, to, 0644, reason);
		free(from);
		free(to);
	}
	if (!err) {
		list = bl_strv_join(&load, "\n");
		to = bl_fmt("%s/modules/load", stage);
		err = bl_write_file(to, list, strlen(list));
		free(to);
		to = bl_fmt("%s/init", stage);
		err = err ? err : bl_write_file(to, init_script, strlen(init_script));
		if (!err && chmod(to, 0755))
			err = -errno;
		if (err)
			*reason = bl_fmt("cannot write %s: %s", to, strerror(-err));
		free(to);
		free(list);
	}
	bl_strv_free(&load);
	return err;
}

int vm_build_initramfs(const char *dir, char **path, char **reason)
{
	char *stage = bl_fmt("%s/.initramfs.%d.tmp", dir, (int)getpid());
	char *image = bl_fmt("%s.cpio", stage), *cpio = NULL;
	const char *argv[] = { "/bin/sh", "-c", pack_script, "pack.sh", stage, image, NULL };
	int err;

	*path = NULL;
	err = fill_stage(stage, reason);
	if (err)
		goto out;
	cpio = bl_which("cpio");
	if (!cpio) {
		*reason = bl_strdup("cpio is not installed; install the package cpio");
		err = -ENOENT;
		goto out;
	}
	if (bl_run_capture(argv, NULL, false)) {
		*reason = bl_fmt("cpio could not write %s; is there space left?", image);
		err = -EIO;
		goto out;
	}
	*path = bl_fmt("%s/.initramfs.cpio", dir);
	if (rename(image, *path)) {
		err = -errno;
		*reason = bl_fmt("cannot write %s: %s", *path, strerror(-err));
		free(*path);
		*path = NULL;
	}
out:
	unlink(image);
	bl_rm_rf(stage);
	free(image);
	free(cpio);
	free(stage);
	return err;
}
