/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Estimates of how long runs take, and the times from which later estimates learn. */
#ifndef BL_PACE_H
#define BL_PACE_H

#include "plan/plan.h"

#define PACE_BOOT	(KIND_TRACE + 1)	/* the index of boots, behind the kinds of runs */

/* Seconds that a campaign took, by kind of run and for boots. A zeroed struct holds none. */
struct pace {
	double guessed[PACE_BOOT + 1];	/* the guess, before any correction */
	double seconds[PACE_BOOT + 1];	/* the time that it took */
};

/**
 * pace_add_run() - record how long a run took
 * @t:       takes the time
 * @p:       the plan
 * @r:       the run
 * @accel:   the accelerator of its guest
 * @seconds: the time from the request to the end of the run, without the boot
 */
void pace_add_run(struct pace *t, const struct plan *p, const struct plan_run *r,
		  enum accel accel, double seconds);

/**
 * pace_add_boot() - record how long a boot took
 * @t:       takes the time
 * @accel:   the accelerator of the guest
 * @seconds: the time of the boot
 */
void pace_add_boot(struct pace *t, enum accel accel, double seconds);

/**
 * pace_save() - correct the estimates of later campaigns on this machine by the recorded times
 * @t:     the times of this campaign
 * @accel: the accelerator on which they were taken
 *
 * Writes build/pace.json. A failure to write is ignored: the estimates then stay as they are.
 */
void pace_save(const struct pace *t, enum accel accel);

/**
 * pace_guess_accel() - guess the accelerator on which a plan will run here, without a boot
 * @p: the plan
 *
 * Return: icount for the plane icount, else KVM or TCG.
 */
enum accel pace_guess_accel(const struct plan *p);

/**
 * pace_estimate_boot() - estimate the time of a boot
 * @accel: the accelerator
 *
 * Return: seconds.
 */
double pace_estimate_boot(enum accel accel);

/**
 * pace_estimate_run() - estimate the time of a run in a guest that is up
 * @p:     the plan
 * @r:     the run
 * @accel: the accelerator
 *
 * Return: seconds.
 */
double pace_estimate_run(const struct plan *p, const struct plan_run *r, enum accel accel);

/**
 * pace_estimate_step() - estimate the time of a run and of the boot that comes before it, if any
 * @p:     the plan
 * @last:  the last run of the guest, or NULL if there was none
 * @r:     the run
 * @accel: the accelerator
 *
 * Return: seconds.
 */
double pace_estimate_step(const struct plan *p, const struct plan_run *last,
			  const struct plan_run *r, enum accel accel);

/**
 * pace_estimate_plan() - estimate the time of a whole plan
 * @p:     the plan
 * @accel: the accelerator
 *
 * Return: seconds.
 */
double pace_estimate_plan(const struct plan *p, enum accel accel);

/**
 * pace_count_blocks() - count the timed blocks that fit into a time, by the estimate
 * @p:       the plan
 * @accel:   the accelerator
 * @seconds: the time
 *
 * Return: the number of timed blocks that end in time.
 */
unsigned int pace_count_blocks(const struct plan *p, enum accel accel, double seconds);

#endif
