/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts that affect the speed of the machine or guest in which the program runs. */
#ifndef BL_MACHINE_H
#define BL_MACHINE_H

#include "lib/util.h"

/* The scheduler's features. Only root can read them, where debugfs is mounted. */
#define BL_SCHED_FEATURES	"/sys/kernel/debug/sched/features"

/**
 * bl_describe_machine() - describe the machine or guest in which the program runs
 *
 * Return: an object with processor, microcode, mitigations, frequency governor, SMT, NUMA,
 * huge pages, clock source, the scheduler's preemption at wake-ups, and whether it is a
 * virtual machine. A member that is unknown is null. The caller owns it.
 */
json_t *bl_describe_machine(void);

/* Count the CPUs that this process may run on; at least 1. */
unsigned int bl_count_cpus(void);

#endif
