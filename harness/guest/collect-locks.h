/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collector "locks": each wait for a lock of the kernel, whichever it is, summed in the
 * kernel by a module of its own (kmod/lockwait/). Nothing is read while the run lasts, and no
 * rate of events overflows a buffer.
 */
#ifndef BL_GUEST_LOCKS_H
#define BL_GUEST_LOCKS_H

#include "guest/outcome.h"

struct guest_locks;

/* NULL with the verdict failed. */
struct guest_locks *guest_locks_start(struct guest_run *r);

/*
 * Stop, and write locks.json:
 *
 *	"begins", "matched"		waits that began, and those whose end was seen
 *	"dropped", "missed"		that found no place in a table, or were not seen
 *	"waits"				"addr", "symbol" (its address, if it is no static lock), "flags" (LCB_F_* of
 *					<trace/events/lock.h>), "stack" (functions, the innermost
 *					first), "count", "wait_ns", "longest_ns", "log2" (by log2
 *					how many waited more than 2^(log2-1) and at most 2^log2
 *					ns); several may be of one lock and stack
 *
 * The run is invalid if any was dropped, or if more than GUEST_LOCKS_UNMATCHED of all are
 * unmatched or missed. NULL is fine.
 */
void guest_locks_stop(struct guest_locks *l, struct guest_run *r);

#define GUEST_LOCKS_UNMATCHED	0.01

/*
 * What the module says of its own locks: objects of "addr" (a string), "bytes" of one lock,
 * "count" of them behind each other, "name". Empty for the stock module.
 */
json_t *guest_lock_names(void);

#endif
