/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conditions that make a host too noisy to take times. `run` refuses such a host where times are
 * measured, unless --allow-noisy-host is given; then the result records the conditions. On the
 * plane icount `run` only records them, since a busy host does not change the count.
 */
#ifndef BL_FITNESS_H
#define BL_FITNESS_H

#include "lib/util.h"

#define FITNESS_BUSY_PCT	15.0	/* limit for other work, in per cent of all CPUs */
#define FITNESS_STEAL_PCT	2.0	/* limit for the hypervisor below */

/**
 * fitness_find_noise() - find the conditions that make this host noisy
 * @kvm: check the frequency governor and the clock source too, which matter to real CPUs only
 *
 * Samples the CPUs for a quarter of a second.
 *
 * Return: an array of { "check", "value", "remedy" }, empty on a quiet host. The caller frees it.
 */
json_t *fitness_find_noise(bool kvm);

/**
 * fitness_share_cpus() - compute how the CPUs were shared between two readings of /proc/stat
 * @before: the text of the first reading
 * @after:  the text of the second reading
 * @busy:   takes the share of programs and interrupts, in per cent of all CPUs
 * @steal:  takes the share that the hypervisor took, in per cent of all CPUs
 *
 * Return: 0, or -EINVAL if a text cannot be read or no time has passed between them.
 */
int fitness_share_cpus(const char *before, const char *after, double *busy, double *steal);

#endif
