// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/tracefs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tracefs.h>

unsigned long long guest_tracefs_value(const char *text, const char *end, const char *key,
				       int base)
{
	size_t n = strlen(key);
	const char *p = text;

	while ((p = strstr(p, key)) && (!end || p < end)) {
		if ((p == text || strchr(" \t\n", p[-1])) && p[n] == ':') {
			p += n + 1;
			p += strspn(p, " \t~[");
			return strtoull(strncmp(p, "2^", 2) ? p : p + 2, NULL, base);
		}
		p += n;
	}
	return 0;
}

/* Sum of the per-CPU counters that @keys name. */
static unsigned long long stats(struct tracefs_instance *inst, const char *const *keys)
{
	unsigned long long sum = 0;
	long cpu, n = sysconf(_SC_NPROCESSORS_CONF);

	for (cpu = 0; cpu < n; cpu++) {
		char *file = bl_fmt("per_cpu/cpu%ld/stats", cpu);
		char *text = tracefs_instance_file_read(inst, file, NULL), *p = text, *line;

		while (p && (line = strsep(&p, "\n")))
			for (size_t i = 0; keys[i]; i++)
				if (!strncmp(line, keys[i], strlen(keys[i])))
					sum += guest_tracefs_value(line, NULL, keys[i], 10);
		free(text);
		free(file);
	}
	return sum;
}

unsigned long long guest_tracefs_entries(struct tracefs_instance *inst)
{
	static const char *const keys[] = { "entries", NULL };

	return stats(inst, keys);
}

unsigned long long guest_tracefs_lost(struct tracefs_instance *inst)
{
	static const char *const keys[] = { "overrun", "commit overrun", "dropped events", NULL };

	return stats(inst, keys);
}
