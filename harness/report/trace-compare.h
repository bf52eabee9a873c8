/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traces of two campaigns, or of two strategies, side by side. */
#ifndef BL_TRACE_COMPARE_H
#define BL_TRACE_COMPARE_H

/**
 * report_compare_traces() - print the tables of two traces side by side
 * @names: each a campaign, or CAMPAIGN:STRATEGY for one of several strategies in it
 *
 * Return: BL_EXIT_OK, or BL_EXIT_USAGE after a message.
 */
int report_compare_traces(const char *const names[2]);

#endif
