/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Differences between two environments, as env.json records them. */
#ifndef BL_ENV_DIFF_H
#define BL_ENV_DIFF_H

#include "lib/util.h"

/* The parts of an environment, as bits: who asks may expect one part to differ, and no other. */
#define ENV_HOST	1u	/* the machine */
#define ENV_GUEST	2u	/* kernel, stock modules and programs of the guest, QEMU */
#define ENV_MODULE	4u	/* bouncelab.ko and its sources */
#define ENV_HARNESS	8u	/* the other sources, and how they were compiled */
#define ENV_UNKNOWN	16u	/* one of the two has no environment on record */

/**
 * campaign_diff_env() - list the facts in which two env.json differ
 * @a: the one, or NULL
 * @b: the other, or NULL
 * @out: gets a line "host.governor: performance, powersave" for each fact, and one line that
 * names all facts that only one of the two has on record
 *
 * Facts that differ each time are left out: times, the load, where the project's directory is.
 * Checksums are shortened.
 *
 * Return: the parts that differ. A fact that one of the two does not have counts for no part.
 */
unsigned int campaign_diff_env(const json_t *a, const json_t *b, struct bl_strv *out);

#endif
