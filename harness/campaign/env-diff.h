/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Differences between the environments of two campaigns. */
#ifndef BL_ENV_DIFF_H
#define BL_ENV_DIFF_H

#include "lib/util.h"

/**
 * campaign_diff_env() - list the facts in which two env.json differ
 * @a: the one
 * @b: the other
 * @out: gets a line "host.governor: performance, powersave" for each
 *
 * Facts that always differ, or that are what is compared, are left out: times, load,
 * revision, the module.
 */
void campaign_diff_env(const json_t *a, const json_t *b, struct bl_strv *out);

#endif
