/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interface of `bouncelab micro` in the kernel, between dev/micro.c and micro/micro.c. */
#ifndef BL_MICRO_RUN_H
#define BL_MICRO_RUN_H

#include "core/domain.h"
#include "uapi/micro-ioctl.h"

/* null.c: a strategy that maps to the physical address. */
extern const struct bl_strategy bl_strategy_null;

/**
 * bl_micro_run - run the loop on a domain
 * @d:       the domain, which nothing else uses
 * @request: config and nr_results, already checked; tick_khz and clock_ticks are set
 * @results: request->nr_results results, to be written
 *
 * The threads are kernel threads on CPUs that the caller may run on.  The caller's memory
 * plays the daemon's.  When this returns, no thread, mapping or memory of the run is left.
 *
 * Context: process context, may sleep; one run at a time.
 * Return: 0; -EINTR after a signal; -EINVAL with more threads than CPUs; -ENOMEM; -EBUSY
 * if another process has mapped the domain's file.
 */
int bl_micro_run(struct bl_domain *d, struct micro_request *request,
		 struct micro_result *results);

#endif /* BL_MICRO_RUN_H */
