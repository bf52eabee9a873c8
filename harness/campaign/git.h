/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of the project's own sources, by git. */
#ifndef BL_CAMPAIGN_GIT_H
#define BL_CAMPAIGN_GIT_H

#include "lib/util.h"

#define GIT_MAX_CHANGED	20	/* changed files that are named */

/**
 * git_describe() - describe the commit of the project's directory and what was changed since
 *
 * The object has "revision", "dirty" (a file differs from the commit or is not in it), "changed"
 * (names of these files) and "diff" (one SHA-256 over the changes: two trees with the same
 * revision and the same sum are equal). results/ does not count, because campaigns write there.
 * Without git, or outside of a repository of the project's own, they are null.
 *
 * Return: the object, which the caller owns.
 */
json_t *git_describe(void);

#endif
