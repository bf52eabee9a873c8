// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plant-lock: eager-spin that spends 100 us more under its lock
 *
 * Idea:   For tests/vm/trace-lock.sh: a trace has to find, name and measure the lock.
 * Bounce: map
 * Sync:   one irq-safe spinlock, held for too long
 * Wins:   never.
 * Loses:  always.
 * Source: none
 */
#include "eager.h"

#define PLANT_NS	100000

struct planted {
	struct bl_bounce bounce;
	spinlock_t lock;
};

static __always_inline struct planted *planted_of(struct bl_bounce *b)
{
	return container_of(b, struct planted, bounce);
}

static __always_inline unsigned long planted_lock(struct bl_bounce *b, u64 iova)
{
	struct planted *p = planted_of(b);
	unsigned long flags;
	u64 end;

	spin_lock_irqsave(&p->lock, flags);
	end = ktime_get_mono_fast_ns() + PLANT_NS;
	while (ktime_get_mono_fast_ns() < end)
		cpu_relax();
	return flags;
}

static __always_inline void planted_unlock(struct bl_bounce *b, u64 iova,
					  unsigned long flags)
{
	struct planted *p = planted_of(b);

	spin_unlock_irqrestore(&p->lock, flags);
}

static int plant_lock_init(struct bl_domain *d)
{
	int ret = bl_bounce_init_size(d, sizeof(struct planted));
	struct planted *p;

	if (ret)
		return ret;
	p = planted_of(d->priv);
	spin_lock_init(&p->lock);
	bl_name_locks(d, "planted", &p->lock, sizeof(p->lock), 1);
	return 0;
}

static const struct bl_eager_ops plant_lock_ops = {
	.lock = planted_lock,
	.unlock = planted_unlock,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

static __always_inline dma_addr_t
plant_lock_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	       enum dma_data_direction dir, bool copy)
{
	return bl_eager_map(d, pa, size, dir, copy, &plant_lock_ops);
}

static __always_inline void
plant_lock_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
		 enum dma_data_direction dir, bool copy)
{
	bl_eager_unmap(d, iova, size, dir, copy, &plant_lock_ops);
}

static void plant_lock_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
				       enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_eager_sync(d, iova, size, true, &plant_lock_ops);
}

static void plant_lock_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				    enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_eager_sync(d, iova, size, false, &plant_lock_ops);
}

static struct page *plant_lock_fault(struct bl_domain *d, u64 iova)
{
	return bl_eager_fault(d, iova, &plant_lock_ops);
}

BL_STRATEGY_DEFINE(plant_lock,
	.name = "plant-lock",
	.init = plant_lock_init,
	.exit = bl_bounce_exit,
	.map = plant_lock_map,
	.unmap = plant_lock_unmap,
	.sync_for_device = plant_lock_sync_for_device,
	.sync_for_cpu = plant_lock_sync_for_cpu,
	.fault = plant_lock_fault,
);
