/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What executes the guest's instructions, and what that means for its numbers. */
#ifndef BL_ACCEL_H
#define BL_ACCEL_H

#include <stdbool.h>

enum bl_accel {
	BL_TCG,		/* emulated, each CPU a thread: ratios only */
	BL_KVM,		/* real CPUs */
	BL_ICOUNT,	/* emulated, one CPU, whose clock counts its instructions */
};

/*
 * With BL_ICOUNT the guest's clock moves 2^this nanoseconds per instruction
 * executed, and with real time while it is idle (it waits for files of ours):
 * an I/O's virtual time is its path length as long as the CPU has work.
 */
#define BL_ICOUNT_SHIFT	1

/* "tcg", "kvm" or "icount", as in run.json and env.json. */
const char *bl_accel_name(enum bl_accel accel);

/* "KVM", "emulated", "emulated, by instruction count". */
const char *bl_accel_title(enum bl_accel accel);

/*
 * @name ("auto", "kvm", "tcg" or "icount") to a decision; may @explain on
 * stderr why there is no KVM. Messages itself on an unknown name, which is
 * -EINVAL.
 */
int bl_choose_accel(const char *name, const char *initramfs, bool explain,
		    enum bl_accel *accel);

/* Is it a name that bl_choose_accel() takes? Messages itself if not. */
bool bl_accel_known(const char *name);

/*
 * Can KVM really run our guest here? Boots a probe guest, which is stopped
 * after ten seconds, unless @cached allows to believe an earlier answer of
 * this boot of the machine. *why (to be freed) says what was found.
 */
bool bl_kvm_usable(const char *initramfs, bool cached, char **why);

/* What "auto" will be, without booting anything: BL_TCG if nobody has found out yet. */
enum bl_accel bl_accel_guess(void);

#endif
