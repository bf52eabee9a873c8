/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collector "locks": each wait for a lock of the kernel, whichever it is, summed in the
 * kernel by histogram triggers on lock:contention_begin and contention_end. Nothing is read
 * while the run lasts, and no rate of events overflows a buffer.
 */
#ifndef BL_GUEST_LOCKS_H
#define BL_GUEST_LOCKS_H

#include "guest.h"

struct guest_locks;

/* NULL with the verdict failed. */
struct guest_locks *guest_locks_start(struct guest_run *r);

/*
 * Stop, and write locks.json:
 *
 *	"begins", "matched"		waits that began, and those whose end was seen
 *	"dropped"			that found no place in a histogram
 *	"callers"			"addr", "symbol" (of a static lock, or ""), "flags"
 *					(LCB_F_* of <trace/events/lock.h>), "stack" (functions,
 *					the innermost first), "count", "wait_ns"
 *	"hist"				"addr", "log2" (waits of more than 2^(log2-1) and at most
 *					2^log2 ns), "count", "wait_ns"
 *	"longest"			"addr", "wait_ns"
 *
 * Dropped events make the run invalid, and unmatched ones above GUEST_LOCKS_UNMATCHED of
 * all. NULL is fine.
 */
void guest_locks_stop(struct guest_locks *l, struct guest_run *r);

#define GUEST_LOCKS_UNMATCHED	0.01

/*
 * What the module says of its own locks: objects of "addr" (a string), "bytes" of one lock,
 * "count" of them behind each other, "name". Empty for the stock module.
 */
json_t *guest_lock_names(void);

#endif
