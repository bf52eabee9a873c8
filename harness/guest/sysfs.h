/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of the device under test, and facts about it for guest.json. */
#ifndef BL_GUEST_SYSFS_H
#define BL_GUEST_SYSFS_H

#include "guest/outcome.h"

/*
 * Write the run's settings to /sys/class/vduse/, read them back and compare.
 * The stock module has bounce_size only: the others are recorded as absent.
 */
int guest_sysfs_apply(struct guest_run *r);

/* "module": name, file, parameters and srcversion. */
void guest_module_json(struct guest_run *r, const char *name, const char *file,
		       const char *params);

/* "disk", after checking that it is the device under test. */
int guest_disk_json(struct guest_run *r);

/* MemFree and Slab in KiB, as member @when of "memory". */
void guest_memory_json(struct guest_run *r, const char *when);

#endif
