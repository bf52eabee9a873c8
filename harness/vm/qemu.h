/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to vm/: QEMU as a child process. */
#ifndef BL_QEMU_H
#define BL_QEMU_H

#include "vm/vm.h"

/**
 * vm_spawn_qemu() - fork QEMU
 * @cfg: the guest
 * @ctl: QEMU's end of the control channel, -1 for none
 * @reason: explains an error; the caller frees it
 *
 * Return: the process, or a negative errno.
 */
pid_t vm_spawn_qemu(const struct vm_config *cfg, int ctl, char **reason);

#endif
