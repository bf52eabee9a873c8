/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which accelerator works here. */
#ifndef BL_KVM_PROBE_H
#define BL_KVM_PROBE_H

#include "proto/accel.h"

#include <stdbool.h>

/**
 * vm_choose_accel() - decide what ACCEL_AUTO means here
 * @asked: the accelerator that was asked for; any but ACCEL_AUTO is what it is
 * @initramfs: the guest's first root, for a probe
 * @explain: say on stderr why there is no KVM
 *
 * Return: ACCEL_KVM if KVM works, else ACCEL_TCG.
 */
enum accel vm_choose_accel(enum accel asked, const char *initramfs, bool explain);

/**
 * vm_kvm_usable() - tell whether KVM runs the guest on this machine
 * @initramfs: the guest's first root
 * @cached: an earlier answer of this boot of the machine is good enough
 * @why: gets what was found; the caller frees it
 *
 * Boots a probe guest, which is stopped after ten seconds, unless an earlier answer is taken.
 */
bool vm_kvm_usable(const char *initramfs, bool cached, char **why);

/* Guess what ACCEL_AUTO will be, without a boot: ACCEL_TCG if no probe has run yet. */
enum accel vm_guess_accel(void);

#endif
