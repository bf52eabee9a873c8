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

struct lazy_barrier {
	struct bl_bounce_spin spin;	/* its lock excludes faults */
	u64 filling;			/* the bounce page that is being filled + 1, or 0 */
};

static __always_inline u64 *filling_of(struct bl_bounce *b)
{
	return &container_of(b, struct lazy_barrier, spin.bounce)->filling;
}

static __always_inline void
barrier_set_slots(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size,
		  phys_addr_t pa, enum dma_data_direction dir)
{
	bl_slots_set(b, iova, size, pa, dir);
	/*
	 * Barrier A: slot->orig is stored before b->pages[] is read.  Pairs with the
	 * barrier in barrier_order_fill().
	 */
	smp_mb();
}

static __always_inline void
barrier_wait_for_fill(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size)
{
	u64 first = iova >> d->page_shift;
	u64 last = (iova + size - 1) >> d->page_shift;
	u64 filling;

	/*
	 * Barrier B: slot->orig (or, for a sync, the buffer) is stored before
	 * `filling` is read.  Pairs with the barrier in barrier_order_fill().
	 */
	smp_mb();
	/*
	 * Acquire, pairs with barrier_end_fill(): the fill's reads of the original are
	 * over.  It runs with interrupts off and copies one page at most.
	 */
	while ((filling = smp_load_acquire(filling_of(b))) &&
	       filling - 1 >= first && filling - 1 <= last)
		cpu_relax();
}

static __always_inline void
barrier_clear_slots(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size)
{
	bl_slots_clear(b, iova, size);
	barrier_wait_for_fill(d, b, iova, size);
}

static __always_inline void barrier_announce_fill(struct bl_bounce *b, u64 nr)
{
	/* Stored before the page: a CPU that sees the page also sees this after a barrier. */
	WRITE_ONCE(*filling_of(b), nr + 1);
}

static __always_inline void barrier_order_fill(struct bl_bounce *b, u64 nr)
{
	/*
	 * Barriers A and B: b->pages[nr] and `filling` are stored before any
	 * slot->orig is read.  Pairs with barrier_set_slots() and barrier_wait_for_fill().
	 */
	smp_mb();
}

static __always_inline void barrier_end_fill(struct bl_bounce *b, u64 nr)
{
	smp_store_release(filling_of(b), 0);
}

static const struct bl_lazy_ops lazy_barrier_ops = {
	.set_slots = barrier_set_slots,
	.clear_slots = barrier_clear_slots,
	.wait_for_fill = barrier_wait_for_fill,
	.lock_fault = bl_lazy_lock_fault,
	.unlock_fault = bl_lazy_unlock_fault,
	.announce_fill = barrier_announce_fill,
	.order_fill = barrier_order_fill,
	.end_fill = barrier_end_fill,
};

static int lazy_barrier_init(struct bl_domain *d)
{
	return bl_bounce_spin_init_size(d, sizeof(struct lazy_barrier));
}

static __always_inline dma_addr_t
lazy_barrier_map(struct bl_domain *d, phys_addr_t pa, size_t size,
		 enum dma_data_direction dir, bool copy)
{
	return bl_lazy_map(d, pa, size, dir, copy, &lazy_barrier_ops);
}

static __always_inline void
lazy_barrier_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
		   enum dma_data_direction dir, bool copy)
{
	bl_lazy_unmap(d, iova, size, dir, copy, &lazy_barrier_ops);
}

static void lazy_barrier_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
					 enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_lazy_sync_for_device(d, iova, size, &lazy_barrier_ops);
}

static void lazy_barrier_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				      enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_lazy_copy_back(d, iova, size, dir, BL_PATH_SYNC, &lazy_barrier_ops);
}

static struct page *lazy_barrier_fault(struct bl_domain *d, u64 iova)
{
	return bl_lazy_fault(d, iova, &lazy_barrier_ops);
}

BL_STRATEGY_DEFINE(lazy_barrier,
	.name = "lazy-barrier",
	.init = lazy_barrier_init,
	.refuse = bl_lazy_refuse,
	.exit = bl_bounce_exit,
	.map = lazy_barrier_map,
	.unmap = lazy_barrier_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = lazy_barrier_sync_for_device,
	.sync_for_cpu = lazy_barrier_sync_for_cpu,
	.fault = lazy_barrier_fault,
);
