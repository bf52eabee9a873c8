/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The conclusion of a comparison of two campaigns, for people and for `git bisect run`.
 *
 * cannot tell  the campaigns differ in more than what is compared (another guest kernel, for
 *              example), or no label is slower and some label has no verdict: it is unverified,
 *              inconclusive, without data or missing in one campaign
 * worse        else, if a label is slower
 * not worse    else: every label is faster or same
 */
#ifndef BL_CONCLUDE_H
#define BL_CONCLUDE_H

#include "eval/compare.h"

enum conclusion { NOT_WORSE, WORSE, CANNOT_TELL };

/**
 * conclude() - draw the conclusion
 * @cs: the comparisons
 * @a: the old campaign
 * @b: the new campaign
 * @across: the things that are compared, a bit for each enum thing
 * @why: gets a line for each reason of "cannot tell" or "worse"
 */
enum conclusion conclude(const struct comparisons *cs, const struct verdicts *a,
			 const struct verdicts *b, unsigned int across, struct bl_strv *why);

/* Return "not worse", "worse" or "cannot tell". */
const char *conclusion_name(enum conclusion c);

#endif
