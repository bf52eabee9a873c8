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
	size_t unit;		/* bytes of an address */
	u64 from;		/* IOVA; the pools' parts follow each other */
	unsigned int part_shift, nr;
	struct pool pool[];
};

/* Which pool an address came from, or NULL. */
static __always_inline struct pool *pool_of(struct pools *p, dma_addr_t iova)
{
	u64 which = (iova - p->from) >> p->part_shift;

	return which < p->nr ? &p->pool[which] : NULL;
}

/* CPU numbers may have gaps. */
static __always_inline struct pool *pool_here(struct pools *p)
{
	unsigned int cpu = raw_smp_processor_id();

	return &p->pool[likely(cpu < p->nr) ? cpu : cpu % p->nr];
}

static __always_inline dma_addr_t pool_alloc(struct bl_domain *d, size_t size)
{
	struct pools *p = ((struct bl_bounce *)d->priv)->extra;
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
	struct pools *p = ((struct bl_bounce *)d->priv)->extra;
	struct pool *pool = pool_of(p, iova);
	unsigned long flags;

	if (!pool) {
		bl_iova_free(d, iova, size);
		return;
	}
	spin_lock_irqsave(&pool->lock, flags);
	pool->free[pool->top++] = iova >> BL_SLOT_SHIFT;
	spin_unlock_irqrestore(&pool->lock, flags);
}

static __always_inline unsigned long pool_enter(struct bl_bounce *b, u64 iova)
{
	return 0;
}

static __always_inline void pool_leave(struct bl_bounce *b, u64 iova,
				       unsigned long flags)
{
}

/* Nothing is mapped any more: all addresses are in their stacks. */
static void pool_exit(struct bl_domain *d)
{
	struct pools *p = ((struct bl_bounce *)d->priv)->extra;

	if (p->from)
		bl_iova_free(d, p->from, (size_t)p->nr << p->part_shift);
	bl_bounce_exit(d);
}

/* Take the range, make its pages, fill the stacks.  0 or -ENOMEM. */
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

/* Addresses per CPU: a quarter of the window at most. */
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

	ret = bl_bounce_init_extra(d, 1, struct_size(p, pool, nr));
	if (ret)
		return ret;
	p = ((struct bl_bounce *)d->priv)->extra;
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
	.enter = pool_enter,
	.leave = pool_leave,
	.alloc = pool_alloc,
	.free = pool_free,
};

BL_EAGER_STRATEGY(pool, &pool_ops,
	.name = "pool",
	.own_iova = true,
	.refuse = pool_refuse,
	.init = pool_init,
	.exit = pool_exit,
);
