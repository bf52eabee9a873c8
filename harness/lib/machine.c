// SPDX-License-Identifier: GPL-2.0-or-later
/* Read what bears on speed, on a machine or in a guest. */
#include "lib/machine.h"

#include <dirent.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* Return the value of the first line "KEY : value" of /proc/cpuinfo, or NULL. */
static char *cpuinfo(const char *text, const char *key)
{
	const char *s = text;
	size_t len = strlen(key);

	while (s && strncmp(s, key, len)) {
		s = strchr(s, '\n');
		s = s ? s + 1 : NULL;
	}
	s = s ? strchr(s, ':') : NULL;
	if (!s)
		return NULL;
	s += 1 + strspn(s + 1, " \t");
	return strndup(s, strcspn(s, "\n"));
}

static bool has_flag(const char *text, const char *flag)
{
	char *flags = cpuinfo(text, "flags"), *rest = flags, *word;
	bool has = false;

	while (!has && (word = strsep(&rest, " ")))
		has = !strcmp(word, flag);
	free(flags);
	return has;
}

/* Map each vulnerability to its mitigation, in the words of the kernel. */
static json_t *mitigations(void)
{
	static const char dir[] = "/sys/devices/system/cpu/vulnerabilities";
	json_t *o = json_object();
	struct bl_strv names = {};
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			bl_strv_add(&names, e->d_name);
	if (d)
		closedir(d);
	bl_strv_sort(&names);
	for (size_t i = 0; i < names.n; i++) {
		char *path = bl_fmt("%s/%s", dir, names.v[i]);

		bl_json_set_text(o, names.v[i], bl_read_text(path));
		free(path);
	}
	bl_strv_free(&names);
	return o;
}

/* Return "on" or "off", or NULL where it cannot be read. */
static char *wakeup_preemption(void)
{
	char *text = bl_read_text(BL_SCHED_FEATURES), *rest = text, *word, *is = NULL;

	while ((word = strsep(&rest, " ")) && !is) {
		if (!strcmp(word, "WAKEUP_PREEMPTION"))
			is = bl_strdup("on");
		else if (!strcmp(word, "NO_WAKEUP_PREEMPTION"))
			is = bl_strdup("off");
	}
	free(text);
	return is;
}

static void add_files(json_t *o)
{
	static const struct {
		const char *key, *path;
		bool choice;
	} files[] = {
		{ "governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", false },
		{ "frequency_driver", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver", false },
		{ "boost", "/sys/devices/system/cpu/cpufreq/boost", false },
		{ "no_turbo", "/sys/devices/system/cpu/intel_pstate/no_turbo", false },
		{ "smt", "/sys/devices/system/cpu/smt/control", false },
		{ "numa_nodes", "/sys/devices/system/node/online", false },
		{ "thp", "/sys/kernel/mm/transparent_hugepage/enabled", true },
		{ "clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource",
		  false },
		{ "machine", "/sys/class/dmi/id/sys_vendor", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *text = bl_read_text(files[i].path);
		const char *value = text && files[i].choice ? bl_pick_choice(text) : text;

		json_object_set_new(o, files[i].key, value ? json_string(value) : json_null());
		free(text);
	}
}

json_t *bl_describe_machine(void)
{
	json_t *o = json_object();
	char *text = NULL;

	bl_read_file("/proc/cpuinfo", &text, NULL);
	bl_json_set_text(o, "cpu", text ? cpuinfo(text, "model name") : NULL);
	bl_json_set_text(o, "microcode", text ? cpuinfo(text, "microcode") : NULL);
	json_object_set_new(o, "hypervisor", text ? json_boolean(has_flag(text, "hypervisor")) :
						    json_null());
	json_object_set_new(o, "cpus", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
	json_object_set_new(o, "memory_mb", json_integer((long long)sysconf(_SC_PHYS_PAGES) *
							 sysconf(_SC_PAGESIZE) >> 20));
	add_files(o);
	bl_json_set_text(o, "wakeup_preemption", wakeup_preemption());
	json_object_set_new(o, "mitigations", mitigations());
	free(text);
	return o;
}

unsigned int bl_count_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);
}
