// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lazy-pagelock: copy at the daemon's first touch, a bit lock per bounce page
 *
 * Idea:   lazy-spin's argument, with a lock that is as small as what it
 *         protects: the slots of one bounce page and its first fill.  It is a bit
 *         in a word of its own, as the page cache does it, and not fair.
 * Bounce: first fault, then map
 * Sync:   a bit spinlock per bounce page
 * Wins:   many CPUs: locks are shared only by mappings that share a bounce page.
 * Loses:  large mappings: a locked section for each page of them, twice.
 * Source: message #2 of the review of v5 ("a lock per page"), and lock_page()
 */
#include "lazy-page.h"

static __always_inline bool pagelock_lock_page(struct bl_bounce *b, u64 nr,
					       unsigned long *flags)
	__acquires(bitlock)
{
	local_irq_save(*flags);
	bl_bit_lock(0, bl_lazy_page_state(b, nr));
	return true;
}

static __always_inline void pagelock_unlock_page(struct bl_bounce *b, u64 nr,
						 unsigned long flags)
	__releases(bitlock)
{
	bl_bit_unlock(0, bl_lazy_page_state(b, nr));
	local_irq_restore(flags);
}

static const struct bl_lazy_ops lazy_pagelock_ops;

static __always_inline void
lazy_pagelock_set_slots(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size,
			phys_addr_t pa, enum dma_data_direction dir)
{
	bl_lazy_page_set_slots(d, b, iova, size, pa, dir, &lazy_pagelock_ops);
}

static __always_inline void
lazy_pagelock_clear_slots(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size)
{
	bl_lazy_page_clear_slots(d, b, iova, size, &lazy_pagelock_ops);
}

static __always_inline void
lazy_pagelock_wait_for_fill(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size)
{
	bl_lazy_page_wait_for_fill(d, b, iova, size, &lazy_pagelock_ops);
}

static const struct bl_lazy_ops lazy_pagelock_ops = {
	.set_slots = lazy_pagelock_set_slots,
	.clear_slots = lazy_pagelock_clear_slots,
	.wait_for_fill = lazy_pagelock_wait_for_fill,
	.lock_fault = pagelock_lock_page,
	.unlock_fault = pagelock_unlock_page,
	.announce_fill = bl_lazy_no_step,
	.order_fill = bl_lazy_no_step,
	.end_fill = bl_lazy_no_step,
};

static int lazy_pagelock_init(struct bl_domain *d)
{
	int ret = bl_lazy_page_init(d);

	if (!ret)
		bl_name_locks(d, "page", bl_lazy_page_state(d->priv, 0),
			      sizeof(unsigned long), bl_nr_pages(d));
	return ret;
}

static __always_inline dma_addr_t
lazy_pagelock_map(struct bl_domain *d, phys_addr_t pa, size_t size,
		  enum dma_data_direction dir, bool copy)
{
	return bl_lazy_map(d, pa, size, dir, copy, &lazy_pagelock_ops);
}

static __always_inline void
lazy_pagelock_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
		    enum dma_data_direction dir, bool copy)
{
	bl_lazy_unmap(d, iova, size, dir, copy, &lazy_pagelock_ops);
}

static void lazy_pagelock_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
					  enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_lazy_sync_for_device(d, iova, size, &lazy_pagelock_ops);
}

static void lazy_pagelock_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				       enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_lazy_copy_back(d, iova, size, dir, BL_PATH_SYNC, &lazy_pagelock_ops);
}

static struct page *lazy_pagelock_fault(struct bl_domain *d, u64 iova)
{
	return bl_lazy_fault(d, iova, &lazy_pagelock_ops);
}

BL_STRATEGY_DEFINE(lazy_pagelock,
	.name = "lazy-pagelock",
	.init = lazy_pagelock_init,
	.refuse = bl_lazy_refuse,
	.exit = bl_bounce_exit,
	.map = lazy_pagelock_map,
	.unmap = lazy_pagelock_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = lazy_pagelock_sync_for_device,
	.sync_for_cpu = lazy_pagelock_sync_for_cpu,
	.fault = lazy_pagelock_fault,
);
