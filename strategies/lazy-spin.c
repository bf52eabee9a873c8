// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lazy-spin: copy at the daemon's first touch, slots under one spinlock
 *
 * Idea:   What the reviewer of v5 asked for instead of the barrier pair: map
 *         and unmap change slots under the lock that faults fill pages under,
 *         so that each is before or after the other.  map copies outside it.
 * Bounce: first fault, then map
 * Sync:   one spinlock for the domain
 * Wins:   first touch: the copy leaves the virtqueue lock, and pages are
 *         allocated where sleeping is allowed.
 * Loses:  steady state on many CPUs: two locked sections for each I/O buffer.
 * Source: messages #1 and #5 of the review of v5
 */
#include "lazy.h"

static __always_inline unsigned long spin_enter(struct bl_bounce *b)
{
	unsigned long flags;

	spin_lock_irqsave(&b->lock.spin, flags);
	return flags;
}

static __always_inline void spin_leave(struct bl_bounce *b, unsigned long flags)
{
	spin_unlock_irqrestore(&b->lock.spin, flags);
}

/* A fill that began before the lock was ours ended before, too. */
static __always_inline void spin_clear_leave(struct bl_bounce *b,
					     unsigned long flags,
					     u64 first, u64 last)
{
	spin_unlock_irqrestore(&b->lock.spin, flags);
}

/* The fault holds the lock already. */
static __always_inline void spin_fill_begin(struct bl_bounce *b, u64 nr)
{
}

static __always_inline void spin_fill_stored(struct bl_bounce *b)
{
}

static __always_inline void spin_fill_end(struct bl_bounce *b)
{
}

static const struct bl_lazy_sync lazy_spin_sync = {
	.set_enter = spin_enter,
	.set_leave = spin_leave,
	.clear_enter = spin_enter,
	.clear_leave = spin_clear_leave,
	.fill_begin = spin_fill_begin,
	.fill_stored = spin_fill_stored,
	.fill_end = spin_fill_end,
};

BL_LAZY_STRATEGY(lazy_spin, &lazy_spin_sync,
	.name = "lazy-spin",
);
