/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In what the machines of two campaigns differ, beside what was to be compared. */
#ifndef BL_ENV_DIFF_H
#define BL_ENV_DIFF_H

#include "lib/util.h"

/*
 * Add a line "host.governor: performance, powersave" to @out for each fact of the two
 * env.json that differs, but for what always does (times, load, revisions).
 */
void campaign_diff_env(const json_t *a, const json_t *b, struct bl_strv *out);

#endif
