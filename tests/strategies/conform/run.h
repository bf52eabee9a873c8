/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of a call of the program, and its results.
 */
#ifndef RUN_H
#define RUN_H

#include "model.h"

enum mode { MODE_MODEL, MODE_THREADS, MODE_LITMUS, MODE_NR };

struct options {
	bool modes[MODE_NR];
	const char *names;	/* of strategies, with commas; "all", "fixtures" */
	int prefill;		/* or -1: each */
	u64 seed;
	u64 ops;		/* per strategy */
	s64 episode;		/* or -1: as many as needed */
	unsigned int threads;
	double seconds;		/* per strategy: threads, and each litmus test */
	unsigned int jobs;
	const char *table;
	bool go_on;		/* after a failure, without the property */
	bool no_shrink;
	bool first;		/* skip the other jobs of a strategy that has failed */
	bool expecting;		/* that they fail */
	unsigned int expected;	/* by these properties, a bit each; 0: by any */
	bool verbose;
};

/* One strategy with one prefill in one mode. */
struct job {
	const struct options *o;
	const struct strategy_entry *entry;
	enum mode mode;
	enum bl_prefill prefill;
	bool refused, done, skipped;
	const char *why;
	struct finding *f;
	unsigned int failed;	/* properties, a bit each */
	unsigned int ignored;	/* of which nothing is known any more */
};

/* Run the test of a mode, in a process of its own. */
void model_job(void *job);
void threads_job(void *job);
void litmus_job(void *job);

/* Run all jobs, O->jobs at once, and set the results in JOBS. */
void jobs_run(struct job *jobs, unsigned int nr, const struct options *o);

/* Does JOB run again after a failure, without the property that failed? */
bool goes_on(const struct job *job);

/* Write the table of strategies and properties.  Return 0, or 2 if FILE cannot be written. */
int table_write(const char *file, const struct job *jobs, unsigned int nr);

#endif /* RUN_H */
