/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's first root: busybox, the modules that mount the host's root over 9p, and an /init
 * (init.sh) that mounts it and becomes build/bouncelab-guest.
 */
#ifndef BL_INITRAMFS_H
#define BL_INITRAMFS_H

#include "lib/util.h"

/* Lines that init.sh prints on the console. */
#define VM_PROBE_LINE	"bouncelab: the probe guest is alive"
#define VM_INIT_FAILED	"bouncelab: guest init failed: "

/**
 * vm_build_initramfs() - pack the guest's first root
 * @dir: the directory for it
 * @path: gets its path; the caller frees it
 * @reason: says on an error what to do; the caller frees it
 *
 * Needs build/kernel, busybox and cpio.
 *
 * Return: 0 or a negative errno.
 */
int vm_build_initramfs(const char *dir, char **path, char **reason);

/* Tell whether a program runs without shared libraries. */
bool vm_is_static(const char *program);

#endif
