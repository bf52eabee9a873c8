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
	unsigned int nr;	/* a power of two */
	struct area area[];
};

/* Any area keeps the exchange out; a mapping takes that of its first byte. */
static __always_inline spinlock_t *area_lock(struct bl_bounce *b, u64 iova)
{
	struct areas *a = b->extra;

	return &a->area[(iova >> AREA_SHIFT) & (a->nr - 1)].lock;
}

static __always_inline unsigned long area_enter(struct bl_bounce *b, u64 iova)
{
	unsigned long flags;

	spin_lock_irqsave(area_lock(b, iova), flags);
	return flags;
}

static __always_inline void area_leave(struct bl_bounce *b, u64 iova,
				       unsigned long flags)
{
	spin_unlock_irqrestore(area_lock(b, iova), flags);
}

/* In ascending order; nobody else takes two. */
static unsigned long area_enter_all(struct bl_bounce *b)
{
	struct areas *a = b->extra;
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	spin_lock(&a->area[0].lock);
	for (i = 1; i < a->nr; i++)
		spin_lock_nest_lock(&a->area[i].lock, &a->area[0].lock);
	return flags;
}

static void area_leave_all(struct bl_bounce *b, unsigned long flags)
{
	struct areas *a = b->extra;
	unsigned int i = a->nr;

	while (i--)
		spin_unlock(&a->area[i].lock);
	local_irq_restore(flags);
}

static int eager_area_init(struct bl_domain *d)
{
	unsigned int nr = min_t(unsigned int, AREA_MAX,
				roundup_pow_of_two(num_possible_cpus()));
	struct areas *a;
	unsigned int i;
	int ret;

	ret = bl_bounce_init_extra(d, 1, struct_size(a, area, nr));
	if (ret)
		return ret;
	a = ((struct bl_bounce *)d->priv)->extra;
	a->nr = nr;
	for (i = 0; i < nr; i++)
		spin_lock_init(&a->area[i].lock);
	bl_name_locks(d, "area", a->area, sizeof(a->area[0]), nr);
	return 0;
}

static const struct bl_eager_ops eager_area_ops = {
	.enter = area_enter,
	.leave = area_leave,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

BL_EAGER_USER_PAGES(eager_area, area_enter_all, area_leave_all)

BL_EAGER_STRATEGY(eager_area, &eager_area_ops,
	.name = "eager-area",
	.init = eager_area_init,
	.exit = bl_bounce_exit,
	.set_user_pages = eager_area_set_user_pages,
	.clear_user_pages = eager_area_clear_user_pages,
);
