/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `bouncelab micro` in the kernel: the ioctl of bouncelab/NAME/micro in debugfs, which
 * runs the loop of micro/loop.h on a domain of its own, with what is chosen for device
 * NAME in sysfs.  It ends early, with EINTR, when the caller gets a signal.
 *
 * EBUSY: a run is under way, or the device has a domain already (`vdpa dev add`).
 * EINVAL: the log says what is wrong.  EPERM: as of the choices, see unsafe_direct.
 * EIO: a strategy failed at what never fails.
 */
#ifndef BL_MICRO_IOCTL_H
#define BL_MICRO_IOCTL_H

#include <linux/ioctl.h>

#include "micro.h"

enum micro_request_flag {
	MICRO_USE_NULL	= 1 << 0,	/* the strategy of micro/null.c, whatever is chosen */
};

struct micro_request {
	struct micro_config config;	/* window in place of the chosen bounce_size */
	u32 flags;		/* enum micro_request_flag */
	u32 nr_results;		/* 1: all threads added up; 1 + threads: then each of them */
	u64 results;		/* address of nr_results struct micro_result, to be written */

	/* What comes back beside that. */
	u32 tick_khz;
	u32 clock_ticks;	/* between two readings of the clock in a row, median */
	u64 map, unmap, map_fail;	/* the domain's counters after the run */
	u64 fault, sigbus;
	u64 page_alloc, page_free;
};

#define MICRO_IOC_RUN	_IOWR('b', 0x01, struct micro_request)

#endif /* BL_MICRO_IOCTL_H */
