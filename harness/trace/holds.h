/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long locks are held, and how long interrupts are off for them, from events before and
 * behind each call that takes a lock and before each call that drops it. A task that holds a
 * lock stays on its CPU, so that the locks that a CPU holds are a stack.
 *
 * The time of a probe itself counts as well: of "take" and "got" in a wait, of "got" and
 * "drop" in a hold.
 */
#ifndef BL_TRACE_HOLDS_H
#define BL_TRACE_HOLDS_H

#include "stats/hist.h"
#include "trace/read.h"

/**
 * struct held_lock - a lock and its holds; all times are in ns
 * @address: its address in the guest's kernel
 * @function: the function that took it first
 * @hold: the hold times
 * @irqs_off: how long interrupts were off, for the holds that switched them off
 * @holds: how many holds
 * @hold_ns: their sum
 * @nested: how often the CPU took other locks during them
 * @longest_ns: the longest one
 * @wait_ns: the time from the calls to the lock, together
 * @irqs_off_ns: the sum of @irqs_off
 * @irqs_off_longest_ns: the longest of @irqs_off
 */
struct held_lock {
	unsigned long long address;
	char *function;
	struct hist hold, irqs_off;
	double holds, hold_ns, nested, longest_ns, wait_ns;
	double irqs_off_ns, irqs_off_longest_ns;
};

/**
 * struct holds - the holds of a trace
 * @v: the locks
 * @n: how many
 * @taken: how often a lock was taken
 * @unmatched: events without the event that belongs to them
 */
struct holds {
	struct held_lock *v;
	size_t n;
	double taken, unmatched;
};

struct hold_matcher;

/**
 * hold_matcher_new() - begin to match the events of a trace
 *
 * Return: the matcher; hold_matcher_finish() frees it.
 */
struct hold_matcher *hold_matcher_new(void);

/**
 * hold_matcher_event() - add the next event
 * @m: the matcher
 * @e: the event; kinds that are not of locks are ignored
 */
void hold_matcher_event(struct hold_matcher *m, const struct trace_event *e);

/**
 * hold_matcher_finish() - get the result and free the matcher
 * @m: the matcher
 * @h: filled; holds_free() frees it
 */
void hold_matcher_finish(struct hold_matcher *m, struct holds *h);

/**
 * holds_free() - free the holds of a trace
 * @h: emptied
 */
void holds_free(struct holds *h);

#endif
