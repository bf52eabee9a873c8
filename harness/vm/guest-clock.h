/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a guest's clock is right. The kernel of an emulated guest measures its time-stamp counter
 * while it boots. On a busy host that went wrong by a factor of 3.6, for the clock of the whole
 * boot and for every time and rate that was measured by it. So the guest is told the frequency
 * where it is known, and each run is checked in two ways:
 *
 * - The time that passed in the guest is compared with the host's, between two requests for the
 *   guest's time. The host knows only that the guest answered between the request and the answer.
 *   So the check allows for the time that both requests took, and nothing is claimed that a busy
 *   host explains.
 * - The guest reads its counter with its clock. Two readings give the frequency that the guest's
 *   kernel believes in, and it must be that of the emulator's counter. This needs no wall time.
 *
 * On ACCEL_ICOUNT the clock is made of instructions, and while the guest is idle of the host's
 * time. The host's time says nothing about it, so there is no first check. The counter of the
 * emulator then has exactly one tick per nanosecond of that clock, which the second check takes.
 */
#ifndef BL_VM_GUEST_CLOCK_H
#define BL_VM_GUEST_CLOCK_H

#include "lib/clock.h"
#include "proto/accel.h"
#include "lib/util.h"

#define VM_CLOCK_TOLERANCE	0.02	/* of elapsed time, and of the frequency */
#define VM_ICOUNT_KHZ		1e6	/* of the counter on ACCEL_ICOUNT */

/* One answer of the guest. */
struct vm_reading {
	double before, after;	/* bl_mono() of the host, when it asked and when it was answered */
	struct bl_clock guest;
};

/* This much time passed between two answers. */
struct vm_elapsed {
	double guest;			/* seconds by the guest's clock */
	double host_min, host_max;	/* seconds by the host's; it was a time between these */
	double khz;			/* of the counter by the guest's clock; 0: not known */
};

/* Compute what passed between two answers. */
void vm_find_elapsed(const struct vm_reading *a, const struct vm_reading *b, struct vm_elapsed *e);

/**
 * vm_explain_clock() - tell whether a guest's clock was right
 * @e: what passed
 * @accel: the guest's accelerator
 * @host_khz: frequency of the host's counter, for ACCEL_TCG
 *
 * Return: NULL if it was; else what is wrong. The caller frees it.
 */
char *vm_explain_clock(const struct vm_elapsed *e, enum accel accel, double host_khz);

/* Return the frequency that a guest's counter has, or 0 if it is not known. */
double vm_find_true_khz(enum accel accel, double host_khz);

/* Return the frequency of the host's counter, which is measured once, in 20 ms. */
double vm_host_khz(void);

/**
 * vm_clock_args() - make the words of the kernel's command line that say how fast the counter is
 * @accel: the accelerator
 *
 * An emulated guest without icount has the host's counter. With lpj= the second CPU does not
 * calibrate its delay loop, which took 1.2 s and failed. On ACCEL_ICOUNT the calibration cannot be
 * disturbed, since it counts; it is left as it is, so that results stay what they were.
 *
 * Return: the words with a blank before each, or an empty text. The caller frees it.
 */
char *vm_clock_args(enum accel accel);

#endif
