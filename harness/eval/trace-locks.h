/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The locks of a subject, from the files of its runs. */
#ifndef BL_TRACE_LOCKS_H
#define BL_TRACE_LOCKS_H

#include "eval/traces.h"

/* Add what the run in @dir has. False if it does not have the file, or not as it should be. */
bool trace_add_locks(struct trace_subject *s, const char *dir, const json_t *names);
bool trace_add_holds(struct trace_subject *s, const char *dir, const json_t *names);

/* To be called when all runs are added. */
void trace_sort_locks(struct trace_subject *s);

#endif
