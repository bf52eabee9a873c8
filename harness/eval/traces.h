/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The traced runs of a campaign, added up by subject. A subject is what is traced: the label
 * of a cell without its collectors. Only valid runs count.
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
	/* ns of waits in each run with the collector "locks"; runs behind the last one have none */
	double *wait_of_run;
	unsigned int n_wait_of_run;
	double nested;			/* other locks that were taken during the holds; NaN: not recorded */
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

/* Sums over the runs of a subject. */
struct trace_memory {
	double runs, maps, mapped_bytes, copied_bytes, zeroed_bytes, faults, page_allocs;
	double alloc_fails, iova_allocs, iova_slow;
	double resident_peak, in_flight_peak;	/* bytes; the largest of all runs */
	double first_touch_ms;			/* median time until 95 % of the peak */
	struct trace_sample *samples;
	size_t n_samples;
};

struct trace_overhead {
	char *collect;
	struct stats_est ratio;			/* IOPS with the collectors / without; NaN: no pairs */
	size_t pairs;
};

struct trace_subject {
	char *name;
	const char *strategy;
	unsigned int runs[COLLECTORS];		/* valid runs with each collector */
	unsigned int invalid;			/* failed or invalid runs */
	char *invalid_why;			/* ID, label and reason of the first */
	double ios[COLLECTORS], bytes[COLLECTORS];	/* of the disk in these runs */
	double *ios_of_run;			/* I/Os in each run with the collector "locks" */
	double begins, matched;			/* waits that began, and that have an end */
	double holds_taken, holds_unmatched;
	struct trace_lock *locks;		/* the longest sum of waits first */
	size_t n_locks;
	struct trace_caller *callers;		/* likewise */
	size_t n_callers;
	struct stages stages;
	struct trace_memory memory;
	struct profile *profile;			/* or NULL */
	struct hist latency;			/* of fio, in runs without collectors */
	struct trace_overhead *overheads;
	size_t n_overheads;
};

struct trace_data {
	struct summary sum;
	struct verdicts verdicts;
	const char *job;
	struct trace_subject *subjects;		/* the baseline, then the others by mechanism */
	size_t n;
};

/*
 * Load a JSON file of the run in @dir; *@doc is NULL if it cannot be read. The caller frees it.
 * Return 0, or -EBADMSG with a message: its schema number is unknown.
 */
int trace_load_json(const char *dir, const char *name, json_t **doc);

/* Return "ios" and "bytes" of the disk while collectors ran, of any schema of guest.json, or NULL. */
const json_t *trace_get_disk_io(const json_t *guest);

/**
 * trace_data_load() - load the traced runs of a campaign
 * @d: gets them; trace_data_free() frees it
 * @dir: the campaign's directory
 *
 * Return: 0, or a negative errno with a message: it is no campaign, or has no traced runs.
 */
int trace_data_load(struct trace_data *d, const char *dir);
void trace_data_free(struct trace_data *d);

/*
 * Say that the host was busy, so that waits may be its own; NULL if it was not, or if the clock
 * counts instructions, which a busy host does not change. The caller frees it.
 */
char *trace_noise_text(const struct trace_data *d);

/* Return the lock of that name, or NULL. */
const struct trace_lock *trace_find_lock(const struct trace_subject *s, const char *name);

#endif
