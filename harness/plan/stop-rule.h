/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stop rule of a campaign (width = PERCENT): after how many blocks to look.
 *
 * After STOP_FIRST blocks, and after every STOP_EVERY blocks more, look whether the 95 %
 * interval of every comparison, A/A copies too, is no wider than the target. Once it is so,
 * do STOP_EVERY more blocks, which decide nothing, and stop; "repeat" is the most.
 *
 * Reason: stopping as soon as an interval is narrow biases it towards narrow. Early looks,
 * frequent looks and few comparisons make the bias worse; blocks without a part in the decision
 * make up for it. The worst case of three kinds of noise and seven targets of 5 to 12 %, for a
 * single comparison and an A/A copy, at most 40 blocks, 10,000 simulated campaigns each
 * (standard errors 0.23 and 0.21 %):
 *
 *	first look, every, more blocks	8, 4, 0	 12, 4, 0  8, 4, 4  12, 4, 4  8, 4, 8  12, 6, 6
 *	covered, per cent		92.8	 93.2	   93.9	    94.1      94.1     94.3
 *	false verdicts, per cent	6.1	 5.6	   5.1	    4.9	      4.6      4.6
 *
 * These were intervals in proportion between the values of the test. Those that the exact test has are a
 * little wider: tests/unit/test-montecarlo.c simulates the rule as it is, and covers 94.6 to 95.8 %.
 */
#ifndef BL_STOP_RULE_H
#define BL_STOP_RULE_H

#define STOP_FIRST	12	/* blocks */
#define STOP_EVERY	6	/* blocks */

/**
 * stop_find_look() - find the look that decides after a number of blocks
 * @blocks: whole blocks that are done
 *
 * Return: the blocks that the look takes into account, or 0 if there is no decision now.
 */
unsigned int stop_find_look(unsigned int blocks);

#endif
