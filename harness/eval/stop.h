/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The widest interval of a campaign, which the stop rule (plan/stop-rule.h) asks for, and the
 * state of the campaign.
 */
#ifndef BL_STOP_H
#define BL_STOP_H

#include "eval/verdict.h"

/*
 * The width of the widest interval, in per cent: 100 * (hi / lo - 1). INFINITY if one of the
 * comparisons has none yet. Labels whose verify run went wrong have none to wait for.
 */
double stop_widest(const struct verdicts *v);

/* As above, of the blocks below number @below of the campaign in @dir; INFINITY if unreadable. */
double stop_widest_in(const char *dir, unsigned int below);

#endif
