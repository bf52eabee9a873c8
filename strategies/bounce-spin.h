/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of bounce.h with one spinlock for the domain. */
#ifndef BL_BOUNCE_SPIN_H
#define BL_BOUNCE_SPIN_H

#include "bounce.h"

/**
 * struct bl_bounce_spin - tables and a spinlock
 * @bounce: the tables
 * @lock:   irq-safe; the strategy says what it protects
 */
struct bl_bounce_spin {
	struct bl_bounce bounce;
	spinlock_t lock ____cacheline_aligned_in_smp;
};

/* As bl_bounce_init_size(), for a structure that begins with struct bl_bounce_spin. */
static inline int bl_bounce_spin_init_size(struct bl_domain *d, size_t size)
{
	int ret = bl_bounce_init_size(d, size);
	struct bl_bounce_spin *s = d->priv;

	if (ret)
		return ret;
	spin_lock_init(&s->lock);
	bl_name_locks(d, "bounce", &s->lock, sizeof(s->lock), 1);
	return 0;
}

/* The init of a strategy that keeps nothing but the tables and the lock. */
static inline int bl_bounce_spin_init(struct bl_domain *d)
{
	return bl_bounce_spin_init_size(d, sizeof(struct bl_bounce_spin));
}

static __always_inline unsigned long bl_bounce_lock(struct bl_bounce *b)
	__acquires(spinlock)
{
	struct bl_bounce_spin *s = container_of(b, struct bl_bounce_spin, bounce);
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	return flags;
}

static __always_inline void bl_bounce_unlock(struct bl_bounce *b, unsigned long flags)
	__releases(spinlock)
{
	struct bl_bounce_spin *s = container_of(b, struct bl_bounce_spin, bounce);

	spin_unlock_irqrestore(&s->lock, flags);
}

#endif /* BL_BOUNCE_SPIN_H */
