/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How failures are reported.  A test runs in a process of its own, which ends with the first
 * failure.  Its finding is in memory that it shares with its parent.
 */
#ifndef CHECK_H
#define CHECK_H

#include "shim/property.h"
#include "shim/random.h"
#include "sizes.h"

/* The names of the properties: "integrity", ... "hang". */
extern const char *const prop_names[PROP_ALL];

#define FINDING_TEXT 480

/* The result of one process, in shared memory, since the process may crash. */
struct finding {
	int claimed;		/* set by the first thread that finds a failure */
	int prop;
	char text[FINDING_TEXT];
	u64 ops;
	u64 episodes;
	u64 episode;		/* the episode that runs */
	u64 step;		/* the operation of the episode */
	u64 start_ns, end_ns;
	u64 warnings;		/* of the strategy */
	u64 maps, map_failures, faults, sigbus, copies;
	u64 sizes[SIZE_CLASSES];	/* maps of each class of sizes */
	u64 stale_seen;		/* bytes that came back although not promised */
	const char *scene;	/* the litmus test that runs, or NULL */
};

extern struct finding *finding;

/* Properties that the strategy does not promise in its configuration, a bit each. */
extern unsigned int unpromised;

/* Properties that have failed already and are not checked any more, a bit each. */
extern unsigned int ignored;

/*
 * Run TEST(ARG) in a process of its own for at most SECONDS of CPU time, with its finding in F.  Return
 * the process.  subtest_end() takes the status that waitpid() returns for it.
 */
int subtest_start(struct finding *f, void (*test)(void *), void *arg,
		  unsigned int seconds);
void subtest_end(struct finding *f, int status);
struct finding *subtest_findings(size_t nr);	/* make shared memory for NR findings */

u64 now_ns(void);

#endif /* CHECK_H */
