/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The widest interval of a campaign, which the stop rule (plan/stop-rule.h) asks for. */
#ifndef BL_STOP_H
#define BL_STOP_H

#include "eval/verdict.h"

/*
 * Return the width of the widest interval, in per cent: 100 * (hi / lo - 1). It is INFINITY if
 * a comparison has no interval yet. Labels with a bad verify run never get one and do not count.
 */
double stop_get_widest(const struct verdicts *v);

/* Return the same of the blocks below number @below of the campaign in @dir. */
double stop_load_widest(const char *dir, unsigned int below);

#endif
