/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a campaign has enough blocks: the stop rule (width = PERCENT) and the budget.
 *
 * The rule: after STOP_FIRST blocks, and every STOP_EVERY blocks later, look whether the 95 %
 * interval of every comparison, A/A copies too, is no wider than the target. Once it is so,
 * do STOP_EVERY more blocks, which decide nothing, and stop; "repeat" is the most.
 *
 * Why so: who stops when intervals happen to be narrow takes them too narrow, the more so the
 * earlier and the more often he looks, and the fewer comparisons have to be narrow at once;
 * blocks that had no part in the decision make up for it. The worst case of three kinds of
 * noise and seven targets of 5 to 12 %, a single comparison, an A/A copy, at most 40 blocks,
 * 10,000 simulated campaigns each (standard errors 0.23 and 0.21 %):
 *
 *	first look, every, more blocks	8, 4, 0	 12, 4, 0  8, 4, 4  12, 4, 4  8, 4, 8  12, 6, 6
 *	covered, per cent		92.8	 93.2	   93.9	    94.1      94.1     94.3
 *	false verdicts, per cent	6.1	 5.6	   5.1	    4.9	      4.6      4.6
 *
 * tests/unit/test-montecarlo.c simulates the rule as it is.
 */
#ifndef BL_STOP_H
#define BL_STOP_H

#include "eval/verdict.h"

/*
 * The look that decides whether to stop after so many whole blocks is that after how many?
 * 0: none, it goes on.
 */
unsigned int stop_look_for(unsigned int blocks);

/*
 * The width of the widest interval, in per cent: 100 * (hi / lo - 1). INFINITY if one of the
 * comparisons has none yet. Labels whose verify run went wrong have none to wait for.
 */
double stop_widest(const struct verdicts *v);

/* As above, of the blocks below number @below of the campaign in @dir; INFINITY if unreadable. */
double stop_widest_in(const char *dir, unsigned int below);

/* The state of the campaign, and why it is not all that was planned, as a line or none. */
void stop_print(const struct summary *s, FILE *f);

/* The same as an object, null where there is nothing to say; the caller owns it. */
json_t *stop_json(const struct summary *s);

#endif
