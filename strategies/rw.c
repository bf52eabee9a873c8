// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rw: large mappings are read and written through the domain's file
 *
 * Idea:   A daemon that moves data anyway (to a socket, a file, its own buffer)
 *         can do it with pread() and pwrite() on the domain's file at the IOVA: one
 *         copy, between its memory and the driver's, and no bounce page.  Short
 *         mappings have their bounce pages from map on.  A daemon that touches a
 *         large mapping all the same gets its bounce page then, as in lazy-spin,
 *         and from then on that page is what counts: any daemon works.
 * Bounce: by the daemon's pread and pwrite at RW_THRESHOLD and above; map below
 * Sync:   one spinlock for the domain, around slots and these copies
 * Wins:   large I/O of a daemon that knows of it.
 * Loses:  with a daemon that does not, where it is lazy-spin; and a system call
 *         per request with one that does.
 * Source: the size-threshold bypass of a vendor's tree, redone
 */
#include <linux/uio.h>

#include "lazy-spin.h"

#define RW_THRESHOLD	(16UL << 10)	/* bytes */

/*
 * The daemon is about to write into the original of a device-to-memory SLOT.  A fault
 * that comes later has to bring that into the bounce page, and can do so only for the
 * slot as a whole: so none of it may be the driver's.  Holds b->lock.spin.
 */
static void rw_expose(struct bl_domain *d, struct bl_slot *slot)
{
	bl_zero_orig(d, slot->orig, slot->len);
	WRITE_ONCE(slot->dir, DMA_BIDIRECTIONAL);
}

/*
 * Move up to LEN bytes of SLOT, which AT lies in, between ITER and where they are
 * now.  Returns the bytes moved, or -EFAULT.  Holds b->lock.spin: no unmap comes to
 * its end, and no fault makes a page, in between.
 */
static ssize_t rw_move(struct bl_domain *d, u64 at, struct bl_slot *slot,
		       size_t len, struct iov_iter *iter, bool to_daemon)
{
	unsigned int in_slot = at & (BL_SLOT_SIZE - 1), offset;
	struct page *page;
	bool is_copy;

	if (slot->orig == BL_NOT_MAPPED || in_slot >= slot->len)
		return -EFAULT;
	len = min_t(size_t, len, slot->len - in_slot);

	/* What a device-to-memory buffer held before is not for the daemon. */
	is_copy = bl_bounce_begin(d, slot->dir, true) == BL_PREFILL_COPY;
	if (to_daemon ? !is_copy : !bl_dir_from_device(slot->dir))
		return -EFAULT;

	page = bl_bounce_find(d, d->priv, at, &offset);
	if (page)
		return bl_copy_iter_bounce(d, page, offset, len, iter, to_daemon);
	if (!is_copy)
		rw_expose(d, slot);
	return bl_copy_iter(d, slot->orig + in_slot, len, iter, to_daemon);
}

/* Slot by slot, so that interrupts are off for one at a time. */
static ssize_t rw_access(struct bl_domain *d, u64 iova, size_t len,
			 struct iov_iter *iter, bool to_daemon)
{
	struct bl_bounce *b = d->priv;
	struct bl_slot *slot;
	unsigned long flags;
	ssize_t moved = 0;
	ssize_t ret = 0;
	u64 at, chunk;

	bl_for_each_slot(b, slot, at, chunk, iova, len) {
		flags = bl_bounce_lock(b);
		ret = rw_move(d, at, slot, chunk, iter, to_daemon);
		bl_bounce_unlock(b, flags);
		if (ret > 0)
			moved += ret;
		if (ret != chunk)
			break;
	}
	return moved ?: ret;
}

static const struct bl_lazy_ops rw_ops = {
	BL_LAZY_SPIN_OPS,
	.mixes = true,
	.eager_below = RW_THRESHOLD,
};

BL_LAZY_STRATEGY(rw, &rw_ops,
	.name = "rw",
	.init = bl_bounce_init_spin,
	.access = rw_access,
);
