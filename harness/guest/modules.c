// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* A work item can drop the last reference to a module a little later. In seconds: */
#define UNLOAD_TIMEOUT	3.0
#define UNLOAD_STEP_NS	2000000

static int load_file(struct guest_mods *m, struct guest_outcome *o, const char *name,
		     const char *path, const char *params)
{
	int fd, ret = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		guest_fail(o, "module %s: cannot open %s: %s", name, path, strerror(-ret));
		return ret;
	}
	if (syscall(SYS_finit_module, fd, params, 0) < 0)
		ret = -errno;
	close(fd);
	if (!ret)
		bl_strv_add(&m->loaded, name);
	else if (ret != -EEXIST)
		guest_fail(o, "module %s does not load%s%s: %s", name,
			   *params ? " with " : "", params, strerror(-ret));
	return ret;
}

int guest_mod_load_file(struct guest_mods *m, struct guest_outcome *o, const char *name,
			const char *path, const char *params)
{
	int ret = load_file(m, o, name, path, params);

	if (ret == -EEXIST) {
		guest_fail(o, "module %s is still loaded from an earlier run", name);
		o->reboot = true;
	}
	return ret;
}

/* Return the dependencies of a module by the file "order", or NULL. The caller frees them. */
static char *read_deps(struct guest_outcome *o, const char *name)
{
	char *path = bl_path("build/kernel/modules/order");
	char *text, *p, *line, *deps = NULL;
	size_t len, n = strlen(name);

	if (bl_read_file(path, &text, &len)) {
		guest_fail(o, "cannot read %s; 'make build' makes it", path);
		free(path);
		return NULL;
	}
	for (p = text; (line = strsep(&p, "\n"));)
		if (!strncmp(line, name, n) && (line[n] == ' ' || !line[n]))
			deps = bl_strdup(line + n);
	if (!deps)
		guest_fail(o, "module %s is not listed in %s", name, path);
	free(path);
	free(text);
	return deps;
}

int guest_mod_load_deps(struct guest_mods *m, struct guest_outcome *o, const char *name)
{
	char *deps = read_deps(o, name), *p = deps, *dep;
	int ret = deps ? 0 : -ENOENT;

	while (!ret && (dep = strsep(&p, " \t")))
		if (*dep)
			ret = guest_mod_load(m, o, dep);
	free(deps);
	return ret;
}

int guest_mod_load(struct guest_mods *m, struct guest_outcome *o, const char *name)
{
	char *path, *sys;
	int ret = 0;

	sys = bl_fmt("/sys/module/%s", name);
	if (bl_exists(sys))
		goto out;
	ret = guest_mod_load_deps(m, o, name);
	if (ret)
		goto out;
	path = bl_path("build/kernel/modules/%s.ko", name);
	ret = load_file(m, o, name, path, "");
	free(path);
	if (ret == -EEXIST)	/* it is built in and has no parameters */
		ret = 0;
out:
	free(sys);
	return ret;
}

static int unload(const char *name)
{
	double deadline = bl_mono() + UNLOAD_TIMEOUT;
	struct timespec step = { .tv_nsec = UNLOAD_STEP_NS };

	for (;;) {
		if (!syscall(SYS_delete_module, name, O_NONBLOCK))
			return 0;
		if (errno != EAGAIN && errno != EBUSY)
			return -errno;
		if (bl_mono() > deadline)
			return -EBUSY;
		nanosleep(&step, NULL);
	}
}

int guest_mod_unload(struct guest_mods *m, struct guest_outcome *o)
{
	char ref[32] = "?";
	int ret, first = 0;
	size_t i;

	for (i = m->loaded.n; i--;) {
		const char *name = m->loaded.v[i];
		char *path, *buf;

		ret = unload(name);
		if (!ret || ret == -ENOENT)
			continue;
		path = bl_fmt("/sys/module/%s/refcnt", name);
		if (!bl_read_file(path, &buf, NULL)) {
			snprintf(ref, sizeof(ref), "%s", bl_strip(buf));
			free(buf);
		}
		free(path);
		guest_fail(o, "module %s cannot be unloaded: %s; it has %s references", name,
			   strerror(-ret), ref);
		o->reboot = true;
		first = first ? first : ret;
		/* This module holds those that were loaded before it. */
		break;
	}
	bl_strv_free(&m->loaded);
	return first;
}
