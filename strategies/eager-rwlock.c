// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * eager-rwlock: everything in dma_map(), under the read side of one rwlock
 *
 * Idea:   Mappers take the read side and run together; the exchange of all
 *         bounce pages for the daemon's own memory takes the write side.
 * Bounce: map
 * Sync:   one rwlock for the domain
 * Wins:   the daemon registers its memory (SPDK): no second copy there.
 * Loses:  many CPUs: readers do not wait for each other, but they all write
 *         the lock's cache line.
 * Source: Linux 6.0 to 6.12
 */
#include "eager.h"

/*
 * Interrupts stay as they are: only the writer must not be interrupted by a
 * reader (virtio-net maps in softirq), and it turns them off.  A reader that
 * interrupts a reader gets in past a waiting writer; see queued rwlocks.
 */
static __always_inline unsigned long read_enter(struct bl_bounce *b, u64 iova)
{
	read_lock(&b->lock.rw);
	return 0;
}

static __always_inline void read_leave(struct bl_bounce *b, u64 iova,
				       unsigned long flags)
{
	read_unlock(&b->lock.rw);
}

static unsigned long write_enter(struct bl_bounce *b)
{
	unsigned long flags;

	write_lock_irqsave(&b->lock.rw, flags);
	return flags;
}

static void write_leave(struct bl_bounce *b, unsigned long flags)
{
	write_unlock_irqrestore(&b->lock.rw, flags);
}

static int eager_rwlock_init(struct bl_domain *d)
{
	int ret = bl_bounce_init(d);
	struct bl_bounce *b = d->priv;

	if (ret)
		return ret;
	rwlock_init(&b->lock.rw);
	bl_name_locks(d, "bounce", &b->lock, sizeof(b->lock), 1);
	return 0;
}

BL_EAGER_USER_PAGES(eager_rwlock, write_enter, write_leave)

static const struct bl_eager_ops eager_rwlock_ops = {
	.enter = read_enter,
	.leave = read_leave,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

BL_EAGER_STRATEGY(eager_rwlock, &eager_rwlock_ops,
	.name = "eager-rwlock",
	.init = eager_rwlock_init,
	.exit = bl_bounce_exit,
	.set_user_pages = eager_rwlock_set_user_pages,
	.clear_user_pages = eager_rwlock_clear_user_pages,
);
