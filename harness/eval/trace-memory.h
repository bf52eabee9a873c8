/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory and copies of a subject, from the files of its runs. */
#ifndef BL_TRACE_MEMORY_H
#define BL_TRACE_MEMORY_H

#include "eval/traces.h"

/*
 * Add the counters of the run in @dir; @guest: its guest.json. A run of the stock module has
 * no counters and adds nothing. Return 0.
 */
int trace_add_memory(struct trace_subject *s, const char *dir, const json_t *guest);

/* Derive what needs all runs of the subject. */
void trace_finish_memory(struct trace_subject *s);

#endif
