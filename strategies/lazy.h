/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine of strategies that copy when the daemon first touches a bounce
 * page, as v5 meant it.  map remembers the original and copies only into pages
 * that exist; a fault makes the page exist and fills it from the slots that it
 * finds mapped.  Bounce pages stay, so that a page is lazy once: afterwards
 * every map to it copies, as in the eager engine.
 *
 * Two things have to hold, whatever the sync argument does it with:
 *
 * A. Every mapped slot is copied by somebody.  map stores the slot and then
 *    looks for the page; a fault stores the page and then looks for the slot.
 *    At least one of them must see the other's store.
 *
 * B. When unmap returns nobody reads the original any more.  unmap clears the
 *    slot and then looks whether its page is being filled; a fault says that
 *    it is filling and then looks for the slot.  Again at least one must see
 *    the other, and unmap waits for a fill that may have missed it.
 *
 * Faults exclude each other by b->lock.spin, taken irq-safe: no daemon thread
 * gets at a page before it is filled, and a fill cannot be interrupted by an
 * unmap on its CPU that waits for it.  The fill copies under that lock, with
 * interrupts off, at most one bounce page (64K).  Not for PREEMPT_RT, where
 * that lock sleeps and a waiting unmap could preempt the fill.
 *
 * What the daemon is not given: bytes beyond the mapping (slot->len), the old
 * contents of device-to-memory buffers (slot->dir), uninitialised memory (bounce
 * pages come zeroed).
 */
#ifndef BL_LAZY_H
#define BL_LAZY_H

#include "bounce.h"

struct bl_lazy_sync {
	/* Around bl_slots_set(); after leave, A holds. */
	unsigned long (*set_enter)(struct bl_bounce *b);
	void (*set_leave)(struct bl_bounce *b, unsigned long flags);

	/* Around bl_slots_clear() of the bounce pages [first, last]; after leave, B holds. */
	unsigned long (*clear_enter)(struct bl_bounce *b);
	void (*clear_leave)(struct bl_bounce *b, unsigned long flags,
			    u64 first, u64 last);

	/*
	 * The fault's halves of A and B: before the page is stored, after that
	 * and before slots are read, after the fill.
	 */
	void (*fill_begin)(struct bl_bounce *b, u64 nr);
	void (*fill_stored)(struct bl_bounce *b);
	void (*fill_end)(struct bl_bounce *b);
};

static __always_inline dma_addr_t
bl_lazy_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	    enum dma_data_direction dir, bool copy,
	    const struct bl_lazy_sync *sync)
{
	struct bl_bounce *b = d->priv;
	unsigned long flags;
	dma_addr_t iova;

	iova = bl_iova_alloc(d, size);
	if (!iova)
		return DMA_MAPPING_ERROR;

	flags = sync->set_enter(b);
	bl_slots_set(b, iova, size, pa, dir);
	sync->set_leave(b, flags);

	/*
	 * A page that a fault is filling right now may get the same bytes
	 * twice.  They are the same because the owner leaves the buffer alone.
	 */
	if (copy && bl_dir_to_device(dir))
		bl_bounce_copy(d, iova, size, true, BL_PATH_MAP);
	return iova;
}

/* Make sure that no fill of the range's pages began before now and still runs. */
static __always_inline void bl_lazy_settle(struct bl_domain *d, dma_addr_t iova,
					   size_t size, bool clear,
					   const struct bl_lazy_sync *sync)
{
	struct bl_bounce *b = d->priv;
	unsigned long flags;

	flags = sync->clear_enter(b);
	if (clear)
		bl_slots_clear(b, iova, size);
	sync->clear_leave(b, flags, iova >> d->page_shift,
			  (iova + size - 1) >> d->page_shift);
}

/*
 * What the device wrote.  A page that is not there was never touched by the
 * daemon: its answer came through the ring, which orders its faults before
 * this.  One that is there may just be filled, because of a neighbour in it:
 * a buffer of both directions must not get back the zeroes from before.
 */
static __always_inline void
bl_lazy_copy_back(struct bl_domain *d, dma_addr_t iova, size_t size,
		  enum dma_data_direction dir, enum bl_path path,
		  const struct bl_lazy_sync *sync)
{
	u64 step = 1ULL << d->page_shift;
	u64 end = iova + size;
	u64 at, chunk;

	for (at = iova; at < end; at += chunk) {
		chunk = min(end - at, step - (at & (step - 1)));
		if (!bl_bounce_page(d, d->priv, at))
			continue;
		if (dir == DMA_BIDIRECTIONAL)
			bl_lazy_settle(d, at, chunk, false, sync);
		bl_bounce_copy(d, at, chunk, false, path);
	}
}

