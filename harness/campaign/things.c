// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/things.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const thing_names[THINGS] = {
	[THING_MODULE] = "module", [THING_COMPILER] = "compiler", [THING_KERNEL] = "kernel",
	[THING_DAEMON] = "daemon", [THING_FIO] = "fio", [THING_EMULATOR] = "emulator",
	[THING_HOST] = "host",
};

/* Where env.json has the facts of a thing. */
static const struct {
	enum thing thing;
	const char *path;
} places[] = {
	{ THING_MODULE, "module/source" },
	{ THING_COMPILER, "module/compiler" },
	{ THING_KERNEL, "guest/kernel" },
	{ THING_KERNEL, "guest/config" },
	{ THING_KERNEL, "guest/init_on_alloc" },
	{ THING_KERNEL, "guest/hello/release" },
	{ THING_KERNEL, "guest/hello/cpus" },
	{ THING_KERNEL, "guest/hello/facts/memory_mb" },
	{ THING_KERNEL, "guest/hello/facts/wakeup_preemption" },
	{ THING_KERNEL, "guest/hello/facts/mitigations" },
	{ THING_KERNEL, "files/vmlinuz" },
	{ THING_DAEMON, "versions/qemu-storage-daemon" },
	{ THING_DAEMON, "files/qemu-storage-daemon" },
	{ THING_FIO, "versions/fio" },
	{ THING_FIO, "files/fio" },
	{ THING_EMULATOR, "versions/qemu" },
	{ THING_EMULATOR, "files/qemu-system-x86_64" },
	{ THING_EMULATOR, "accel" },
	{ THING_HOST, "host/cpu" },
	{ THING_HOST, "host/microcode" },
	{ THING_HOST, "host/cpus" },
	{ THING_HOST, "host/governor" },
	{ THING_HOST, "host/boost" },
	{ THING_HOST, "host/no_turbo" },
	{ THING_HOST, "host/smt" },
	{ THING_HOST, "host/clocksource" },
	{ THING_HOST, "host/mitigations" },
	{ THING_HOST, "host/kernel" },
	{ THING_HOST, "host/cmdline" },
};

/* Modules that are not the guest kernel's own. */
static const char *const own_modules[] = { "bouncelab.ko", "bl_lockwait.ko" };

static void add_line(struct bl_strv *why, char *line)
{
	bl_strv_add(why, line);
	free(line);
}

static json_t *find(const json_t *o, const char *path)
{
	char *copy = bl_strdup(path), *rest = copy, *key;
	json_t *v = (json_t *)o;

	while (v && (key = strsep(&rest, "/")))
		v = json_object_get(v, key);
	free(copy);
	return v;
}

/* The things that both campaigns record, and the differences. */
struct compared {
	unsigned int across, recorded;
	struct bl_strv *why;
};

#define SHOWN	60	/* characters of a value that are shown */
#define BEFORE	20	/* of them before the first difference */

/* Return the part of @s that shows how it differs from @other. The caller frees it. */
static char *pick_part(const char *s, const char *other)
{
	size_t from = 0;

	while (s[from] && s[from] == other[from])
		from++;
	from = strlen(s) <= SHOWN || from <= BEFORE ? 0 : from - BEFORE;
	return bl_fmt("%s%.*s%s", from ? "..." : "", SHOWN, s + from,
		      strlen(s + from) > SHOWN ? "..." : "");
}

static char *describe_difference(enum thing thing, const char *path, const char *x, const char *y)
{
	char *old = pick_part(x, y), *new = pick_part(y, x);
	char *line = bl_fmt("another %s: %s: %s, %s (--across %s allows it)", thing_names[thing], path,
			    old, new, thing_names[thing]);

	free(new);
	free(old);
	return line;
}

/* Compare one fact. A fact that only one campaign records says nothing. */
static void compare_fact(struct compared *c, enum thing thing, const char *path, const json_t *x,
			 const json_t *y)
{
	char *s, *t;

	if (!x || !y)
		return;
	if (!json_is_null(x) && !json_is_null(y))
		c->recorded |= THING_BIT(thing);
	if (json_equal((json_t *)x, (json_t *)y) || c->across & THING_BIT(thing))
		return;
	s = json_dumps(x, JSON_COMPACT | JSON_ENCODE_ANY);
	t = json_dumps(y, JSON_COMPACT | JSON_ENCODE_ANY);
	add_line(c->why, describe_difference(thing, path, s, t));
	free(t);
	free(s);
}

static bool is_stock_module(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(own_modules); i++)
		if (!strcmp(name, own_modules[i]))
			return false;
	return n > 3 && !strcmp(name + n - 3, ".ko");
}

static void compare_stock_modules(struct compared *c, const json_t *a, const json_t *b)
{
	const char *name;
	json_t *x;

	json_object_foreach(json_object_get(a, "files"), name, x) {
		char *path;

		if (!is_stock_module(name))
			continue;
		path = bl_fmt("files/%s", name);
		compare_fact(c, THING_KERNEL, path, x, find(b, path));
		free(path);
	}
}

void things_compare(const json_t *a, const json_t *b, unsigned int across, struct bl_strv *why)
{
	struct compared c = { .across = across | THING_BIT(THING_COMPILER), .why = why };

	if (!a || !b) {
		bl_strv_add(why, a ? "the new campaign has no env.json" :
			    b ? "the old campaign has no env.json" : "neither campaign has an env.json");
		return;
	}
	if (!json_object_get(a, "files") != !json_object_get(b, "files"))
		add_line(why, bl_fmt("the %s campaign has no checksums of files",
				     json_object_get(a, "files") ? "new" : "old"));
	/* Campaigns that do not record the compiler are older than that, and still comparable. */
	if (find(a, "module/compiler") && find(b, "module/compiler"))
		c.across = across;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		compare_fact(&c, places[i].thing, places[i].path, find(a, places[i].path),
			     find(b, places[i].path));
	compare_stock_modules(&c, a, b);
	for (size_t t = 0; t < THINGS; t++)
		if (!((c.recorded | c.across) & THING_BIT(t)))
			add_line(why, bl_fmt("the %s is not recorded in both campaigns",
					     thing_names[t]));
}

int things_parse(const char *text, unsigned int *across)
{
	char *copy = bl_strdup(text), *rest = copy, *name;
	int err = 0;

	*across = 0;
	while (!err && (name = strsep(&rest, ","))) {
		int thing = bl_find_name(thing_names, THINGS, name);

		if (thing < 0)
			err = -EINVAL;
		else
			*across |= THING_BIT(thing);
	}
	free(copy);
	return err;
}
