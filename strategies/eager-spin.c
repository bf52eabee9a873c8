// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * eager-spin: everything in dma_map(), the copy included, under one spinlock
 *
 * Idea:   The simplest thing that is obviously correct, and what the reviewer
 *         of v5 preferred ("simply use spinlock").  The copy is done under the
 *         lock too: the upper bound of what a lock can cost.
 * Bounce: map
 * Sync:   one spinlock for the domain
 * Wins:   nowhere by itself; it is the price that the others must beat.
 * Loses:  as soon as two queues map at once, by the length of a copy.
 * Source: messages #1 and #5 of the review of v5
 */
#include "bounce-spin.h"
#include "eager.h"

static __always_inline unsigned long eager_spin_lock(struct bl_bounce *b, u64 iova)
	__acquires(spinlock)
{
	return bl_bounce_lock(b);
}

static __always_inline void eager_spin_unlock(struct bl_bounce *b, u64 iova,
					      unsigned long flags)
	__releases(spinlock)
{
	bl_bounce_unlock(b, flags);
}

static int eager_spin_set_user_pages(struct bl_domain *d, struct page **pages)
{
	bl_eager_exchange(d, pages, bl_bounce_lock, bl_bounce_unlock);
	return 0;
}

static void eager_spin_clear_user_pages(struct bl_domain *d)
{
	bl_eager_exchange(d, NULL, bl_bounce_lock, bl_bounce_unlock);
}

static const struct bl_eager_ops eager_spin_ops = {
	.lock = eager_spin_lock,
	.unlock = eager_spin_unlock,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
	.exclusive = true,
};

static __always_inline dma_addr_t
eager_spin_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	       enum dma_data_direction dir, bool copy)
{
	return bl_eager_map(d, pa, size, dir, copy, &eager_spin_ops);
}

static __always_inline void
eager_spin_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
		 enum dma_data_direction dir, bool copy)
{
	bl_eager_unmap(d, iova, size, dir, copy, &eager_spin_ops);
}

static void eager_spin_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
				       enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_eager_sync(d, iova, size, true, &eager_spin_ops);
}

static void eager_spin_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				    enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_eager_sync(d, iova, size, false, &eager_spin_ops);
}

static struct page *eager_spin_fault(struct bl_domain *d, u64 iova)
{
	return bl_eager_fault(d, iova, &eager_spin_ops);
}

BL_STRATEGY_DEFINE(eager_spin,
	.name = "eager-spin",
	.init = bl_bounce_spin_init,
	.exit = bl_bounce_exit,
	.set_user_pages = eager_spin_set_user_pages,
	.clear_user_pages = eager_spin_clear_user_pages,
	.map = eager_spin_map,
	.unmap = eager_spin_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = eager_spin_sync_for_device,
	.sync_for_cpu = eager_spin_sync_for_cpu,
	.fault = eager_spin_fault,
);
