/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a traced device is looked at with. Each collector costs something of its own, so
 * that a run names those it has, and timed runs have none.
 */
#ifndef BL_COLLECTOR_H
#define BL_COLLECTOR_H

#include "lib/util.h"

enum collector {
	COLLECT_LOCKS,		/* waits for every lock, summed in the kernel */
	COLLECT_MEMORY,		/* the module's counters over time */
	COLLECT_COUNTS,		/* how often each tracepoint is hit */
	COLLECT_STAGES,		/* raw events: the life of each I/O */
	COLLECT_HOLDS,		/* raw events: each lock taken and dropped */
	COLLECT_PROFILE,	/* samples of where all CPUs are */
	COLLECTORS
};

#define COLLECT_BIT(c)		(1u << (c))
#define COLLECT_DEFAULT		(COLLECT_BIT(COLLECT_LOCKS) | COLLECT_BIT(COLLECT_MEMORY))
/* Those that fill a buffer, which can be too small. */
#define COLLECT_RAW		(COLLECT_BIT(COLLECT_STAGES) | COLLECT_BIT(COLLECT_HOLDS))
#define COLLECT_OFF		"off"

/* In MiB, of all CPUs together: what raw events go to. */
#define COLLECT_BUFFER_MB	256

extern const struct collector_about {
	const char *name, *about;
} collectors[COLLECTORS];

/*
 * "off", or names joined by '+'. 0, or -EINVAL with a message that names @where, @key and
 * what is valid.
 */
int collectors_parse(const char *where, const char *key, const char *text, unsigned int *set);

/* The other way. To be freed. */
char *collectors_text(unsigned int set);

#endif
