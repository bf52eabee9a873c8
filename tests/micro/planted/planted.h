/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the strategies of this folder: the eager engine under one spinlock, as eager-spin.c
 * has it, around the functions that a file defines before it includes this.
 */
#ifndef FIXTURE_PLANTED_H
#define FIXTURE_PLANTED_H

#include "bounce-spin.h"
#include "eager.h"

#define PLANTED_TICKS	50000	/* of the processor's counter; tests/micro/micro.sh knows it */

static inline void planted_spin(void)
{
	u64 end = __builtin_ia32_rdtsc() + PLANTED_TICKS;

	while (__builtin_ia32_rdtsc() < end)
		;
}

#ifndef PLANTED_BEFORE
#define PLANTED_BEFORE()	((void)0)
#endif
#ifndef PLANTED_UNDER_LOCK
#define PLANTED_UNDER_LOCK()	((void)0)
#endif

static __always_inline unsigned long planted_lock(struct bl_bounce *b, u64 iova)
{
	unsigned long flags;

	PLANTED_BEFORE();
	flags = bl_bounce_lock(b);
	PLANTED_UNDER_LOCK();
	return flags;
}

static __always_inline void planted_unlock(struct bl_bounce *b, u64 iova,
					  unsigned long flags)
{
	bl_bounce_unlock(b, flags);
}

static const struct bl_eager_ops planted_ops = {
	.lock = planted_lock,
	.unlock = planted_unlock,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

static __always_inline dma_addr_t
planted_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	    enum dma_data_direction dir, bool copy)
{
	return bl_eager_map(d, pa, size, dir, copy, &planted_ops);
}

static __always_inline void
planted_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
	      enum dma_data_direction dir, bool copy)
{
	bl_eager_unmap(d, iova, size, dir, copy, &planted_ops);
}

static void planted_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
				    enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_eager_sync(d, iova, size, true, &planted_ops);
}

static void planted_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				 enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_eager_sync(d, iova, size, false, &planted_ops);
}

static struct page *planted_fault(struct bl_domain *d, u64 iova)
{
	return bl_eager_fault(d, iova, &planted_ops);
}

#define PLANTED_STRATEGY(id, its_name)					\
	BL_STRATEGY_DEFINE(id,						\
		.name = its_name,					\
		.init = bl_bounce_spin_init,				\
		.exit = bl_bounce_exit,					\
		.map = planted_map,					\
		.unmap = planted_unmap,					\
		.sync_for_device = planted_sync_for_device,		\
		.sync_for_cpu = planted_sync_for_cpu,			\
		.fault = planted_fault,					\
	)

#endif /* FIXTURE_PLANTED_H */
