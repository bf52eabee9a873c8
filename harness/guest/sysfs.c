// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/sysfs.h"
#include "lib/elf-facts.h"
#include "proto/axes.h"
#include "proto/guest-paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYS_DEV		"/sys/class/vduse/" GUEST_DEV
#define SYS_DISK	"/sys/class/block/" GUEST_DISK

/* Return the first line of an attribute, or NULL without it. The caller frees it. */
static char *read_attr(const char *dir, const char *name)
{
	char *path = bl_fmt("%s/%s", dir, name), *buf = NULL;

	if (bl_read_file(path, &buf, NULL))
		buf = NULL;
	else
		buf[strcspn(buf, "\n")] = '\0';
	free(path);
	return buf;
}

static int write_attr(const char *name, const char *value)
{
	char *path = bl_fmt(SYS_DEV "/%s", name);
	int fd, ret = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	free(path);
	return ret;
}

/* Write an attribute and read it back; @value NULL leaves the module's default. */
static int apply_attr(struct guest_run *r, json_t *attrs, const char *name, const char *value)
{
	char *text, *chosen;
	int ret;

	text = read_attr(SYS_DEV, name);
	if (!text && r->intree) {
		json_object_set_new(attrs, name, json_null());
		return 0;
	}
	free(text);
	ret = value ? write_attr(name, value) : 0;
	text = read_attr(SYS_DEV, name);
	if (ret) {
		ret = guest_fail(&r->outcome, SYS_DEV "/%s refuses '%s': %s; it is: %s", name, value,
				 strerror(-ret), text ? text : "absent");
		goto out;
	}
	chosen = text ? bl_pick_choice(text) : NULL;
	if (!chosen || (value && strcmp(chosen, value)))
		ret = guest_fail(&r->outcome, SYS_DEV "/%s is '%s' after '%s' was written", name,
				 chosen ? chosen : "absent", value ? value : "nothing");
	else
		json_object_set_new(attrs, name, json_string(chosen));
out:
	free(text);
	return ret;
}

int guest_apply_settings(struct guest_run *r)
{
	json_t *attrs = json_object();
	char *bytes, *order;
	double t0 = bl_mono();
	int ret;

	bytes = bl_fmt("%lld", bl_json_int(r->op, "bounce_mb", 64) << 20);
	order = bl_fmt("%lld", bl_json_int(r->op, "page_order", 0));
	json_object_set_new(r->doc, "attributes", attrs);
	ret = apply_attr(r, attrs, "bounce_size", bytes);
	if (!ret)
		ret = apply_attr(r, attrs, "strategy", r->strategy);
	for (size_t a = 0; !ret && a < AXES; a++)
		ret = apply_attr(r, attrs, axis_names[a], bl_json_str(r->op, axis_names[a], NULL));
	if (!ret)
		ret = apply_attr(r, attrs, "page_order", order);
	guest_record_ms(r, "sysfs", t0);
	free(bytes);
	free(order);
	return ret;
}

static json_t *string_or_null(char *s)
{
	json_t *j = s ? json_string(s) : json_null();

	free(s);
	return j;
}

/* Return the build ID of a loaded module, or NULL. The caller frees it. */
static char *loaded_build_id(const char *name)
{
	char *path = bl_fmt("/sys/module/%s/notes/.note.gnu.build-id", name), *notes, *id = NULL;
	size_t size;

	if (!bl_read_file(path, &notes, &size)) {
		id = elf_build_id(notes, size);
		free(notes);
	}
	free(path);
	return id;
}

void guest_record_loaded(struct guest_run *r)
{
	json_t *loaded = json_object();
	char *text = NULL, *rest, *line;

	if (bl_read_file("/proc/modules", &text, NULL))
		text = NULL;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		line[strcspn(line, " ")] = '\0';
		if (*line)
			bl_json_set_text(loaded, line, loaded_build_id(line));
	}
	free(text);
	json_object_set_new(r->doc, "loaded", loaded);
}

void guest_record_module(struct guest_run *r, const char *name, const char *file,
			 const char *params)
{
	char *dir = bl_fmt("/sys/module/%s", name);

	json_object_set_new(r->doc, "module",
			    json_pack("{s:s, s:s, s:s, s:o}", "name", name, "file", file,
				      "params", params, "srcversion",
				      string_or_null(read_attr(dir, "srcversion"))));
	free(dir);
}

static int hw_queues(void)
{
	DIR *dir = opendir(SYS_DISK "/mq");
	struct dirent *e;
	int n = 0;

	while (dir && (e = readdir(dir)))
		n += e->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

int guest_record_disk(struct guest_run *r)
{
	char where[PATH_MAX];

	if (!realpath(SYS_DISK, where) || !strstr(where, "/" GUEST_DEV "/"))
		return guest_fail(&r->outcome, "/dev/" GUEST_DISK " is %s, "
				  "not the device under test", where);
	json_object_set_new(r->doc, "disk",
			    json_pack("{s:i, s:o, s:o, s:o}", "hw_queues", hw_queues(),
				      "sectors", string_or_null(read_attr(SYS_DISK, "size")),
				      "scheduler",
				      string_or_null(read_attr(SYS_DISK, "queue/scheduler")),
				      "nr_requests",
				      string_or_null(read_attr(SYS_DISK, "queue/nr_requests"))));
	return 0;
}

static long long meminfo(const char *text, const char *key)
{
	const char *p = strstr(text, key);

	return p ? strtoll(p + strlen(key), NULL, 10) : -1;
}

void guest_record_memory(struct guest_run *r, const char *when)
{
	json_t *memory = json_object_get(r->doc, "memory");
	char *text;

	if (bl_read_file("/proc/meminfo", &text, NULL))
		return;
	if (!memory) {
		memory = json_object();
		json_object_set_new(r->doc, "memory", memory);
	}
	json_object_set_new(memory, when,
			    json_pack("{s:I, s:I, s:I}",
				      "MemFree_kB", (json_int_t)meminfo(text, "\nMemFree:"),
				      "Slab_kB", (json_int_t)meminfo(text, "\nSlab:"),
				      "SUnreclaim_kB", (json_int_t)meminfo(text, "\nSUnreclaim:")));
	free(text);
}
