/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be wrong with a strategy, and how it is said.  A test runs in a
 * process of its own, which ends with the first thing that is wrong; its finding
 * is in memory shared with its parent.
 */
#ifndef CHECK_H
#define CHECK_H

#include "shim/property.h"
#include "shim/random.h"

/* "integrity", ... "hang". */
extern const char *const prop_names[PROP_ALL];

#define FINDING_TEXT 480

/* One process's result; in shared memory, since the process may crash. */
struct finding {
	int claimed;		/* the first thread to find something has it */
	int prop;
	char text[FINDING_TEXT];
	u64 ops;
	u64 episodes;
	u64 episode;		/* the one that runs */
	u64 step;		/* its operation */
	u64 start_ns, end_ns;
	u64 warnings;		/* of the strategy */
	u64 maps, map_failures, faults, sigbus, copies;
	u64 stale_seen;		/* bytes that came back although not promised */
};

extern struct finding *finding;

/* Properties that the strategy as it is set up does not promise. */
extern unsigned int unpromised;

/* Properties that have failed already, and are not looked at any more. */
extern unsigned int ignored;

/*
 * Run TEST(ARG) in a process of its own, for at most SECONDS; its finding goes
 * into F.  Returns the process; subtest_end() takes what waitpid() says of it.
 */
int subtest_start(struct finding *f, void (*test)(void *), void *arg,
		  unsigned int seconds);
void subtest_end(struct finding *f, int status);
struct finding *subtest_findings(size_t nr);	/* shared memory for NR */

u64 now_ns(void);

#endif /* CHECK_H */
