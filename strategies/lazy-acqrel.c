// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lazy-acqrel: copy at the daemon's first touch, acquire and release per page
 *
 * Idea:   Once a bounce page exists and is filled nobody fills it again, and
 *         neither A nor B of lazy.h needs anything: an acquire load of the page's
 *         state says so, and is all that steady state pays.  Before that, map,
 *         unmap and fault take turns by cmpxchg with acquire, store with release.
 * Bounce: first fault, then map
 * Sync:   acquire/release on a state word per bounce page; no full barrier
 * Wins:   steady state: no barrier, no atomic operation, nothing shared written.
 * Loses:  first touch on large mappings: an atomic operation per page, where
 *         lazy-barrier has one barrier for all.
 * Source: the review of v5 asked which ordering bounce_page and orig_phys need
 *         (messages #1, #2, #7); this is the least that we know of
 */
#include "lazy-page.h"

enum acqrel_state {
	ACQREL_EMPTY,	/* there is no bounce page; slots change only in BUSY */
	ACQREL_BUSY,	/* a map, unmap or fault works on it, with interrupts off */
	ACQREL_READY,	/* the page exists and is filled; this state is final */
};

static __always_inline bool acqrel_lock_page(struct bl_bounce *b, u64 nr,
					     unsigned long *flags)
{
	unsigned long *state = bl_lazy_page_state(b, nr);

	for (;;) {
		/* Pairs with acqrel_unlock_page(): the filled bytes are visible. */
		if (likely(smp_load_acquire(state) == ACQREL_READY))
			return false;
		local_irq_save(*flags);
		/* Acquire, pairs with acqrel_unlock_page(): slots and page are visible. */
		if (cmpxchg_acquire(state, ACQREL_EMPTY, ACQREL_BUSY) == ACQREL_EMPTY)
			return true;
		local_irq_restore(*flags);
		cpu_relax();
	}
}

static __always_inline void acqrel_unlock_page(struct bl_bounce *b, u64 nr,
					       unsigned long flags)
{
	smp_store_release(bl_lazy_page_state(b, nr),
			  b->pages[nr] ? ACQREL_READY : ACQREL_EMPTY);
	local_irq_restore(flags);
}

static const struct bl_lazy_ops lazy_acqrel_ops;

static __always_inline void
lazy_acqrel_set_slots(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size,
		      phys_addr_t pa, enum dma_data_direction dir)
{
	bl_lazy_page_set_slots(d, b, iova, size, pa, dir, &lazy_acqrel_ops);
}

static __always_inline void
lazy_acqrel_clear_slots(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size)
{
	bl_lazy_page_clear_slots(d, b, iova, size, &lazy_acqrel_ops);
}

static __always_inline void
lazy_acqrel_wait_for_fill(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size)
{
	bl_lazy_page_wait_for_fill(d, b, iova, size, &lazy_acqrel_ops);
}

static const struct bl_lazy_ops lazy_acqrel_ops = {
	.set_slots = lazy_acqrel_set_slots,
	.clear_slots = lazy_acqrel_clear_slots,
	.wait_for_fill = lazy_acqrel_wait_for_fill,
	.lock_fault = acqrel_lock_page,
	.unlock_fault = acqrel_unlock_page,
	.announce_fill = bl_lazy_no_step,
	.order_fill = bl_lazy_no_step,
	.end_fill = bl_lazy_no_step,
};

static __always_inline dma_addr_t
lazy_acqrel_map(struct bl_domain *d, phys_addr_t pa, size_t size,
		enum dma_data_direction dir, bool copy)
{
	return bl_lazy_map(d, pa, size, dir, copy, &lazy_acqrel_ops);
}

static __always_inline void
lazy_acqrel_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
		  enum dma_data_direction dir, bool copy)
{
	bl_lazy_unmap(d, iova, size, dir, copy, &lazy_acqrel_ops);
}

static void lazy_acqrel_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
					enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_lazy_sync_for_device(d, iova, size, &lazy_acqrel_ops);
}

static void lazy_acqrel_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				     enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_lazy_copy_back(d, iova, size, dir, BL_PATH_SYNC, &lazy_acqrel_ops);
}

static struct page *lazy_acqrel_fault(struct bl_domain *d, u64 iova)
{
	return bl_lazy_fault(d, iova, &lazy_acqrel_ops);
}

BL_STRATEGY_DEFINE(lazy_acqrel,
	.name = "lazy-acqrel",
	.init = bl_lazy_page_init,
	.refuse = bl_lazy_refuse,
	.exit = bl_bounce_exit,
	.map = lazy_acqrel_map,
	.unmap = lazy_acqrel_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = lazy_acqrel_sync_for_device,
	.sync_for_cpu = lazy_acqrel_sync_for_cpu,
	.fault = lazy_acqrel_fault,
);
