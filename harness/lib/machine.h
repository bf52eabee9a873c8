/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BL_ENV_FACTS_H
#define BL_ENV_FACTS_H

#include "lib/util.h"

/* For root, where debugfs is mounted. */
#define BL_SCHED_FEATURES	"/sys/kernel/debug/sched/features"

/*
 * Processor, microcode, mitigations, frequency governor, SMT, NUMA, huge pages, clock
 * source, the scheduler's preemption at wake-ups, and whether all that is a virtual
 * machine's: of where it is called, the host or the guest. What there is not is null. The
 * caller owns it.
 */
json_t *bl_env_facts(void);

/* A file's text without white space at its ends, or NULL. To be freed. */
char *bl_file_text(const char *path);

/* Set @key to @text, which is freed; null if that is NULL. */
void bl_add_text(json_t *o, const char *key, char *text);

#endif
