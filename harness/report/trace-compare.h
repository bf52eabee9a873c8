/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traces of two campaigns, or of two strategies, side by side. */
#ifndef BL_TRACE_COMPARE_H
#define BL_TRACE_COMPARE_H

/*
 * Each of @names is a campaign, or CAMPAIGN:STRATEGY for one of several in it. Prints to
 * stdout; returns the exit code, with messages.
 */
int compare_traces(const char *const names[2]);

#endif
