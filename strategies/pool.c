// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pool: short mappings get a shadow page from a pool of the CPU
 *
 * Idea:   Each CPU owns a stack of addresses whose bounce pages exist from the
 *         start.  A short mapping pops one, the one used last, whose bytes are
 *         still in the cache; unmap pushes it back to where it came from, on
 *         whichever CPU that runs.  No allocation, no tree.  What is longer than
 *         the unit of the pool, or finds it empty, goes the way of eager-none.
 * Bounce: map
 * Sync:   ownership of an address; a spinlock per CPU around push and pop
 * Wins:   small I/O on many CPUs, where the allocator is what costs.
 * Loses:  memory: POOL_DEPTH bounce pages per CPU are always there.
 * Source: Markuze, Morrison, Tsafrir, ASPLOS 2016 (permanent shadow buffers)
 */
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/smp.h>

#include "eager.h"

#define POOL_DEPTH	256	/* addresses per CPU, if the window has four times as many */

struct pool {
	spinlock_t lock;
	unsigned int top;
	u32 free[POOL_DEPTH];	/* IOVA >> BL_SLOT_SHIFT */
} ____cacheline_aligned_in_smp;

struct pools {
	struct bl_bounce bounce;
	size_t unit;		/* bytes that an address stands for */
	u64 from;		/* IOVA of the first pool's part; the others follow it */
	unsigned int part_shift, nr;
	struct pool pool[];
};

static __always_inline struct pools *pools_of(const struct bl_domain *d)
{
	struct bl_bounce *b = d->priv;

	return container_of(b, struct pools, bounce);
}

/* Return the pool that an address belongs to, or NULL. */
static __always_inline struct pool *pool_of(struct pools *p, dma_addr_t iova)
{
	u64 which = (iova - p->from) >> p->part_shift;

	return which < p->nr ? &p->pool[which] : NULL;
}

/* Return the pool of this CPU.  CPU numbers may have gaps, so two CPUs may share one. */
static __always_inline struct pool *pool_here(struct pools *p)
{
	unsigned int cpu = raw_smp_processor_id();

	return &p->pool[likely(cpu < p->nr) ? cpu : cpu % p->nr];
}

static __always_inline dma_addr_t pool_alloc(struct bl_domain *d, size_t size)
{
	struct pools *p = pools_of(d);
	struct pool *pool;
	dma_addr_t iova = 0;
	unsigned long flags;

	if (size > p->unit)
		return bl_iova_alloc(d, size);

	pool = pool_here(p);
	spin_lock_irqsave(&pool->lock, flags);
	if (pool->top)
		iova = (dma_addr_t)pool->free[--pool->top] << BL_SLOT_SHIFT;
	spin_unlock_irqrestore(&pool->lock, flags);
	return iova ?: bl_iova_alloc(d, size);
}

static __always_inline void pool_free(struct bl_domain *d, dma_addr_t iova,
				      size_t size)
{
	struct pools *p = pools_of(d);
	struct pool *pool = pool_of(p, iova);
	unsigned long flags;

	if (!pool) {
		bl_iova_free(d, iova, size);
		return;
	}
	spin_lock_irqsave(&pool->lock, flags);
	/* It is full only after an address was freed twice: see bl_mapping_end(). */
	if (likely(pool->top < POOL_DEPTH))
		pool->free[pool->top++] = iova >> BL_SLOT_SHIFT;
	spin_unlock_irqrestore(&pool->lock, flags);
}

/* Nothing is mapped any more, so all addresses are in their stacks. */
static void pool_exit(struct bl_domain *d)
{
	struct pools *p = pools_of(d);

	if (p->from)
		bl_iova_free(d, p->from, (size_t)p->nr << p->part_shift);
	bl_bounce_exit(d);
}

/* Allocate the IOVA range and its pages, and fill the stacks.  Return 0 or -ENOMEM. */
static int pool_fill(struct bl_domain *d, struct pools *p)
{
	size_t total = (size_t)p->nr << p->part_shift;
	struct pool *pool;
	u64 at;

	p->from = bl_iova_alloc(d, total);
	if (!p->from)
		return -ENOMEM;
	if (bl_bounce_preallocate(d, d->priv, p->from, total))
		return -ENOMEM;
	for (at = p->from; at < p->from + total; at += p->unit) {
		pool = pool_of(p, at);
		pool->free[pool->top++] = at >> BL_SLOT_SHIFT;
	}
	return 0;
}

/* Return the addresses per CPU: together at most a quarter of the window. */
static u64 pool_depth(const struct bl_domain *d, unsigned int nr)
{
	u64 depth = div_u64(d->window / 4 / d->granule, nr);

	return depth ? min_t(u64, POOL_DEPTH, rounddown_pow_of_two(depth)) : 0;
}

static const char *pool_refuse(const struct bl_domain *d)
{
	if (!pool_depth(d, num_possible_cpus()))
		return "has no place for a pool per CPU in a window of this size";
	return NULL;
}

static int pool_init(struct bl_domain *d)
{
	unsigned int nr = num_possible_cpus(), i;
	struct pools *p;
	int ret;

	ret = bl_bounce_init_size(d, struct_size(p, pool, nr));
	if (ret)
		return ret;
	p = pools_of(d);
	p->nr = nr;
	p->unit = d->granule;
	p->part_shift = ilog2(p->unit * pool_depth(d, nr));
	for (i = 0; i < nr; i++)
		spin_lock_init(&p->pool[i].lock);
	bl_name_locks(d, "pool", p->pool, sizeof(p->pool[0]), nr);
	ret = pool_fill(d, p);
	if (ret)
		pool_exit(d);
	return ret;
}

static const struct bl_eager_ops pool_ops = {
	.lock = bl_eager_no_lock,
	.unlock = bl_eager_no_unlock,
	.alloc = pool_alloc,
	.free = pool_free,
};

static __always_inline dma_addr_t
pool_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	 enum dma_data_direction dir, bool copy)
{
	return bl_eager_map(d, pa, size, dir, copy, &pool_ops);
}

static __always_inline void
pool_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
	   enum dma_data_direction dir, bool copy)
{
	bl_eager_unmap(d, iova, size, dir, copy, &pool_ops);
}

static void pool_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
				 enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_eager_sync(d, iova, size, true, &pool_ops);
}

static void pool_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
			      enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_eager_sync(d, iova, size, false, &pool_ops);
}

static struct page *pool_fault(struct bl_domain *d, u64 iova)
{
	return bl_eager_fault(d, iova, &pool_ops);
}

BL_STRATEGY_DEFINE(pool,
	.name = "pool",
	.own_iova = true,
	.refuse = pool_refuse,
	.init = pool_init,
	.exit = pool_exit,
	.map = pool_map,
	.unmap = pool_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = pool_sync_for_device,
	.sync_for_cpu = pool_sync_for_cpu,
	.fault = pool_fault,
);
