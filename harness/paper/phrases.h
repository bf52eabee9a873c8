/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers and words of verdicts that the results do not have to carry: NAME.phrases for one text,
 * phrases.txt for all, one line for each,
 *
 *	kind | phrase | reason
 *
 * The kinds: cited (from the literature; the reason is [N], which the paragraph must have),
 * setting (of a job, a plan, a machine), version, time (how long a command takes), name, count (of
 * things in this tree), definition, term (a word of a verdict that says something else here).
 * A phrase must have a letter, so that no bare number is declared.
 */
#ifndef BL_PAPER_PHRASES_H
#define BL_PAPER_PHRASES_H

#include "paper/paper.h"

/* Load both lists. Return 0, or a negative errno with a message. */
int phrases_load(struct paper *p);
void phrases_free(struct paper *p);

/* Set @covered[i] for the characters of @text that are in a phrase. */
void phrases_cover(struct paper *p, const char *text, bool *covered);

/* Report the phrases of NAME.phrases that the text does not have. */
void phrases_report_unused(struct paper *p);

#endif
