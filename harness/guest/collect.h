/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The collectors of a run in the guest, together. */
#ifndef BL_GUEST_COLLECT_H
#define BL_GUEST_COLLECT_H

#include "guest/outcome.h"

struct guest_locks;
struct guest_memory;
struct guest_counts;
struct guest_raw;
struct guest_profile;

/* What the disk has done, as /sys/block/…/stat says. */
struct guest_disk_stat {
	unsigned long long ios, bytes;
};

struct guest_collect {
	unsigned int set;		/* of enum collector, a bit each */
	struct guest_disk_stat before;
	struct guest_locks *locks;
	struct guest_memory *memory;
	struct guest_counts *counts;
	struct guest_raw *raw;
	struct guest_profile *profile;
};

/*
 * Nothing but what the run's cell asks for. In the run's document afterwards: "lock_names",
 * and "disk", the I/Os and bytes between start and stop.
 *
 * To be called while the disk is there and idle: what the kernel patches for it is not
 * being run then. -EIO with the verdict failed; stop has to be called in any case.
 */
int guest_collect_start(struct guest_collect *c, struct guest_run *r);
void guest_collect_stop(struct guest_collect *c, struct guest_run *r);

#endif
