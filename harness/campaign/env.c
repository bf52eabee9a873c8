// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes env.json: the host, the programs and the guest behind the numbers. */
#include "campaign/campaign.h"
#include "campaign/env-diff.h"
#include "campaign/git.h"
#include "campaign/journal.h"
#include "campaign/manifest.h"
#include "lib/elf-facts.h"
#include "lib/machine.h"

#include <argp.h>
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
	static const struct {
		const char *name, *option;
		bool in_guest;	/* the guest looks for it, by its own path */
	} programs[] = {
		{ "qemu-system-x86_64", "--version", false },
		{ "qemu-storage-daemon", "--version", true }, { "fio", "--version", true },
		{ "vdpa", "-V", true }, { "trace-cmd", "--version", true },
		{ "perf", "--version", true },
	};
	json_t *o = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		const char *name = programs[i].name;
		char *path = programs[i].in_guest ? guest_files_which(name) : bl_which(name);
		const char *argv[] = { path, programs[i].option, NULL };

		bl_json_set_text(o, i ? name : "qemu", path ? first_line(argv) : NULL);
		free(path);
	}
	return o;
}

/* Return the SHA-256 of a file of the project, or NULL. The caller frees it. */
static char *sum_of(const char *name)
{
	char *path = bl_path("%s", name), *sum = campaign_sum_file(path);

	free(path);
	return sum;
}

/* Add what a product of the build records about itself: the compiler and its options. */
static void add_build(json_t *o, const char *product)
{
	char *path = bl_path("%s", product);
	struct elf_facts facts;

	elf_facts_read(path, &facts);
	bl_json_set_text(o, "compiler", facts.compiler);
	bl_json_set_text(o, "options", facts.options);
	free(facts.build_id);
	free(path);
}

static json_t *module_json(void)
{
	json_t *o = json_object();

	bl_json_set_text(o, "source", campaign_sum_sources());
	json_object_set_new(o, "sources", campaign_sum_each_source());
	bl_json_set_text(o, "file", sum_of("build/bouncelab.ko"));
	add_build(o, "build/bouncelab.ko");
	return o;
}

static json_t *harness_json(void)
{
	json_t *o = json_object();

	/* The C library has the variable, which is NULL in a program that does not set it. */
	bl_json_set_text(o, "version", argp_program_version ? bl_strdup(argp_program_version) : NULL);
	bl_json_set_text(o, "file", sum_of("build/bouncelab"));
	add_build(o, "build/bouncelab");
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

/* List the files of the guest's kernel that are not the package's; null if that is not known. */
static json_t *replaced_json(void)
{
	struct bl_strv names = {};
	json_t *list = guest_files_find_replaced(&names) ? json_null() : json_array();

	for (size_t i = 0; i < names.n; i++)
		json_array_append_new(list, json_string(names.v[i]));
	bl_strv_free(&names);
	return list;
}

static json_t *guest_json(const char *args, const json_t *hello, const char *console)
{
	char *release = bl_path("build/kernel/release");
	json_t *o = json_object();

	bl_json_set_text(o, "kernel", bl_read_text(release));
	bl_json_set_text(o, "config", sum_of("build/kernel/headers/.config"));
	bl_json_set_text(o, "program", sum_of("build/bouncelab-guest"));
	json_object_set_new(o, "replaced", replaced_json());
	json_object_set_new(o, "cmdline", json_string(args));
	json_object_set_new(o, "init_on_alloc", init_on_alloc(console));
	if (hello)
		json_object_set_new(o, "hello", json_deep_copy(hello));
	free(release);
	return o;
}

json_t *campaign_describe_sources(void)
{
	return json_pack("{s:o, s:o, s:o}", "git", git_describe(), "module", module_json(), "harness",
			 harness_json());
}

int campaign_write_env(struct campaign *c, enum accel accel, const char *guest_args,
		       const json_t *hello, const char *console)
{
	char *name = c->session > 1 ? bl_fmt("env-%u.json", c->session) : bl_strdup("env.json");
	json_t *o;
	int err;

	/* The sources and the host's programs are those that the session began with. */
	if (!c->env) {
		guest_files_find(&c->files);
		c->env = campaign_describe_sources();
		json_object_set_new(c->env, "versions", versions_json());
	}
	json_object_set_new(c->env, "files", guest_files_sum(&c->files));
	json_object_set_new(c->env, "guest", guest_json(guest_args, hello, console));
	o = json_pack("{s:i, s:f, s:s, s:b, s:o}", "schema", ENV_SCHEMA, "written", bl_now(), "accel",
		      accel_names[accel], "emulated", accel != ACCEL_KVM, "host", host_json());
	json_object_update(o, c->env);
	json_object_set_new(o, "unfit", c->unfit ? json_deep_copy(c->unfit) : json_array());
	err = campaign_write_logged(c, name, o);
	free(name);
	return err;
}

/* Take the facts of a guest from the first session that had one. */
static void find_guest(const char *dir, json_t *env)
{
	bool more = !campaign_env_has_guest(env);

	for (unsigned int n = 2; more; n++) {
		char *path = bl_fmt("%s/env-%u.json", dir, n);
		json_t *later = bl_exists(path) ? bl_json_load(path) : NULL;

		more = later && !campaign_env_has_guest(later);
		if (later && !more)
			campaign_env_take_guest(env, later);
		json_decref(later);
		free(path);
	}
}

int campaign_load_env(const char *dir, json_t **env)
{
	char *path = bl_fmt("%s/env.json", dir);
	int err;

	*env = bl_exists(path) ? bl_json_load(path) : NULL;
	err = bl_json_check_schema(path, *env, ENV_SCHEMA);
	if (!err && *env)
		find_guest(dir, *env);
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
