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

static __always_inline void
barrier_publish(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size,
		phys_addr_t pa, enum dma_data_direction dir)
{
	bl_slots_set(b, iova, size, pa, dir);
	/*
	 * Barrier A: slot->orig is stored before b->pages[] is read.  Pairs
	 * with the one in fill_stored().
	 */
	smp_mb();
}

static __always_inline void
barrier_settle(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size)
{
	u64 first = iova >> d->page_shift;
	u64 last = (iova + size - 1) >> d->page_shift;
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

static __always_inline void
barrier_retract(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size)
{
	bl_slots_clear(b, iova, size);
	barrier_settle(d, b, iova, size);
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
	 * slot->orig is read.  Pairs with barrier_publish() and barrier_settle().
	 */
	smp_mb();
}

static __always_inline void fill_end(struct bl_bounce *b)
{
	smp_store_release(&b->filling, 0);
}

static const struct bl_lazy_ops lazy_barrier_ops = {
	.publish = barrier_publish,
	.retract = barrier_retract,
	.settle = barrier_settle,
	.fault_enter = bl_lazy_lock_enter,
	.fault_leave = bl_lazy_lock_leave,
	.fill_begin = fill_begin,
	.fill_stored = fill_stored,
	.fill_end = fill_end,
};

BL_LAZY_STRATEGY(lazy_barrier, &lazy_barrier_ops,
	.name = "lazy-barrier",
	.init = bl_bounce_init_spin,
);
