/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the waits for locks of two traced strategies differ, as text and as JSON. */
#ifndef BL_REPORT_LOCK_CHANGES_H
#define BL_REPORT_LOCK_CHANGES_H

#include "eval/trace-view.h"

/* Print a sentence that says whether contention changed, and a table of all locks. */
void report_lock_changes(const struct trace_view *old, const struct trace_view *new, FILE *f);

/* Return the same as an object. The caller owns it. */
json_t *report_lock_changes_json(const struct trace_view *old, const struct trace_view *new);

#endif
