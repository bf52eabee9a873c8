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
#include "lazy-spin.h"

static const struct bl_lazy_ops lazy_spin_ops = {
	.set_slots = bl_lazy_spin_set_slots,
	.clear_slots = bl_lazy_spin_clear_slots,
	.wait_for_fill = bl_lazy_spin_wait_for_fill,
	.lock_fault = bl_lazy_lock_fault,
	.unlock_fault = bl_lazy_unlock_fault,
	.announce_fill = bl_lazy_no_step,
	.order_fill = bl_lazy_no_step,
	.end_fill = bl_lazy_no_step,
};

static __always_inline dma_addr_t
lazy_spin_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	      enum dma_data_direction dir, bool copy)
{
	return bl_lazy_map(d, pa, size, dir, copy, &lazy_spin_ops);
}

static __always_inline void
lazy_spin_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
		enum dma_data_direction dir, bool copy)
{
	bl_lazy_unmap(d, iova, size, dir, copy, &lazy_spin_ops);
}

static void lazy_spin_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
				      enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_lazy_sync_for_device(d, iova, size, &lazy_spin_ops);
}

static void lazy_spin_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				   enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_lazy_copy_back(d, iova, size, dir, BL_PATH_SYNC, &lazy_spin_ops);
}

static struct page *lazy_spin_fault(struct bl_domain *d, u64 iova)
{
	return bl_lazy_fault(d, iova, &lazy_spin_ops);
}

BL_STRATEGY_DEFINE(lazy_spin,
	.name = "lazy-spin",
	.init = bl_bounce_spin_init,
	.refuse = bl_lazy_refuse,
	.exit = bl_bounce_exit,
	.map = lazy_spin_map,
	.unmap = lazy_spin_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = lazy_spin_sync_for_device,
	.sync_for_cpu = lazy_spin_sync_for_cpu,
	.fault = lazy_spin_fault,
);
