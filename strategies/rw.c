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
 * Prepare the original of a device-to-memory SLOT for a write of the daemon.  A later fault
 * has to copy the written bytes to the bounce page, and can copy only the whole slot: so no
 * byte of it may be the driver's.  The caller holds the spinlock.
 */
static void rw_expose(struct bl_domain *d, struct bl_slot *slot)
{
	bl_zero_orig(d, slot->orig, slot->len);
	WRITE_ONCE(slot->dir, DMA_BIDIRECTIONAL);
}

/*
 * Move up to LEN bytes of SLOT, which AT lies in, between ITER and the place of the bytes.
 * Return the bytes moved, or -EFAULT.  The caller holds the spinlock, so that no unmap ends
 * and no fault adds a page in between.
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

	/* The daemon must not see what a device-to-memory buffer held before. */
	is_copy = bl_choose_prefill(d, slot->dir, true) == BL_PREFILL_COPY;
	if (to_daemon ? !is_copy : !bl_dir_from_device(slot->dir))
		return -EFAULT;

	page = bl_bounce_find(d, d->priv, at, &offset);
	if (page)
		return bl_copy_iter_bounce(d, page, offset, len, iter, to_daemon);
	if (!is_copy)
		rw_expose(d, slot);
	return bl_copy_iter(d, slot->orig + in_slot, len, iter, to_daemon);
}

/* Work slot by slot, so that interrupts are off for the time of one slot. */
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
	.set_slots = bl_lazy_spin_set_slots,
	.clear_slots = bl_lazy_spin_clear_slots,
	.wait_for_fill = bl_lazy_spin_wait_for_fill,
	.lock_fault = bl_lazy_lock_fault,
	.unlock_fault = bl_lazy_unlock_fault,
	.announce_fill = bl_lazy_no_step,
	.order_fill = bl_lazy_no_step,
	.end_fill = bl_lazy_no_step,
	.mixes = true,
	.eager_below = RW_THRESHOLD,
};

static __always_inline dma_addr_t rw_map(struct bl_domain *d, phys_addr_t pa, size_t size,
					 enum dma_data_direction dir, bool copy)
{
	return bl_lazy_map(d, pa, size, dir, copy, &rw_ops);
}

static __always_inline void
rw_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
	 enum dma_data_direction dir, bool copy)
{
	bl_lazy_unmap(d, iova, size, dir, copy, &rw_ops);
}

static void rw_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
			       enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_lazy_sync_for_device(d, iova, size, &rw_ops);
}

static void rw_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
			    enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_lazy_copy_back(d, iova, size, dir, BL_PATH_SYNC, &rw_ops);
}

static struct page *rw_fault(struct bl_domain *d, u64 iova)
{
	return bl_lazy_fault(d, iova, &rw_ops);
}

BL_STRATEGY_DEFINE(rw,
	.name = "rw",
	.init = bl_bounce_spin_init,
	.access = rw_access,
	.refuse = bl_lazy_refuse,
	.exit = bl_bounce_exit,
	.map = rw_map,
	.unmap = rw_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = rw_sync_for_device,
	.sync_for_cpu = rw_sync_for_cpu,
	.fault = rw_fault,
);
