// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/tracefs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tracefs.h>

unsigned long long guest_tracefs_value(const char *text, const char *key)
{
	size_t n = strlen(key);
	const char *p;

	for (p = text; (p = strstr(p, key)); p += n)
		if ((p == text || strchr(" \t\n", p[-1])) && p[n] == ':')
			return strtoull(p + n + 1, NULL, 10);
	return 0;
}

/* Add up the counters of all CPUs that @keys names. */
static unsigned long long sum_stats(struct tracefs_instance *inst, const char *const *keys)
{
	unsigned long long sum = 0;
	long cpu, n = sysconf(_SC_NPROCESSORS_CONF);

	for (cpu = 0; cpu < n; cpu++) {
		char *file = bl_fmt("per_cpu/cpu%ld/stats", cpu);
		char *text = tracefs_instance_file_read(inst, file, NULL), *p = text, *line;

		while (p && (line = strsep(&p, "\n")))
			for (size_t i = 0; keys[i]; i++)
				if (!strncmp(line, keys[i], strlen(keys[i])))
					sum += guest_tracefs_value(line, keys[i]);
		free(text);
		free(file);
	}
	return sum;
}

unsigned long long guest_tracefs_entries(struct tracefs_instance *inst)
{
	static const char *const keys[] = { "entries", NULL };

	return sum_stats(inst, keys);
}

unsigned long long guest_tracefs_lost(struct tracefs_instance *inst)
{
	static const char *const keys[] = { "overrun", "commit overrun", "dropped events", NULL };

	return sum_stats(inst, keys);
}
