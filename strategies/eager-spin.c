// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * eager-spin: everything in dma_map(), the copy included, under one spinlock
 *
 * Idea:   The simplest thing that is obviously correct, and what the reviewer
 *         of v5 preferred ("simply use spinlock").  The copy is done under the
 *         lock too: the upper bound of what a lock can cost.
 * Bounce: map
 * Sync:   one spinlock for the domain
 * Wins:   nowhere by itself; it is the price that the others must beat.
 * Loses:  as soon as two queues map at once, by the length of a copy.
 * Source: messages #1 and #5 of the review of v5
 */
#include "eager.h"

static __always_inline unsigned long spin_enter(struct bl_bounce *b)
{
	unsigned long flags;

	spin_lock_irqsave(&b->lock.spin, flags);
	return flags;
}

static __always_inline void spin_leave(struct bl_bounce *b, unsigned long flags)
{
	spin_unlock_irqrestore(&b->lock.spin, flags);
}

static int eager_spin_init(struct bl_domain *d)
{
	int ret = bl_bounce_init(d);

	if (!ret)
		spin_lock_init(&((struct bl_bounce *)d->priv)->lock.spin);
	return ret;
}

BL_EAGER_USER_PAGES(eager_spin, spin_enter, spin_leave)

BL_EAGER_STRATEGY(eager_spin, spin_enter, spin_leave,
	.name = "eager-spin",
	.set_user_pages = eager_spin_set_user_pages,
	.clear_user_pages = eager_spin_clear_user_pages,
);
