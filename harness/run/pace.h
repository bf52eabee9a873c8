/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long runs take: estimates, and the times from which later estimates learn. */
#ifndef BL_PACE_H
#define BL_PACE_H

#include "plan/plan.h"

#define PACE_BOOT	(KIND_TRACE + 1)	/* behind the kinds of runs */

/* Seconds of a campaign by kind of run, and of its boots; zero-initialised is nothing. */
struct pace {
	double guessed[PACE_BOOT + 1], seconds[PACE_BOOT + 1];
};

/* Record the seconds that a run, or a boot, has taken. */
void pace_add_run(struct pace *t, const struct plan *p, const struct plan_run *r,
		  enum accel accel, double seconds);
void pace_add_boot(struct pace *t, enum accel accel, double seconds);

/* Keep what was recorded for the estimates of later campaigns on this machine. */
void pace_save(const struct pace *t, enum accel accel);

/* Guess the accelerator on which a plan will run here, without a boot. */
enum accel pace_guess_accel(const struct plan *p);

/* Estimate the seconds of a boot, and of a run on a guest that is up. */
double pace_estimate_boot(enum accel accel);
double pace_estimate_run(const struct plan *p, const struct plan_run *r, enum accel accel);

/**
 * pace_estimate_step() - estimate a run and the boot that comes before it
 * @p: the plan
 * @last: the run that the guest has done last, NULL if there is none yet
 * @r: the run
 * @accel: the accelerator
 *
 * Return: seconds.
 */
double pace_estimate_step(const struct plan *p, const struct plan_run *last,
			  const struct plan_run *r, enum accel accel);

/* Estimate the seconds of the whole plan. */
double pace_estimate_plan(const struct plan *p, enum accel accel);

/* Count the timed blocks that are done after so many seconds, by the estimate. */
unsigned int pace_count_blocks(const struct plan *p, enum accel accel, double seconds);

#endif
