// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * eager-rcu: everything in dma_map(), in a read section of RCU
 *
 * Idea:   All that the read side of a rwlock is there for is the exchange of all
 *         bounce pages for the daemon's own memory, which happens once in the life
 *         of a daemon.  So a mapper only turns preemption off, and the exchange
 *         waits for a grace period; the head of eager-gate.h has the protocol.
 * Bounce: map
 * Sync:   none while the gate is open: a mapper writes nothing that is shared
 * Wins:   the daemon registers its memory, and many CPUs map.
 * Loses:  the registration itself: it takes a grace period.
 * Source: this project; the reader's bias is that of percpu_rw_semaphore
 */
#include <linux/rcupdate.h>

#include "eager-gate.h"

static __always_inline unsigned long rcu_begin(struct bl_bounce *b, u64 iova)
	__acquires(RCU_SCHED)
{
	rcu_read_lock_sched();
	return bl_gate_enter(bl_gate_of(b));
}

static __always_inline void rcu_end(struct bl_bounce *b, u64 iova, unsigned long was_closed)
	__releases(RCU_SCHED)
{
	bl_gate_leave(bl_gate_of(b), was_closed);
	rcu_read_unlock_sched();
}

static void rcu_wait_for_all(struct bl_gate *gate)
{
	synchronize_rcu();
}

static int eager_rcu_init(struct bl_domain *d)
{
	return bl_gate_init_size(d, sizeof(struct bl_gate));
}

static int eager_rcu_set_user_pages(struct bl_domain *d, struct page **pages)
{
	bl_gate_exchange(d, pages, rcu_wait_for_all);
	return 0;
}

static void eager_rcu_clear_user_pages(struct bl_domain *d)
{
	bl_gate_exchange(d, NULL, rcu_wait_for_all);
}

static const struct bl_eager_ops eager_rcu_ops = {
	.lock = rcu_begin,
	.unlock = rcu_end,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

static __always_inline dma_addr_t
eager_rcu_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	      enum dma_data_direction dir, bool copy)
{
	return bl_eager_map(d, pa, size, dir, copy, &eager_rcu_ops);
}

static __always_inline void
eager_rcu_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
		enum dma_data_direction dir, bool copy)
{
	bl_eager_unmap(d, iova, size, dir, copy, &eager_rcu_ops);
}

static void eager_rcu_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
				      enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_eager_sync(d, iova, size, true, &eager_rcu_ops);
}

static void eager_rcu_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				   enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_eager_sync(d, iova, size, false, &eager_rcu_ops);
}

static struct page *eager_rcu_fault(struct bl_domain *d, u64 iova)
{
	return bl_eager_fault(d, iova, &eager_rcu_ops);
}

BL_STRATEGY_DEFINE(eager_rcu,
	.name = "eager-rcu",
	.refuse = bl_gate_refuse,
	.init = eager_rcu_init,
	.exit = bl_bounce_exit,
	.set_user_pages = eager_rcu_set_user_pages,
	.clear_user_pages = eager_rcu_clear_user_pages,
	.map = eager_rcu_map,
	.unmap = eager_rcu_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = eager_rcu_sync_for_device,
	.sync_for_cpu = eager_rcu_sync_for_cpu,
	.fault = eager_rcu_fault,
);
