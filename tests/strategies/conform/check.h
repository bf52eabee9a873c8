/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be wrong with a strategy, and how it is said.  A test runs in a
 * process of its own, which ends with the first thing that is wrong; its finding
 * is in memory shared with its parent.
 */
#ifndef CHECK_H
#define CHECK_H

#include "shim-copied.h"

enum prop {
	PROP_INTEGRITY,		/* the device reads what was mapped, and back */
	PROP_NEIGHBOUR,		/* the daemon sees what was not mapped for it */
	PROP_STALE,		/* the driver gets back what the device did not write */
	PROP_AFTER_UNMAP,	/* an original is touched, or access is left, after unmap */
	PROP_ALLOC,		/* allocation failure is survived, and leaves nothing */
	PROP_RESET,		/* all of that also over resets */
	PROP_EXHAUSTION,	/* pages, addresses, memory return; a full window recovers */
	PROP_CONTEXT,		/* nothing sleeps where it must not, locks are irq-safe */
	PROP_NR,

	PROP_CRASH = PROP_NR,	/* a signal, or a sanitizer's report */
	PROP_HANG,
	PROP_ALL
};

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

/* Ends the process, unless PROP is not promised. */
void fail(enum prop prop, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define check(prop, ok, ...)				\
do {							\
	if (unlikely(!(ok)))				\
		fail(prop, __VA_ARGS__);		\
} while (0)

/*
 * Run TEST(ARG) in a process of its own, for at most SECONDS; its finding goes
 * into F.  Returns the process; subtest_end() takes what waitpid() says of it.
 */
int subtest_start(struct finding *f, void (*test)(void *), void *arg,
		  unsigned int seconds);
void subtest_end(struct finding *f, int status);
struct finding *subtest_findings(size_t nr);	/* shared memory for NR */

u64 now_ns(void);

/* A small generator: the same numbers on every machine. */
static inline u64 random_next(u64 *state)
{
	u64 x = *state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/* 0..n-1 */
static inline u32 random_below(u64 *state, u32 n)
{
	return (u32)(((random_next(state) >> 32) * n) >> 32);
}

#endif /* CHECK_H */
