/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The locks of a subject, from the files of its runs. */
#ifndef BL_TRACE_LOCKS_H
#define BL_TRACE_LOCKS_H

#include "eval/traces.h"

/*
 * Add waits or holds of the run in @dir; @guest: its guest.json, with "lock_names". A file that
 * is missing adds nothing. Return 0, or -EBADMSG with a message: its schema number is unknown.
 */
int trace_add_locks(struct trace_subject *s, const char *dir, const json_t *guest);
int trace_add_holds(struct trace_subject *s, const char *dir, const json_t *guest);

/* Sort locks and callers by their waits. Call it when all runs are added. */
void trace_sort_locks(struct trace_subject *s);

#endif
