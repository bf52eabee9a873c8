/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The accelerators that execute the guest's instructions, and how to name their numbers. */
#ifndef BL_ACCEL_H
#define BL_ACCEL_H

/* The numbers are in the raw files of `bouncelab micro`. */
enum accel {
	ACCEL_TCG,	/* emulated, each CPU a thread: only ratios mean something */
	ACCEL_KVM,	/* real CPUs */
	ACCEL_ICOUNT,	/* emulated, one CPU, whose clock counts its instructions */
	ACCEL_AUTO,	/* to be decided: KVM if it works, else TCG */
	ACCELS
};

/*
 * With ACCEL_ICOUNT the guest's clock moves 2^this nanoseconds for each instruction, and with
 * real time while the guest is idle (it waits for files of the host). The virtual time of an
 * I/O is its path length as long as the CPU has work.
 */
#define ACCEL_ICOUNT_SHIFT	1

/* "tcg", "kvm", "icount" (as in run.json and env.json) and "auto" (as in options). */
extern const char *const accel_names[ACCELS];

/* Return a title for people: "KVM", "emulated", "emulated, by instruction count". */
const char *accel_title(enum accel accel);

/**
 * accel_parse() - find an accelerator by its name
 * @where: the option or file that has the name, for the message
 * @name: one of accel_names
 * @accel: the result
 *
 * Return: 0, or -EINVAL with a message that lists the valid names.
 */
int accel_parse(const char *where, const char *name, enum accel *accel);

#endif
