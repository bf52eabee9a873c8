/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lazy engine with all of its slots under one spinlock: each change of a
 * slot is before or after each fill.  For lazy-spin.c and rw.c.
 */
#ifndef BL_LAZY_SPIN_H
#define BL_LAZY_SPIN_H

#include "lazy.h"

static __always_inline void
bl_lazy_spin_publish(struct bl_domain *d, struct bl_bounce *b, u64 iova,
		     size_t size, phys_addr_t pa, enum dma_data_direction dir)
{
	unsigned long flags = bl_bounce_lock(b);

	bl_slots_set(b, iova, size, pa, dir);
	bl_bounce_unlock(b, flags);
}

static __always_inline void
bl_lazy_spin_retract(struct bl_domain *d, struct bl_bounce *b, u64 iova,
		     size_t size)
{
	unsigned long flags = bl_bounce_lock(b);

	bl_slots_clear(b, iova, size);
	bl_bounce_unlock(b, flags);
}

/* A fill that began before the lock was ours ended before, too. */
static __always_inline void
bl_lazy_spin_settle(struct bl_domain *d, struct bl_bounce *b, u64 iova,
		    size_t size)
{
	unsigned long flags = bl_bounce_lock(b);

	bl_bounce_unlock(b, flags);
}

/* The functions of a struct bl_lazy_ops. */
#define BL_LAZY_SPIN_OPS				\
	.publish = bl_lazy_spin_publish,		\
	.retract = bl_lazy_spin_retract,		\
	.settle = bl_lazy_spin_settle,			\
	.fault_enter = bl_lazy_lock_enter,		\
	.fault_leave = bl_lazy_lock_leave,		\
	.fill_begin = bl_lazy_no_begin,			\
	.fill_stored = bl_lazy_no_step,			\
	.fill_end = bl_lazy_no_step

#endif /* BL_LAZY_SPIN_H */
