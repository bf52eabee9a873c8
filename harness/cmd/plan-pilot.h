/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bouncelab plan --pilot: how to repeat a plan so that its intervals get a given width. */
#ifndef BL_CMD_PLAN_PILOT_H
#define BL_CMD_PLAN_PILOT_H

#include <stdbool.h>

#define PILOT_WIDTH	1.0	/* default, in per cent */

/**
 * plan_pilot() - print the variance by level of a campaign, and the designs that it suggests
 * @name: the campaign, a directory or a name below results/
 * @width: of the 95 % intervals that are wanted, in per cent
 * @json: print JSON
 *
 * Return: an exit code.
 */
int plan_pilot(const char *name, double width, bool json);

#endif
