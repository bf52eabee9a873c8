/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the two halves of `bouncelab micro` in the kernel: dev/micro.c and micro/micro.c. */
#ifndef BL_MICRO_RUN_H
#define BL_MICRO_RUN_H

#include "core/domain.h"
#include "uapi/micro-ioctl.h"

/* See micro/null.h. */
extern const struct bl_strategy bl_strategy_null;

/*
 * Run the loop on D, which nobody else uses, in kernel threads on CPUs that the caller
 * may run on, one run at a time.  REQUEST's config and nr_results are checked; gets the
 * clock's rate and cost.  The caller's memory is the daemon's.  0; -EINTR: a signal;
 * -EINVAL: more threads than CPUs; -ENOMEM; -EBUSY: somebody else has the daemon's mapping.
 * No thread, no mapping and no memory is left, whatever it is.  Process context.
 */
int bl_micro_run(struct bl_domain *d, struct micro_request *request,
		 struct micro_result *results);

#endif /* BL_MICRO_RUN_H */
