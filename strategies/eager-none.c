// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * eager-none: everything in dma_map(), no lock at all
 *
 * Idea:   The owner of an IOVA range owns its slots, so that map, unmap and
 *         sync of different ranges never meet.  The allocator orders one owner
 *         of a range before the next.
 * Bounce: map
 * Sync:   none
 * Wins:   many queues on many CPUs: the map path shares nothing but the
 *         allocator.
 * Loses:  when the daemon brings its own memory, which it cannot take, since
 *         nothing holds off the mappers while pages are exchanged.
 * Source: Linux 5.15 (VDUSE as first merged); messages #7 and #8 of the review
 *         of v5
 */
#include "eager.h"

static const struct bl_eager_ops eager_none_ops = {
	.lock = bl_eager_no_lock,
	.unlock = bl_eager_no_unlock,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

static __always_inline dma_addr_t
eager_none_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	       enum dma_data_direction dir, bool copy)
{
	return bl_eager_map(d, pa, size, dir, copy, &eager_none_ops);
}

static __always_inline void
eager_none_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
		 enum dma_data_direction dir, bool copy)
{
	bl_eager_unmap(d, iova, size, dir, copy, &eager_none_ops);
}

static void eager_none_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
				       enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_eager_sync(d, iova, size, true, &eager_none_ops);
}

static void eager_none_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				    enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_eager_sync(d, iova, size, false, &eager_none_ops);
}

static struct page *eager_none_fault(struct bl_domain *d, u64 iova)
{
	return bl_eager_fault(d, iova, &eager_none_ops);
}

BL_STRATEGY_DEFINE(eager_none,
	.name = "eager-none",
	.init = bl_bounce_init,
	.exit = bl_bounce_exit,
	.map = eager_none_map,
	.unmap = eager_none_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = eager_none_sync_for_device,
	.sync_for_cpu = eager_none_sync_for_cpu,
	.fault = eager_none_fault,
);
