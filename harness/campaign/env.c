// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes env.json: the host, the programs and the guest behind the numbers. */
#include "campaign/campaign.h"
#include "campaign/manifest.h"
#include "lib/machine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* Return the first line that a program prints, or NULL. The caller frees it. */
static char *first_line(const char *const argv[])
{
	char *out = NULL;

	if (bl_run_capture(argv, &out, true) || !out || !*out) {
		free(out);
		return NULL;
	}
	out[strcspn(out, "\n")] = '\0';
	return out;
}

/* Return the host's kernel arguments that bear on speed. The caller frees it. */
static char *speed_args(void)
{
	static const char *const names[] = {
		"mitigations", "isolcpus", "nohz_full", "rcu_nocbs", "idle", "intel_pstate",
		"amd_pstate", "processor.max_cstate", "intel_idle.max_cstate", "nosmt", "iommu",
		"intel_iommu", "amd_iommu", "preempt", "hugepages", "transparent_hugepage",
		"swiotlb", "init_on_alloc", "init_on_free", "haltpoll", "clocksource", "tsc",
	};
	char *text = bl_read_text("/proc/cmdline"), *rest = text, *word, *joined;
	struct bl_strv kept = {};

	while ((word = strsep(&rest, " "))) {
		size_t n = strcspn(word, "=");

		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			if (strlen(names[i]) == n && !strncmp(word, names[i], n))
				bl_strv_add(&kept, word);
	}
	joined = bl_strv_join(&kept, " ");
	bl_strv_free(&kept);
	free(text);
	return joined;
}

static json_t *host_json(void)
{
	json_t *o = bl_describe_machine();
	struct utsname u;
	double load[3] = { 0, 0, 0 };

	uname(&u);
	if (getloadavg(load, 3) < 0)
		load[0] = -1;
	bl_json_set_text(o, "kernel", bl_fmt("%s %s", u.release, u.version));
	bl_json_set_text(o, "cmdline", speed_args());
	json_object_set_new(o, "load_1m", json_real(load[0]));
	return o;
}

static json_t *versions_json(void)
{
	static const char *const qemu[] = { "qemu-system-x86_64", "--version", NULL };
	static const char *const qsd[] = { "qemu-storage-daemon", "--version", NULL };
	static const char *const fio[] = { "fio", "--version", NULL };
	static const char *const vdpa[] = { "vdpa", "-V", NULL };
	static const char *const trace_cmd[] = { "trace-cmd", "--version", NULL };
	static const char *const perf[] = { "perf", "--version", NULL };
	json_t *o = json_object();

	bl_json_set_text(o, "qemu", first_line(qemu));
	bl_json_set_text(o, "qemu-storage-daemon", first_line(qsd));
	bl_json_set_text(o, "fio", first_line(fio));
	bl_json_set_text(o, "vdpa", first_line(vdpa));
	bl_json_set_text(o, "trace-cmd", first_line(trace_cmd));
	bl_json_set_text(o, "perf", first_line(perf));
	return o;
}

static json_t *git_json(void)
{
	const char *head[] = { "git", "-C", bl_root(), "rev-parse", "HEAD", NULL };
	const char *status[] = { "git", "-C", bl_root(), "status", "--porcelain", NULL };
	json_t *o = json_object();
	char *out = NULL;
	int code;

	bl_json_set_text(o, "revision", first_line(head));
	code = bl_run_capture(status, &out, true);
	json_object_set_new(o, "dirty", code ? json_null() : json_boolean(out && *out));
	if (code >= 0)
		free(out);
	return o;
}

/* Return the SHA-256 of a file of the project, or NULL. The caller frees it. */
static char *sum_of(const char *name)
{
	char *path = bl_path("%s", name), *sum = campaign_sum_file(path);

	free(path);
	return sum;
}

static json_t *module_json(void)
{
	json_t *o = json_object();

	bl_json_set_text(o, "source", campaign_sum_sources());
	bl_json_set_text(o, "file", sum_of("build/bouncelab.ko"));
	return o;
}

/* Read from the guest's console whether its kernel clears memory that it allocates. */
static json_t *init_on_alloc(const char *console)
{
	json_t *value = json_null();
	char *text, *s;

	if (!console || bl_read_file(console, &text, NULL))
		return value;
	s = strstr(text, "heap alloc:");
	if (s)
		value = json_boolean(!strncmp(s + strlen("heap alloc:"), "on", 2));
	free(text);
	return value;
}

int campaign_write_env(const struct campaign *c, enum accel accel, const char *guest_args,
		       const json_t *hello, const char *console)
{
	char *release = bl_path("build/kernel/release");
	char *name = c->session > 1 ? bl_fmt("env-%u.json", c->session) : bl_strdup("env.json");
	json_t *guest = json_object(), *o;
	int err;

	bl_json_set_text(guest, "kernel", bl_read_text(release));
	bl_json_set_text(guest, "config", sum_of("build/kernel/headers/.config"));
	bl_json_set_text(guest, "program", sum_of("build/bouncelab-guest"));
	json_object_set_new(guest, "cmdline", json_string(guest_args));
	json_object_set_new(guest, "init_on_alloc", init_on_alloc(console));
	if (hello)
		json_object_set_new(guest, "hello", json_deep_copy(hello));
	o = json_pack("{s:i, s:f, s:s, s:b, s:o, s:o, s:o, s:o, s:o}", "schema", ENV_SCHEMA, "written",
		      bl_now(), "accel", accel_names[accel], "emulated", accel != ACCEL_KVM, "host",
		      host_json(), "guest", guest, "versions", versions_json(), "git",
		      git_json(), "module", module_json());
	json_object_set_new(o, "unfit", c->unfit ? json_deep_copy(c->unfit) : json_array());
	err = campaign_write_json(c->dir, name, o);
	free(name);
	free(release);
	return err;
}

int campaign_load_env(const char *dir, json_t **env)
{
	char *path = bl_fmt("%s/env.json", dir);
	int err;

	*env = bl_exists(path) ? bl_json_load(path) : NULL;
	err = bl_json_check_schema(path, *env, ENV_SCHEMA);
	free(path);
	return err;
}

char *campaign_noise_text(const json_t *unfit)
{
	struct bl_strv values = {};
	const json_t *item;
	char *text = NULL;
	size_t i;

	json_array_foreach(unfit, i, item)
		bl_strv_add(&values, bl_json_str(item, "value", "?"));
	if (values.n)
		text = bl_strv_join(&values, "; ");
	bl_strv_free(&values);
	return text;
}
