/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Differences between two environments, as env.json records them. */
#ifndef BL_ENV_DIFF_H
#define BL_ENV_DIFF_H

#include "lib/util.h"

/**
 * campaign_diff_env() - list the facts in which two env.json differ
 * @a: the one, or NULL
 * @b: the other, or NULL
 * @out: gets a line "host.governor: performance, powersave" for each fact, and one line that
 * names all facts that only one of the two has on record
 *
 * Facts that differ each time are left out: times, the load, where the project's directory is.
 * Checksums are shortened. Facts of a guest that was up are compared if both have them: a session that
 * was interrupted in its first boot knows none. things.h says which differences forbid a comparison.
 */
void campaign_diff_env(const json_t *a, const json_t *b, struct bl_strv *out);

/* Tell whether an env.json has the facts of a guest that was up. */
bool campaign_env_has_guest(const json_t *env);

/* Take the facts of a guest that was up from @from, which has them, into @env. */
void campaign_env_take_guest(json_t *env, const json_t *from);

#endif
