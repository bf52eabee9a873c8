// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * eager-none: everything in dma_map(), no lock at all
 *
 * Idea:   The owner of an IOVA range owns its slots, so that map, unmap and
 *         sync of different ranges never meet.  The allocator orders one owner
 *         of a range before the next.
 * Bounce: map
 * Sync:   none
 * Wins:   many queues on many CPUs: the map path shares nothing but the
 *         allocator.
 * Loses:  when the daemon brings its own memory, which it cannot take, since
 *         nothing holds off the mappers while pages are exchanged.
 * Source: Linux 5.15 (VDUSE as first merged); messages #7 and #8 of the review
 *         of v5
 */
#include "eager.h"

static __always_inline unsigned long none_enter(struct bl_bounce *b, u64 iova)
{
	return 0;
}

static __always_inline void none_leave(struct bl_bounce *b, u64 iova,
				       unsigned long flags)
{
}

static const struct bl_eager_ops eager_none_ops = {
	.enter = none_enter,
	.leave = none_leave,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

BL_EAGER_STRATEGY(eager_none, &eager_none_ops,
	.name = "eager-none",
	.init = bl_bounce_init,
	.exit = bl_bounce_exit,
);
