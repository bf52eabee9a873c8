/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device under test: modules, qemu-storage-daemon's vduse-blk export,
 * vdpa, and /dev/vda at the end of it; and all of it taken away again.
 */
#ifndef BL_GUEST_DEVICE_H
#define BL_GUEST_DEVICE_H

#include "guest/modules.h"
#include "guest/proc.h"

struct guest_device {
	struct guest_mods mods;
	struct guest_proc daemon;
	const char *module;	/* name as in /sys/module */
	char *log;		/* the daemon's stdout and stderr */
	bool attached;		/* vdpa dev add was tried */
	bool blamed;		/* the daemon's end is in the verdict already */
};

/* Bring the disk up for @r. Fails the verdict; detach in any case. */
int guest_attach(struct guest_run *r, struct guest_device *d);

/*
 * Take down whatever there is of it. What cannot be undone is named in the
 * verdict together with the need for a reboot.
 */
void guest_detach(struct guest_run *r, struct guest_device *d);

/* The bare device, for nobody's use. 0 or a negative errno, and fails the verdict. */
int guest_device_create(struct guest_outcome *o);

/* If it is there: a daemon that died leaves it in the kernel. As above. */
int guest_device_destroy(struct guest_outcome *o);

#endif
