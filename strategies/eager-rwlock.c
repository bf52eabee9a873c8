// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * eager-rwlock: everything in dma_map(), under the read side of one rwlock
 *
 * Idea:   Mappers take the read side and run together; the exchange of all
 *         bounce pages for the daemon's own memory takes the write side.
 * Bounce: map
 * Sync:   one rwlock for the domain
 * Wins:   the daemon registers its memory (SPDK): no second copy there.
 * Loses:  many CPUs: readers do not wait for each other, but they all write
 *         the lock's cache line.
 * Source: Linux 6.0 to 6.12
 */
#include "eager.h"

struct eager_rwlock {
	struct bl_bounce bounce;
	rwlock_t lock ____cacheline_aligned_in_smp;
};

static __always_inline rwlock_t *rwlock_of(struct bl_bounce *b)
{
	return &container_of(b, struct eager_rwlock, bounce)->lock;
}

/*
 * The read side leaves interrupts as they are.  Only the writer must not be interrupted by
 * a reader (virtio-net maps in softirq), and it turns interrupts off.  A reader that
 * interrupts a reader passes a waiting writer, see queued rwlocks.
 */
static __always_inline unsigned long rwlock_lock(struct bl_bounce *b, u64 iova)
	__acquires(rwlock)
{
	read_lock(rwlock_of(b));
	return 0;
}

static __always_inline void rwlock_unlock(struct bl_bounce *b, u64 iova,
					  unsigned long flags)
	__releases(rwlock)
{
	read_unlock(rwlock_of(b));
}

static unsigned long rwlock_lock_all(struct bl_bounce *b)
	__acquires(rwlock)
{
	unsigned long flags;

	write_lock_irqsave(rwlock_of(b), flags);
	return flags;
}

static void rwlock_unlock_all(struct bl_bounce *b, unsigned long flags)
	__releases(rwlock)
{
	write_unlock_irqrestore(rwlock_of(b), flags);
}

static int eager_rwlock_init(struct bl_domain *d)
{
	int ret = bl_bounce_init_size(d, sizeof(struct eager_rwlock));
	rwlock_t *lock;

	if (ret)
		return ret;
	lock = rwlock_of(d->priv);
	rwlock_init(lock);
	bl_name_locks(d, "bounce", lock, sizeof(*lock), 1);
	return 0;
}

static int eager_rwlock_set_user_pages(struct bl_domain *d, struct page **pages)
{
	bl_eager_exchange(d, pages, rwlock_lock_all, rwlock_unlock_all);
	return 0;
}

static void eager_rwlock_clear_user_pages(struct bl_domain *d)
{
	bl_eager_exchange(d, NULL, rwlock_lock_all, rwlock_unlock_all);
}

static const struct bl_eager_ops eager_rwlock_ops = {
	.lock = rwlock_lock,
	.unlock = rwlock_unlock,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

static __always_inline dma_addr_t
eager_rwlock_map(struct bl_domain *d, phys_addr_t pa, size_t size,
		 enum dma_data_direction dir, bool copy)
{
	return bl_eager_map(d, pa, size, dir, copy, &eager_rwlock_ops);
}

static __always_inline void
eager_rwlock_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
		   enum dma_data_direction dir, bool copy)
{
	bl_eager_unmap(d, iova, size, dir, copy, &eager_rwlock_ops);
}

static void eager_rwlock_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
					 enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_eager_sync(d, iova, size, true, &eager_rwlock_ops);
}

static void eager_rwlock_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				      enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_eager_sync(d, iova, size, false, &eager_rwlock_ops);
}

static struct page *eager_rwlock_fault(struct bl_domain *d, u64 iova)
{
	return bl_eager_fault(d, iova, &eager_rwlock_ops);
}

BL_STRATEGY_DEFINE(eager_rwlock,
	.name = "eager-rwlock",
	.init = eager_rwlock_init,
	.exit = bl_bounce_exit,
	.set_user_pages = eager_rwlock_set_user_pages,
	.clear_user_pages = eager_rwlock_clear_user_pages,
	.map = eager_rwlock_map,
	.unmap = eager_rwlock_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = eager_rwlock_sync_for_device,
	.sync_for_cpu = eager_rwlock_sync_for_cpu,
	.fault = eager_rwlock_fault,
);
