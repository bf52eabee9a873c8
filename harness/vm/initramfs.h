/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's first root: busybox, the modules that mount the host's root over
 * 9p, and an /init that does so and becomes build/bouncelab-guest.
 */
#ifndef BL_INITRAMFS_H
#define BL_INITRAMFS_H

#include "lib/util.h"

/* What /init prints on the console. */
#define VM_PROBE_LINE	"bouncelab: the probe guest is alive"
#define VM_INIT_FAILED	"bouncelab: guest init failed: "

/*
 * Pack it into @dir and give back its path. Needs build/kernel, busybox and
 * cpio. On error a negative errno, and *reason (to be freed) says what to do.
 */
int vm_build_initramfs(const char *dir, char **path, char **reason);

/* Does this program run without shared libraries? */
bool vm_is_static(const char *program);

#endif
