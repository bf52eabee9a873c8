/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory and copies of a subject, from the files of its runs. */
#ifndef BL_TRACE_MEMORY_H
#define BL_TRACE_MEMORY_H

#include "eval/traces.h"

/*
 * Add what the run in @dir has; @guest: its guest.json, @nr: its number among the subject's.
 * False if there are no counters, as of the stock module.
 */
bool trace_add_memory(struct trace_subject *s, const char *dir, const json_t *guest,
		      unsigned int nr);

/* To be called when all runs are added. */
void trace_finish_memory(struct trace_subject *s);

#endif
