// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * eager-area: everything in dma_map(), under one of several spinlocks
 *
 * Idea:   The window is dealt out to areas, each with a lock in a cache line of
 *         its own, as many as CPUs.  Two mappers meet only if they work in the
 *         same area.  swiotlb gives each CPU an area to allocate from; here the
 *         allocator is a plug of its own, so areas are interleaved by 64K, and
 *         which one it is follows from the address.
 * Bounce: map
 * Sync:   a spinlock per area; all of them for the exchange of pages
 * Wins:   many queues, where eager-spin loses, and keeps what a lock is for: the
 *         daemon may bring its own memory.
 * Loses:  against none where nobody does.
 * Source: swiotlb areas, Linux 6.0
 */
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/overflow.h>

#include "eager.h"

#define AREA_SHIFT	16	/* of the largest bounce page */
#define AREA_MAX	64

struct area {
	spinlock_t lock;
} ____cacheline_aligned_in_smp;

struct areas {
	struct bl_bounce bounce;
	unsigned int nr;	/* a power of two */
	struct area area[];
};

static __always_inline struct areas *areas_of(struct bl_bounce *b)
{
	return container_of(b, struct areas, bounce);
}

/*
 * Return the lock of the area that IOVA, the first byte of a mapping, lies in.  Each area
 * alone excludes the exchange of pages, which takes all of them.
 */
static __always_inline spinlock_t *area_of(struct bl_bounce *b, u64 iova)
{
	struct areas *a = areas_of(b);

	return &a->area[(iova >> AREA_SHIFT) & (a->nr - 1)].lock;
}

static __always_inline unsigned long area_lock(struct bl_bounce *b, u64 iova)
	__acquires(area)
{
	unsigned long flags;

	spin_lock_irqsave(area_of(b, iova), flags);
	return flags;
}

static __always_inline void area_unlock(struct bl_bounce *b, u64 iova,
					unsigned long flags)
	__releases(area)
{
	spin_unlock_irqrestore(area_of(b, iova), flags);
}

/* Take all locks in ascending order.  No other function takes more than one. */
static unsigned long area_lock_all(struct bl_bounce *b)
	__acquires(area)
{
	struct areas *a = areas_of(b);
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	spin_lock(&a->area[0].lock);
	for (i = 1; i < a->nr; i++) {
		spin_lock_nest_lock(&a->area[i].lock, &a->area[0].lock);
		__release(area);	/* sparse: all areas count as one lock */
	}
	return flags;
}

static void area_unlock_all(struct bl_bounce *b, unsigned long flags)
	__releases(area)
{
	struct areas *a = areas_of(b);
	unsigned int i = a->nr;

	while (i--) {
		__acquire(area);
		spin_unlock(&a->area[i].lock);
	}
	__release(area);
	local_irq_restore(flags);
}

static int eager_area_init(struct bl_domain *d)
{
	unsigned int nr = min_t(unsigned int, AREA_MAX,
				roundup_pow_of_two(num_possible_cpus()));
	struct areas *a;
	unsigned int i;
	int ret;

	ret = bl_bounce_init_size(d, struct_size(a, area, nr));
	if (ret)
		return ret;
	a = areas_of(d->priv);
	a->nr = nr;
	for (i = 0; i < nr; i++)
		spin_lock_init(&a->area[i].lock);
	bl_name_locks(d, "area", a->area, sizeof(a->area[0]), nr);
	return 0;
}

static const struct bl_eager_ops eager_area_ops = {
	.lock = area_lock,
	.unlock = area_unlock,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

static int eager_area_set_user_pages(struct bl_domain *d, struct page **pages)
{
	bl_eager_exchange(d, pages, area_lock_all, area_unlock_all);
	return 0;
}

static void eager_area_clear_user_pages(struct bl_domain *d)
{
	bl_eager_exchange(d, NULL, area_lock_all, area_unlock_all);
}

static __always_inline dma_addr_t
eager_area_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	       enum dma_data_direction dir, bool copy)
{
	return bl_eager_map(d, pa, size, dir, copy, &eager_area_ops);
}

static __always_inline void
eager_area_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
		 enum dma_data_direction dir, bool copy)
{
	bl_eager_unmap(d, iova, size, dir, copy, &eager_area_ops);
}

static void eager_area_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
				       enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_eager_sync(d, iova, size, true, &eager_area_ops);
}

static void eager_area_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				    enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_eager_sync(d, iova, size, false, &eager_area_ops);
}

static struct page *eager_area_fault(struct bl_domain *d, u64 iova)
{
	return bl_eager_fault(d, iova, &eager_area_ops);
}

BL_STRATEGY_DEFINE(eager_area,
	.name = "eager-area",
	.init = eager_area_init,
	.exit = bl_bounce_exit,
	.set_user_pages = eager_area_set_user_pages,
	.clear_user_pages = eager_area_clear_user_pages,
	.map = eager_area_map,
	.unmap = eager_area_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = eager_area_sync_for_device,
	.sync_for_cpu = eager_area_sync_for_cpu,
	.fault = eager_area_fault,
);