static __always_inline void
bl_lazy_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
	      enum dma_data_direction dir, bool copy,
	      const struct bl_lazy_sync *sync)
{
	if (copy && bl_dir_from_device(dir))
		bl_lazy_copy_back(d, iova, size, dir, BL_PATH_UNMAP, sync);
	bl_lazy_settle(d, iova, size, true, sync);
	bl_iova_free(d, iova, size);
}

/*
 * The driver wrote the buffer again, after a fill may have begun to read it:
 * that fill must be over before the new bytes go in, or it would undo them.
 */
static __always_inline void
bl_lazy_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
			const struct bl_lazy_sync *sync)
{
	bl_lazy_settle(d, iova, size, false, sync);
	bl_bounce_copy(d, iova, size, true, BL_PATH_SYNC);
}

/* Copy what is mapped in bounce page NR from its originals.  Holds b->lock.spin. */
static __always_inline void bl_lazy_fill(struct bl_domain *d,
					 struct bl_bounce *b, u64 nr,
					 struct page *page)
{
	u64 start = nr << d->page_shift;
	u64 size = min_t(u64, 1ULL << d->page_shift, d->window - start);
	struct bl_slot *slot;
	phys_addr_t orig;
	u64 at, chunk;

	bl_for_each_slot(b, slot, at, chunk, start, size) {
		/* Pairs with bl_slots_set(): len and dir belong to this orig. */
		orig = smp_load_acquire(&slot->orig);
		if (orig == BL_NOT_MAPPED ||
		    !bl_dir_to_device(READ_ONCE(slot->dir)))
			continue;
		bl_copy_to_bounce(d, page, at - start, orig,
				  READ_ONCE(slot->len), BL_PATH_FAULT);
	}
}

static __always_inline struct page *
bl_lazy_fault(struct bl_domain *d, u64 iova, const struct bl_lazy_sync *sync)
{
	struct bl_bounce *b = d->priv;
	u64 nr = iova >> d->page_shift;
	struct page *page, *new = NULL;
	unsigned long flags;

	if (!READ_ONCE(b->pages[nr])) {
		new = bl_page_alloc(d, GFP_KERNEL_ACCOUNT);
		if (!new)
			return NULL;
	}

	spin_lock_irqsave(&b->lock.spin, flags);
	page = b->pages[nr];
	if (!page) {
		page = new;
		new = NULL;
		sync->fill_begin(b, nr);
		/* The zeroes before the pointer, for bl_bounce_page(). */
		smp_store_release(&b->pages[nr], page);
		sync->fill_stored(b);
		bl_lazy_fill(d, b, nr, page);
		sync->fill_end(b);
	}
	page = bl_bounce_get_subpage(d, page, iova);
	spin_unlock_irqrestore(&b->lock.spin, flags);

	if (new)
		bl_page_free(d, new);
	return page;
}

static inline int bl_lazy_init(struct bl_domain *d)
{
	int ret = bl_bounce_init(d);

	if (!ret)
		spin_lock_init(&((struct bl_bounce *)d->priv)->lock.spin);
	return ret;
}

/* The hooks of one strategy; ID: the name with '_' for '-'. */
#define BL_LAZY_STRATEGY(id, sync, ...)					\
static __always_inline dma_addr_t					\
id##_map(struct bl_domain *d, phys_addr_t pa, size_t size,		\
	 enum dma_data_direction dir, bool copy)			\
{									\
	return bl_lazy_map(d, pa, size, dir, copy, sync);		\
}									\
									\
static __always_inline void						\
id##_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,		\
	   enum dma_data_direction dir, bool copy)			\
{									\
	bl_lazy_unmap(d, iova, size, dir, copy, sync);			\
}									\
									\
static void id##_sync_for_device(struct bl_domain *d, dma_addr_t iova,	\
				 size_t size,				\
				 enum dma_data_direction dir)		\
{									\
	if (bl_dir_to_device(dir))					\
		bl_lazy_sync_for_device(d, iova, size, sync);		\
}									\
									\
static void id##_sync_for_cpu(struct bl_domain *d, dma_addr_t iova,	\
			      size_t size,				\
			      enum dma_data_direction dir)		\
{									\
	if (bl_dir_from_device(dir))					\
		bl_lazy_copy_back(d, iova, size, dir, BL_PATH_SYNC,	\
				  sync);				\
}									\
									\
static struct page *id##_fault(struct bl_domain *d, u64 iova)		\
{									\
	return bl_lazy_fault(d, iova, sync);				\
}									\
									\
BL_STRATEGY_DEFINE(id,							\
	.init			= bl_lazy_init,				\
	.exit			= bl_bounce_exit,			\
	.map			= id##_map,				\
	.unmap			= id##_unmap,				\
	.sync_for_device	= id##_sync_for_device,			\
	.sync_for_cpu		= id##_sync_for_cpu,			\
	.fault			= id##_fault,				\
	__VA_ARGS__)

#endif /* BL_LAZY_H */
