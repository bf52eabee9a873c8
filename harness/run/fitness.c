// SPDX-License-Identifier: GPL-2.0-or-later
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

int bl_cpu_shares(const char *before, const char *after, double *busy, double *steal)
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

static void add(json_t *list, const char *check, char *value, const char *remedy)
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
	if (before && after && !bl_cpu_shares(before, after, &busy, &steal)) {
		if (busy > FITNESS_BUSY_PCT)
			add(list, "busy", bl_fmt("other work takes %.0f %% of the CPUs", busy),
			    "stop what else is running: it widens all intervals");
		if (steal > FITNESS_STEAL_PCT)
			add(list, "steal", bl_fmt("%.0f %% of the CPUs are taken by the host of "
						  "this machine", steal),
			    "a machine of its own, or one whose host is not shared");
	}
	free(before);
	free(after);
}

/* What moves the frequency moves the result; a guest of a cloud shows no governor. */
static void check_frequency(json_t *list)
{
	static const char path[] = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
	char *governor = bl_read_text(path);

	if (governor && strcmp(governor, "performance"))
		add(list, "governor", bl_fmt("the frequency governor is %s", governor),
		    "cpupower frequency-set -g performance");
	free(governor);
}

static void check_clock(json_t *list)
{
	static const char path[] =
		"/sys/devices/system/clocksource/clocksource0/current_clocksource";
	char *clock = bl_read_text(path);

	if (clock && strcmp(clock, "tsc") && strcmp(clock, "kvm-clock"))
		add(list, "clock", bl_fmt("the clock source is %s", clock),
		    "a machine whose TSC is stable; reading other clocks costs a microsecond");
	free(clock);
}

json_t *bl_unfit(bool kvm)
{
	json_t *list = json_array();

	check_cpus(list);
	if (kvm) {
		check_frequency(list);
		check_clock(list);
	}
	return list;
}
