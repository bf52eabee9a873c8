/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of the device under test, and facts about it for guest.json. */
#ifndef BL_GUEST_SYSFS_H
#define BL_GUEST_SYSFS_H

#include "guest/outcome.h"

/**
 * guest_apply_settings() - write the run's settings to /sys/class/vduse/ and read them back
 * @r: the run; fails if a setting is not taken. guest.json gets them as "attributes".
 *
 * An axis that the request does not name keeps the module's default. The stock module has
 * bounce_size only: the others are recorded as null.
 *
 * Return: 0, or a negative errno.
 */
int guest_apply_settings(struct guest_run *r);

/**
 * guest_record_module() - record the VDUSE module in guest.json as "module"
 * @r: the run
 * @name: the module's name
 * @file: its file
 * @params: its parameters
 */
void guest_record_module(struct guest_run *r, const char *name, const char *file,
			 const char *params);

/* Record all loaded modules in guest.json as "loaded": the name and the build ID, null without. */
void guest_record_loaded(struct guest_run *r);

/**
 * guest_record_disk() - check that the disk is the device under test, and record it as "disk"
 * @r: the run; fails if it is another device
 *
 * Return: 0, or -EIO.
 */
int guest_record_disk(struct guest_run *r);

/**
 * guest_record_memory() - record MemFree and Slab in guest.json, in KiB
 * @r: the run
 * @when: the member of "memory" that gets them
 */
void guest_record_memory(struct guest_run *r, const char *when);

#endif
