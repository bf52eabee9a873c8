/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lazy engine with all slots under one spinlock: each change of a slot is either before
 * or after each fill.  lazy-spin.c and rw.c use this.
 */
#ifndef BL_LAZY_SPIN_H
#define BL_LAZY_SPIN_H

#include "lazy.h"

static __always_inline void
bl_lazy_spin_set_slots(struct bl_domain *d, struct bl_bounce *b, u64 iova,
		       size_t size, phys_addr_t pa, enum dma_data_direction dir)
{
	unsigned long flags = bl_bounce_lock(b);

	bl_slots_set(b, iova, size, pa, dir);
	bl_bounce_unlock(b, flags);
}

static __always_inline void
bl_lazy_spin_clear_slots(struct bl_domain *d, struct bl_bounce *b, u64 iova,
			 size_t size)
{
	unsigned long flags = bl_bounce_lock(b);

	bl_slots_clear(b, iova, size);
	bl_bounce_unlock(b, flags);
}

/* A fill that began before this CPU got the lock has also ended before. */
static __always_inline void
bl_lazy_spin_wait_for_fill(struct bl_domain *d, struct bl_bounce *b, u64 iova,
			   size_t size)
{
	unsigned long flags = bl_bounce_lock(b);

	bl_bounce_unlock(b, flags);
}

#endif /* BL_LAZY_SPIN_H */
