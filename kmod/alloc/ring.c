// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Allocator ring: a ring of addresses per CPU, given out and taken back in order
 *
 * A queue maps and unmaps nearly in order, so that the next address of a ring is free, and
 * the free part ends at the oldest address in use (rIOMMU, ASPLOS 2015).  The DMA operations
 * do not know the queue; virtio-blk maps
 * a queue's requests on the CPUs of that queue, so a ring per CPU is the same thing
 * where there is a queue per CPU.  One mapping that stays blocks its ring: a mapping that
 * finds it full gets its address from the tree, which has the lower half of the window.
 */
#include <linux/cpumask.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "core/core.h"

#define RING_FREED	BIT(31)

struct ring {
	spinlock_t lock;	/* irq-safe; any CPU frees */
	u32 head, tail, used;	/* granules; used counts head - tail, gaps included */
	u32 *range;		/* by its first granule: length, and RING_FREED */
} ____cacheline_aligned_in_smp;

struct rings {
	unsigned long from;	/* slots; the tree has those below */
	unsigned long granule;	/* slots */
	u32 size;		/* granules in a ring */
	unsigned int nr;
	struct ring ring[];
};

static void ring_exit(struct bl_core *core)
{
	struct rings *r = core->allocator_priv;
	unsigned int i;

	if (!r)
		return;
	for (i = 0; i < r->nr; i++)
		kvfree(r->ring[i].range);
	kfree(r);
}

static int ring_init(struct bl_core *core)
{
	unsigned long slots = core->d.window >> BL_SLOT_SHIFT;
	unsigned int nr = num_possible_cpus(), i;
	struct rings *r;

	r = kzalloc(struct_size(r, ring, nr), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	core->allocator_priv = r;
	r->nr = nr;
	r->granule = core->d.granule >> BL_SLOT_SHIFT;
	r->size = slots / 2 / r->granule / nr;
	r->from = slots - r->size * r->granule * nr;
	for (i = 0; i < nr && r->size; i++) {
		spin_lock_init(&r->ring[i].lock);
		r->ring[i].range = kvcalloc(r->size, sizeof(u32), GFP_KERNEL);
		if (!r->ring[i].range)
			return -ENOMEM;
	}
	bl_name_locks(&core->d, "ring", &r->ring[0], sizeof(r->ring[0]), nr);
	return 0;
}

/* Take NR granules at the head.  Return the first, or -1.  The caller holds ring->lock. */
static s64 ring_take(struct ring *ring, u32 size, u32 nr)
{
	u32 gap = ring->head + nr > size ? size - ring->head : 0;
	u32 at;

	if (ring->used + gap + nr > size)
		return -1;
	if (gap) {
		/* A range does not wrap: the granules left at the end count as freed. */
		ring->range[ring->head] = gap | RING_FREED;
		ring->head = 0;
	}
	at = ring->head;
	ring->range[at] = nr;
	ring->head = at + nr == size ? 0 : at + nr;
	ring->used += gap + nr;
	return at;
}

/* Give back the oldest ranges that are freed.  The caller holds ring->lock. */
static void ring_reclaim(struct ring *ring, u32 size)
{
	u32 nr;

	while (ring->used && ring->range[ring->tail] & RING_FREED) {
		nr = ring->range[ring->tail] & ~RING_FREED;
		ring->used -= nr;
		ring->tail = ring->tail + nr == size ? 0 : ring->tail + nr;
	}
}

static unsigned long ring_alloc(struct bl_core *core, unsigned long nr)
{
	struct rings *r = core->allocator_priv;
	unsigned int i = raw_smp_processor_id() % r->nr;
	u32 granules = nr / r->granule;
	unsigned long flags;
	s64 at = -1;

	if (granules <= r->size) {
		spin_lock_irqsave(&r->ring[i].lock, flags);
		at = ring_take(&r->ring[i], r->size, granules);
		spin_unlock_irqrestore(&r->ring[i].lock, flags);
	}
	if (at < 0)
		return bl_tree_alloc(core, nr, r->from);
	return r->from + ((unsigned long)i * r->size + at) * r->granule;
}

static void ring_free(struct bl_core *core, unsigned long first, unsigned long nr)
{
	struct rings *r = core->allocator_priv;
	unsigned long flags;
	struct ring *ring;
	u32 at;

	if (first < r->from) {
		bl_tree_free(core, first, nr);
		return;
	}
	at = (first - r->from) / r->granule;
	ring = &r->ring[at / r->size];

	spin_lock_irqsave(&ring->lock, flags);
	ring->range[at % r->size] |= RING_FREED;
	ring_reclaim(ring, r->size);
	spin_unlock_irqrestore(&ring->lock, flags);
}

static unsigned long ring_largest(const struct bl_core *core)
{
	const struct rings *r = core->allocator_priv;

	return rounddown_pow_of_two(r->from) / 2;
}

const struct bl_alloc_ops bl_alloc_ring = {
	.init = ring_init,
	.exit = ring_exit,
	.alloc = ring_alloc,
	.free = ring_free,
	.largest = ring_largest,
};
