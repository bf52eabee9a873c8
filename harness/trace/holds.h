/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long locks are held, and how long interrupts are off for them, from the events of a
 * trace: before and behind each call that takes a lock, and before each that drops it. A
 * lock that is held keeps its CPU, so that what a CPU holds is a stack.
 *
 * What a probe itself takes is in it: of "take" and "got" in a wait, of "got" and "drop" in
 * a hold.
 */
#ifndef BL_TRACE_HOLDS_H
#define BL_TRACE_HOLDS_H

#include "stats/hist.h"
#include "trace/read.h"

struct held_lock {
	unsigned long long address;
	char *function;			/* that took it first */
	struct hist hold, irqs_off;	/* ns */
	double holds, hold_ns, longest_ns, wait_ns;
	double irqs_off_ns, irqs_off_longest_ns;	/* where taking it turned them off */
};

struct holds {
	struct held_lock *v;
	size_t n;
	double taken, unmatched;	/* locks, and events that found no other half */
};

struct hold_matcher;

struct hold_matcher *hold_matcher_new(void);
void hold_matcher_event(struct hold_matcher *m, const struct trace_event *e);
void hold_matcher_finish(struct hold_matcher *m, struct holds *h);
void holds_free(struct holds *h);

#endif
