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

static __always_inline unsigned long spin_enter(struct bl_bounce *b, u64 iova)
{
	return bl_bounce_lock(b);
}

static __always_inline void spin_leave(struct bl_bounce *b, u64 iova,
				       unsigned long flags)
{
	bl_bounce_unlock(b, flags);
}

BL_EAGER_USER_PAGES(eager_spin, bl_bounce_lock, bl_bounce_unlock)

static const struct bl_eager_ops eager_spin_ops = {
	.enter = spin_enter,
	.leave = spin_leave,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

BL_EAGER_STRATEGY(eager_spin, &eager_spin_ops,
	.name = "eager-spin",
	.init = bl_bounce_init_spin,
	.exit = bl_bounce_exit,
	.set_user_pages = eager_spin_set_user_pages,
	.clear_user_pages = eager_spin_clear_user_pages,
);
