/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a campaign has enough blocks: the stop rule (width = PERCENT) and the budget.
 *
 * The rule: at the first look after STOP_FIRST blocks, and at each one STOP_EVERY blocks
 * later, stop if the 95 % interval of every comparison, A/A copies too, is no wider than the
 * target; "repeat" is then the most. Who stops when the intervals happen to be narrow takes
 * them too narrow, the more so the more often he looks and the fewer blocks there are. The
 * worst coverage over four kinds of noise, seven targets of 3 to 22 %, and 1, 3 and 12
 * comparisons, with at most 40 blocks (2 * 10^5 simulated campaigns each):
 *
 *	first look after	5	8	8	blocks
 *	a look every		1	1	4	blocks
 *	covered, at worst	92.1	93.0	93.6	per cent
 *
 * tests/unit/test-montecarlo.c has the last one, and the false verdicts of A/A.
 */
#ifndef BL_STOP_H
#define BL_STOP_H

#include "verdict.h"

#define STOP_FIRST	8
#define STOP_EVERY	4

/* After so many whole blocks, does the rule look? */
bool stop_looks(unsigned int blocks);

/*
 * The width of the widest interval, in per cent: 100 * (hi / lo - 1). INFINITY if one of the
 * comparisons has none yet. Labels whose verify run went wrong have none to wait for.
 */
double stop_widest(const struct verdicts *v);

/* As above, of the campaign in @dir as it stands; INFINITY if it cannot be read. */
double stop_widest_in(const char *dir);

/* The state of the campaign, and why it is not all that was planned, as a line or none. */
void stop_print(const struct summary *s, FILE *f);

/* The same as an object, null where there is nothing to say; the caller owns it. */
json_t *stop_json(const struct summary *s);

#endif
