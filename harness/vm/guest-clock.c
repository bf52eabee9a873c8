// SPDX-License-Identifier: GPL-2.0-or-later
#include "vm/guest-clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MEASURE_NS	20000000
#define MIN_SECONDS	0.0005	/* for a frequency; the clocks are read within a microsecond */

void vm_find_elapsed(const struct vm_reading *a, const struct vm_reading *b, struct vm_elapsed *e)
{
	e->guest = b->guest.mono - a->guest.mono;
	e->host_min = fmax(b->before - a->after, 0);
	e->host_max = b->after - a->before;
	e->khz = fabs(e->guest) > MIN_SECONDS ? bl_find_khz(&a->guest, &b->guest) : 0;
}

double vm_find_true_khz(enum accel accel, double host_khz)
{
	if (accel == ACCEL_ICOUNT)
		return VM_ICOUNT_KHZ;
	/* With KVM the guest's clock comes from the host, whatever its counter does. */
	return accel == ACCEL_TCG ? host_khz : 0;
}

char *vm_explain_clock(const struct vm_elapsed *e, enum accel accel, double host_khz)
{
	double khz = vm_find_true_khz(accel, host_khz);

	if (khz > 0 && e->khz > 0 && fabs(e->khz / khz - 1) > VM_CLOCK_TOLERANCE)
		return bl_fmt("the guest's clock is wrong: its kernel takes the counter for one of "
			      "%.3f MHz, and it has %.3f MHz", e->khz / 1000, khz / 1000);
	if (accel == ACCEL_ICOUNT)
		return e->guest < 0 ? bl_strdup("the guest's clock went back") : NULL;
	if (e->guest <= e->host_max * (1 + VM_CLOCK_TOLERANCE) &&
	    e->guest >= e->host_min * (1 - VM_CLOCK_TOLERANCE))
		return NULL;
	return bl_fmt("the guest's clock is wrong: %.3f s passed by it, and %.3f to %.3f s by the "
		      "host's", e->guest, e->host_min, e->host_max);
}

double vm_host_khz(void)
{
	static const struct timespec wait = { .tv_nsec = MEASURE_NS };
	static double khz;
	struct bl_clock a, b;

	if (khz > 0)
		return khz;
	bl_read_clock(&a);
	nanosleep(&wait, NULL);
	bl_read_clock(&b);
	khz = bl_find_khz(&a, &b);
	return khz;
}

/* Return the ticks per second of the guest's kernel (CONFIG_HZ), or 0 if that is not known. */
static unsigned long read_guest_hz(void)
{
	static const char key[] = "\nCONFIG_HZ=";
	char *path = bl_path("build/kernel/headers/.config"), *text, *line;
	unsigned long hz = 0;

	if (!bl_read_file(path, &text, NULL)) {
		line = strstr(text, key);
		hz = line ? strtoul(line + strlen(key), NULL, 10) : 0;
		free(text);
	}
	free(path);
	return hz;
}

char *vm_clock_args(enum accel accel)
{
	unsigned long khz, hz;

	if (accel != ACCEL_TCG)
		return bl_strdup("");
	khz = lround(vm_host_khz());
	hz = read_guest_hz();
	if (!hz)
		return bl_fmt(" tsc_early_khz=%lu", khz);
	return bl_fmt(" tsc_early_khz=%lu lpj=%lu", khz, khz * 1000 / hz);
}
