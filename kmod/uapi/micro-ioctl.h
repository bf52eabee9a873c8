/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `bouncelab micro` in the kernel: the ioctl of bouncelab/NAME/micro in debugfs.  It
 * runs the loop of micro/loop.h on a domain of its own, with the options of device NAME in
 * sysfs.  A signal ends it early with EINTR.
 *
 * EBUSY: another run is under way, or the device has a domain already (`vdpa dev add`).
 * EINVAL: a value is wrong; the log names it.  EPERM: the options need a module parameter.
 * EIO: a strategy failed where it must not fail.
 */
#ifndef BL_MICRO_IOCTL_H
#define BL_MICRO_IOCTL_H

#include <linux/ioctl.h>

#include "micro.h"

enum micro_request_flag {
	MICRO_USE_NULL	= 1 << 0,	/* use the strategy of micro/null.c */
};

struct micro_request {
	struct micro_config config;	/* its window replaces the chosen bounce_size */
	u32 flags;		/* enum micro_request_flag */
	u32 nr_results;		/* 1: the sum of all threads; 1 + threads: also each thread */
	u64 results;		/* address of nr_results struct micro_result, to be written */

	/* The kernel writes the members below. */
	u32 tick_khz;
	u32 clock_ticks;	/* median between two readings of the clock in a row */
	u64 map, unmap, map_fail;	/* the domain's counters after the run */
	u64 fault, sigbus;
	u64 page_alloc, page_free;
};

#define MICRO_IOC_RUN	_IOWR('b', 0x01, struct micro_request)

#endif /* BL_MICRO_IOCTL_H */
