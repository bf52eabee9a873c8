/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collectors: what a traced run records beside fio's results. Each one slows the device in
 * its own way, so that a run names its collectors and timed runs have none.
 *
 * A new collector NAME needs
 *
 *	proto/collector.h, .c	a value of enum collector, and its row in collectors[]
 *	proto/run-files.h	the name of its file in the run's directory
 *	guest/collect-NAME.c	the guest's half: a struct collector_ops (guest/collect.h), which
 *				guest/collect.c lists
 *	trace/NAME.c		only if that file is too large to keep: what derives a small file
 *				from it, listed in trace/derive.c
 *	eval/trace-NAME.c	adds up its files over the runs of a strategy, in struct
 *				trace_subject; listed in eval/traces.c
 *	report/trace-text.c	prints a table, listed at the end; report/trace-csv.c and
 *				report/trace-figures.c write CSV and draw in the same way
 *
 * A planted effect in tests/vm/trace-delays.sh shows that the collector measures what it says.
 */
#ifndef BL_COLLECTOR_H
#define BL_COLLECTOR_H

#include "lib/util.h"

enum collector {
	COLLECT_LOCKS,
	COLLECT_MEMORY,
	COLLECT_COUNTS,
	COLLECT_STAGES,
	COLLECT_HOLDS,
	COLLECT_PROFILE,
	COLLECTORS
};

#define COLLECT_BIT(c)		(1u << (c))
#define COLLECT_DEFAULT		(COLLECT_BIT(COLLECT_LOCKS) | COLLECT_BIT(COLLECT_MEMORY))
/* The collectors of raw events, which need a buffer of the size that the plan says. */
#define COLLECT_RAW		(COLLECT_BIT(COLLECT_STAGES) | COLLECT_BIT(COLLECT_HOLDS))
#define COLLECT_OFF		"off"	/* the name of no collector */

/* The default size of that buffer: MiB, of all CPUs together. */
#define COLLECT_BUFFER_MB	256

/**
 * struct collector_about - what the host knows about a collector
 * @name: its name in plans and on the command line
 * @about: what it collects, for lists
 * @cost_s: seconds to start it, to stop it and to read its files, measured in an emulated
 *          guest; only estimates of time use it
 */
struct collector_about {
	const char *name, *about;
	double cost_s;
};

extern const struct collector_about collectors[COLLECTORS];

/**
 * collectors_parse() - read a set of collectors
 * @where: the file of @text for the message, or NULL
 * @key: the key of @text for the message
 * @text: COLLECT_OFF, or names joined by '+'
 * @set: a COLLECT_BIT() for each
 *
 * Return: 0, or -EINVAL after a message that lists the valid names.
 */
int collectors_parse(const char *where, const char *key, const char *text, unsigned int *set);

/**
 * collectors_text() - write a set of collectors as collectors_parse() reads it
 * @set: a COLLECT_BIT() for each
 *
 * Return: the text; the caller frees it.
 */
char *collectors_text(unsigned int set);

#endif
