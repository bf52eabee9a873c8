/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traces of two campaigns, or of two strategies, compared. */
#ifndef BL_TRACE_COMPARE_H
#define BL_TRACE_COMPARE_H

#include <stdbool.h>

/**
 * report_compare_traces() - print how the waits of two traces differ, and their tables
 * @names: each a campaign, or CAMPAIGN:STRATEGY for one of several strategies in it
 * @json: print the differences alone, as a JSON object
 *
 * Return: BL_EXIT_OK, or BL_EXIT_USAGE after a message.
 */
int report_compare_traces(const char *const names[2], bool json);

#endif
