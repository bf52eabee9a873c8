/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The traced runs of a campaign, taken together by subject: what is traced, which is a cell's
 * label without what it was traced with. Only valid runs count.
 */
#ifndef BL_TRACE_DATA_H
#define BL_TRACE_DATA_H

#include "proto/collector.h"
#include "trace/profile.h"
#include "stats/hist.h"
#include "stats/stats.h"
#include "trace/stages.h"
#include "eval/verdict.h"

#define TRACE_LOG2	64

struct trace_lock {
	char *name;
	double waits, wait_ns, longest_ns;
	double log2[TRACE_LOG2];	/* waits of more than 2^(i-1) and at most 2^i ns */
	/* By the collector "holds": */
	double holds, hold_ns, hold_longest_ns, irqs_off_ns, irqs_off_longest_ns;
	struct hist hold, irqs_off;
};

struct trace_caller {
	char *lock, *function;
	double waits, wait_ns;
};

/* One sample of the collector "memory", of one run. */
struct trace_sample {
	unsigned int run;
	double ms, resident, in_flight;	/* bytes */
};

/* Sums over runs. */
struct trace_memory {
	double runs, maps, mapped_bytes, copied_bytes, zeroed_bytes, faults, page_allocs;
	double alloc_fails, iova_allocs, iova_slow;
	double resident_peak, in_flight_peak;	/* largest of all runs */
	double first_touch_ms;			/* median: until the peak was nearly reached */
	struct trace_sample *samples;
	size_t n_samples;
};

struct trace_overhead {
	char *collect;
	struct stats_est ratio;			/* IOPS with to without; NaN: no pairs */
	size_t pairs;
};

struct trace_subject {
	char *name;
	const char *strategy;
	unsigned int runs[COLLECTORS];		/* valid, that had this collector */
	unsigned int invalid;			/* of all collectors */
	char *invalid_why;			/* of the first of them */
	double ios[COLLECTORS], bytes[COLLECTORS];	/* of the disk in those runs */
	double begins, matched;			/* waits for locks, and those that are whole */
	double holds_taken, holds_unmatched;
	struct trace_lock *locks;		/* longest sum of waits first */
	size_t n_locks;
	struct trace_caller *callers;		/* likewise */
	size_t n_callers;
	struct stages stages;
	struct trace_memory memory;
	struct profile *profile;			/* NULL: none */
	struct hist latency;			/* by fio, of the runs without collectors */
	struct trace_overhead *overheads;
	size_t n_overheads;
};

struct trace_data {
	struct summary sum;
	struct verdicts verdicts;
	const char *job;
	struct trace_subject *subjects;		/* the baseline first, the others by name */
	size_t n;
};

/*
 * Load a JSON file of the run in @dir; *@doc is NULL if it cannot be read. The caller frees it.
 * Return 0, or -EBADMSG with a message: its schema number is unknown.
 */
int trace_load_json(const char *dir, const char *name, json_t **doc);

/*
 * Of the campaign in @dir. 0, or a negative errno with a message: no campaign, or one without
 * traced runs.
 */
int trace_data_load(struct trace_data *d, const char *dir);
void trace_data_free(struct trace_data *d);

const struct trace_lock *trace_find_lock(const struct trace_subject *s, const char *name);

#endif
