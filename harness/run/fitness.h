/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes a machine unfit for taking times, as it is now. `run` refuses such a machine
 * where times are what is measured, or records that it was told to go on; on the plane
 * icount it only records, since a busy machine does not change the count.
 */
#ifndef BL_FITNESS_H
#define BL_FITNESS_H

#include "lib/util.h"

#define FITNESS_BUSY_PCT	15.0	/* of all CPUs, by what is not ours */
#define FITNESS_STEAL_PCT	2.0	/* taken by the hypervisor below this machine */

/*
 * An array of { "check", "value", "remedy" }, empty if nothing is wrong; the caller owns
 * it. Samples the CPUs for a quarter of a second. @kvm: also what only bears on real CPUs.
 */
json_t *bl_unfit(bool kvm);

/*
 * Shares, in per cent of all CPUs, between two texts of /proc/stat: by programs and
 * interrupts, and stolen. -EINVAL if they cannot be compared.
 */
int bl_cpu_shares(const char *before, const char *after, double *busy, double *steal);

#endif
