/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device under test: modules, the vduse-blk export of qemu-storage-daemon, vdpa, and the
 * disk /dev/vda at the end; and the removal of all of it.
 */
#ifndef BL_GUEST_DEVICE_H
#define BL_GUEST_DEVICE_H

#include "guest/modules.h"
#include "guest/proc.h"

/**
 * struct guest_device - the device of the present run
 * @mods: its driver, the VDUSE module
 * @daemon: qemu-storage-daemon
 * @module: the name of the VDUSE module in /sys/module
 * @log: the file of the daemon's output
 * @attached: `vdpa dev add` was tried
 * @blamed: the run's reason has the end of the daemon already
 */
struct guest_device {
	struct guest_mods mods;
	struct guest_proc daemon;
	const char *module;
	char *log;
	bool attached;
	bool blamed;
};

/**
 * guest_attach() - make the device and its disk
 * @r: the run; fails if that fails
 * @d: filled; guest_detach() has to follow in any case
 *
 * Return: 0, or a negative errno with the run failed.
 */
int guest_attach(struct guest_run *r, struct guest_device *d);

/**
 * guest_detach() - remove all that guest_attach() made
 * @r: the run; fails, and asks for a new boot, if something cannot be removed
 * @d: the device
 */
void guest_detach(struct guest_run *r, struct guest_device *d);

/**
 * guest_device_create() - make the VDUSE device alone, without a daemon and a disk
 * @o: fails if that fails
 *
 * Return: 0, or a negative errno.
 */
int guest_device_create(struct guest_outcome *o);

/**
 * guest_device_destroy() - remove the VDUSE device if it exists
 * @o: fails if that fails
 *
 * A daemon that dies leaves its device in the kernel.
 *
 * Return: 0, or a negative errno.
 */
int guest_device_destroy(struct guest_outcome *o);

#endif
