// SPDX-License-Identifier: GPL-2.0-or-later
/* Find the conditions that make this host noisy: see fitness.h. */
#include "run/fitness.h"
#include "lib/machine.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_MS	250

/* The columns of the line "cpu" of /proc/stat; guest time is in user time as well. */
enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, COLUMNS };

static int read_columns(const char *text, unsigned long long v[COLUMNS])
{
	return sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &v[USER], &v[NICE],
		      &v[SYSTEM], &v[IDLE], &v[IOWAIT], &v[IRQ], &v[SOFTIRQ], &v[STEAL]) ==
	       COLUMNS ? 0 : -EINVAL;
}

int fitness_share_cpus(const char *before, const char *after, double *busy, double *steal)
{
	unsigned long long a[COLUMNS], b[COLUMNS];
	double d[COLUMNS], all = 0;

	if (read_columns(before, a) || read_columns(after, b))
		return -EINVAL;
	for (size_t i = 0; i < COLUMNS; i++) {
		/* The kernel's iowait can go back by a little. */
		d[i] = b[i] > a[i] ? b[i] - a[i] : 0;
		all += d[i];
	}
	if (!(all > 0))
		return -EINVAL;
	*busy = 100 * (d[USER] + d[NICE] + d[SYSTEM] + d[IRQ] + d[SOFTIRQ]) / all;
	*steal = 100 * d[STEAL] / all;
	return 0;
}

static void add_problem(json_t *list, const char *check, char *value, const char *remedy)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "check", check, "value", value,
					      "remedy", remedy));
	free(value);
}

static void check_cpus(json_t *list)
{
	char *before = bl_read_text("/proc/stat"), *after;
	double busy, steal;

	poll(NULL, 0, SAMPLE_MS);
	after = bl_read_text("/proc/stat");
	if (before && after && !fitness_share_cpus(before, after, &busy, &steal)) {
		if (busy > FITNESS_BUSY_PCT)
			add_problem(list, "busy",
				    bl_fmt("other work takes %.0f %% of the CPUs", busy),
				    "stop the other programs: they widen all intervals");
		if (steal > FITNESS_STEAL_PCT)
			add_problem(list, "steal",
				    bl_fmt("the hypervisor takes %.0f %% of the CPUs", steal),
				    "use a machine that does not share its CPUs");
	}
	free(before);
	free(after);
}

/* Check the governor, since results move with the frequency. A guest in a cloud has no governor. */
static void check_frequency(json_t *list)
{
	static const char path[] = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
	char *governor = bl_read_text(path);

	if (governor && strcmp(governor, "performance"))
		add_problem(list, "governor", bl_fmt("the frequency governor is %s", governor),
			    "cpupower frequency-set -g performance");
	free(governor);
}

static void check_clock(json_t *list)
{
	static const char path[] =
		"/sys/devices/system/clocksource/clocksource0/current_clocksource";
	char *clock = bl_read_text(path);

	if (clock && strcmp(clock, "tsc") && strcmp(clock, "kvm-clock"))
		add_problem(list, "clock", bl_fmt("the clock source is %s", clock),
			    "use a machine whose TSC is stable; "
			    "reading other clocks costs a microsecond");
	free(clock);
}

json_t *fitness_find_noise(bool kvm)
{
	json_t *list = json_array();

	check_cpus(list);
	if (kvm) {
		check_frequency(list);
		check_clock(list);
	}
	return list;
}
