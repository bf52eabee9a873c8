// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lazy-barrier: copy at the daemon's first touch, no lock but two barrier pairs
 *
 * Idea:   v5's: map and fault each store their half and look for the other's
 *         with a full barrier between, so that one of them copies.  v5 had no
 *         such pair for unmap, which let a fault read a buffer that was gone;
 *         here the same pattern, a second time, makes unmap wait for a fill
 *         that is under way in its pages.
 * Bounce: first fault, then map
 * Sync:   barrier pairs
 * Wins:   first touch on many CPUs: copy and allocation leave the virtqueue
 *         lock, and map shares nothing that it writes.
 * Loses:  steady state: two full barriers for each I/O buffer that protect
 *         against a fault that hardly ever comes.
 * Source: VDUSE v5, patch 08/11; message #2 of its review
 */
#include "lazy.h"

static __always_inline unsigned long no_enter(struct bl_bounce *b)
{
	return 0;
}

static __always_inline void set_leave(struct bl_bounce *b, unsigned long flags)
{
	/*
	 * Barrier A: slot->orig is stored before b->pages[] is read.  Pairs
	 * with the one in fill_stored().
	 */
	smp_mb();
}

static __always_inline void clear_leave(struct bl_bounce *b,
					unsigned long flags,
					u64 first, u64 last)
{
	u64 filling;

	/*
	 * Barrier B: slot->orig (or, for a sync, the buffer) is stored before
	 * b->filling is read.  Pairs with the one in fill_stored().
	 */
	smp_mb();
	/*
	 * Acquire, pairs with fill_end(): the fill's reads of the original are
	 * over.  It runs with interrupts off and copies one page at most.
	 */
	while ((filling = smp_load_acquire(&b->filling)) &&
	       filling - 1 >= first && filling - 1 <= last)
		cpu_relax();
}

static __always_inline void fill_begin(struct bl_bounce *b, u64 nr)
{
	/* Before the page: who sees that finds this, too, after a barrier. */
	WRITE_ONCE(b->filling, nr + 1);
}

static __always_inline void fill_stored(struct bl_bounce *b)
{
	/*
	 * Barriers A and B: b->pages[nr] and b->filling are stored before any
	 * slot->orig is read.  Pairs with set_leave() and clear_leave().
	 */
	smp_mb();
}

static __always_inline void fill_end(struct bl_bounce *b)
{
	smp_store_release(&b->filling, 0);
}

static const struct bl_lazy_sync lazy_barrier_sync = {
	.set_enter = no_enter,
	.set_leave = set_leave,
	.clear_enter = no_enter,
	.clear_leave = clear_leave,
	.fill_begin = fill_begin,
	.fill_stored = fill_stored,
	.fill_end = fill_end,
};

BL_LAZY_STRATEGY(lazy_barrier, &lazy_barrier_sync,
	.name = "lazy-barrier",
);
