/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine of strategies that copy when the daemon first touches a bounce page, as v5
 * meant it.  map remembers the original and copies only into pages that exist; a fault
 * allocates the page and fills it from the slots that it finds mapped.  Bounce pages stay,
 * so a page is lazy once: afterwards every map to it copies, as in the eager engine.
 *
 * Two promises have to hold, and the ops of a strategy keep them:
 *
 * A. Every mapped slot is copied by map or by a fault.  map stores the slot and then
 *    looks for the page; a fault stores the page and then looks for the slot.  At least
 *    one of them must see the other's store.
 *
 * B. When unmap returns, no CPU reads the original any more.  unmap clears the slot and
 *    then looks whether its page is being filled; a fault announces its fill and then
 *    looks for the slot.  Again at least one must see the other's store, and unmap waits
 *    for a fill that may have missed it.
 *
 * Faults on one page exclude each other with interrupts off: no daemon thread gets a page
 * before it is filled, and a fill cannot be interrupted by an unmap on its CPU that waits
 * for it.  A fill copies at most one bounce page (64K).  This does not work on PREEMPT_RT,
 * where these locks sleep and a waiting unmap could preempt the fill.
 *
 * The daemon does not see: bytes beyond the mapping (slot->len), the old contents of
 * device-to-memory buffers (slot->dir) unless d->prefill asks for them, and uninitialised
 * memory (bounce pages are zeroed unless d->backing says otherwise).
 */
#ifndef BL_LAZY_H
#define BL_LAZY_H

#include <linux/err.h>

#include "bounce-spin.h"

/**
 * struct bl_lazy_ops - what distinguishes one lazy strategy from another
 * @set_slots:     calls bl_slots_set() so that A holds afterwards; any context
 * @clear_slots:   calls bl_slots_clear() so that B holds afterwards; any context
 * @wait_for_fill: waits for fills of the range's pages that have begun already; any context
 * @lock_fault:    excludes other faults on bounce page NR and turns interrupts off.  Returns
 *                 false, with nothing taken, if the page exists for good and is filled
 * @unlock_fault:  undoes @lock_fault when that returned true
 * @announce_fill: the fault's half of B; called before the page is stored
 * @order_fill:    orders the page's store before the reads of slots, for A and B
 * @end_fill:      called after the fill
 * @mixes:         system calls of the daemon also read and write originals, see rw.c
 * @eager_below:   bytes; map allocates the pages of shorter mappings, and copies
 */
struct bl_lazy_ops {
	void (*set_slots)(struct bl_domain *d, struct bl_bounce *b, u64 iova,
			  size_t size, phys_addr_t pa, enum dma_data_direction dir);
	void (*clear_slots)(struct bl_domain *d, struct bl_bounce *b, u64 iova,
			    size_t size);
	void (*wait_for_fill)(struct bl_domain *d, struct bl_bounce *b, u64 iova,
			      size_t size);
	bool (*lock_fault)(struct bl_bounce *b, u64 nr, unsigned long *flags);
	void (*unlock_fault)(struct bl_bounce *b, u64 nr, unsigned long flags);
	void (*announce_fill)(struct bl_bounce *b, u64 nr);
	void (*order_fill)(struct bl_bounce *b, u64 nr);
	void (*end_fill)(struct bl_bounce *b, u64 nr);
	bool mixes;
	size_t eager_below;
};

/* @lock_fault and @unlock_fault by the spinlock of struct bl_bounce_spin. */
static __always_inline bool bl_lazy_lock_fault(struct bl_bounce *b, u64 nr,
					       unsigned long *flags)
	__acquires(spinlock)
{
	*flags = bl_bounce_lock(b);
	return true;
}

static __always_inline void bl_lazy_unlock_fault(struct bl_bounce *b, u64 nr,
						 unsigned long flags)
	__releases(spinlock)
{
	bl_bounce_unlock(b, flags);
}

/* @announce_fill, @order_fill and @end_fill of a lock that is held around the fault. */
static __always_inline void bl_lazy_no_step(struct bl_bounce *b, u64 nr)
{
}

/* Fill bounce page NR from the originals that are mapped in it, under lock_fault(). */
static __always_inline void bl_lazy_fill(struct bl_domain *d,
					 struct bl_bounce *b, u64 nr,
					 struct page *page, enum bl_path path)
{
	u64 start = nr << d->page_shift;
	u64 size = min_t(u64, 1ULL << d->page_shift, d->window - start);
	enum bl_prefill how;
	struct bl_slot *slot;
	phys_addr_t orig;
	u64 at, chunk;

	bl_for_each_slot(b, slot, at, chunk, start, size) {
		/* Pairs with bl_slot_set(): len and dir belong to this orig. */
		orig = smp_load_acquire(&slot->orig);
		if (orig == BL_NOT_MAPPED)
			continue;
		/* A driver that syncs by itself may have done so already. */
		how = bl_choose_prefill(d, READ_ONCE(slot->dir), true);
		if (how == BL_PREFILL_COPY)
			bl_copy_to_bounce(d, page, at - start, orig,
					  READ_ONCE(slot->len), path);
		else if (how == BL_PREFILL_ZERO)
			bl_zero_bounce(d, page, at - start, READ_ONCE(slot->len));
	}
}

/* Return bounce page NR, allocated and filled if need be; NULL without memory. */
static __always_inline struct page *
bl_lazy_populate(struct bl_domain *d, u64 nr, gfp_t gfp, enum bl_path path,
		 const struct bl_lazy_ops *ops)
{
	struct bl_bounce *b = d->priv;
	struct page *page, *new = NULL;
	unsigned long flags;

	if (!READ_ONCE(b->pages[nr])) {
		new = bl_page_alloc(d, gfp);
		if (!new)
			return NULL;
	}

	if (!ops->lock_fault(b, nr, &flags)) {
		page = READ_ONCE(b->pages[nr]);
		goto out;
	}
	page = b->pages[nr];
	if (!page) {
		page = new;
		new = NULL;
		ops->announce_fill(b, nr);
		/* The zeroes are visible before the pointer; pairs with bl_bounce_page(). */
		smp_store_release(&b->pages[nr], page);
		ops->order_fill(b, nr);
		bl_lazy_fill(d, b, nr, page, path);
		ops->end_fill(b, nr);
	}
	ops->unlock_fault(b, nr, flags);
out:
	if (new)
		bl_page_free(d, new);
	return page;
}

static __always_inline struct page *
bl_lazy_fault(struct bl_domain *d, u64 iova, const struct bl_lazy_ops *ops)
{
	struct page *page = bl_lazy_populate(d, iova >> d->page_shift,
					     GFP_KERNEL_ACCOUNT, BL_PATH_FAULT, ops);

	return page ? bl_bounce_get_subpage(d, page, iova) : ERR_PTR(-ENOMEM);
}

static __always_inline dma_addr_t
bl_lazy_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	    enum dma_data_direction dir, bool copy,
	    const struct bl_lazy_ops *ops)
{
	struct bl_bounce *b = d->priv;
	dma_addr_t iova;
	u64 nr;

	iova = bl_iova_alloc(d, size);
	if (!iova)
		return DMA_MAPPING_ERROR;

	ops->set_slots(d, b, iova, size, pa, dir);

	/* A mapping that gets no memory here stays lazy. */
	if (size < ops->eager_below)
		for (nr = iova >> d->page_shift;
		     nr <= (iova + size - 1) >> d->page_shift; nr++)
			if (unlikely(!bl_bounce_page(d, b, nr << d->page_shift)))
				bl_lazy_populate(d, nr, GFP_ATOMIC,
						 BL_PATH_MAP, ops);
	/*
	 * A page that a fault is filling right now may get the bytes twice.  They are the
	 * same, because the owner does not write the buffer.
	 */
	bl_bounce_prefill(d, iova, size, pa, bl_choose_prefill(d, dir, copy),
			BL_PATH_MAP);
	bl_mapping_begin(b, iova, size, dir);
	return iova;
}

/*
 * Copy what the device wrote.  A page that does not exist was never touched by the
 * daemon: its answer came through the ring, which orders its faults before this.  A page
 * that exists may be being filled because of a neighbour in it: this waits, since the fill
 * would otherwise overwrite the device's bytes with those of the prefill.
 */
static __always_inline void
bl_lazy_copy_back(struct bl_domain *d, dma_addr_t iova, size_t size,
		  enum dma_data_direction dir, enum bl_path path,
		  const struct bl_lazy_ops *ops)
{
	bool filled = ops->mixes ||
		      bl_choose_prefill(d, dir, true) != BL_PREFILL_NONE;
	u64 step = 1ULL << d->page_shift;
	u64 end = iova + size;
	struct bl_sync sync;
	u64 at, chunk;

	/* Before this, unmap has ended the mapping. */
	if (path == BL_PATH_SYNC && unlikely(!bl_sync_begin(d->priv, iova, size, false, &sync))) {
		bl_stray_sync(d, iova, size);
		return;
	}
	for (at = iova; at < end; at += chunk) {
		chunk = min(end - at, step - (at & (step - 1)));
		if (!bl_bounce_page(d, d->priv, at))
			continue;
		if (filled)
			ops->wait_for_fill(d, d->priv, at, chunk);
		bl_bounce_copy(d, at, chunk, false, path);
	}
	if (path == BL_PATH_SYNC)
		bl_sync_end(&sync);
}

static __always_inline void
bl_lazy_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
	      enum dma_data_direction dir, bool copy,
	      const struct bl_lazy_ops *ops)
{
	if (unlikely(!bl_mapping_end(d->priv, iova, size, dir, false))) {
		bl_stray_unmap(d, iova, size);
		return;
	}
	if (copy && bl_dir_from_device(dir))
		bl_lazy_copy_back(d, iova, size, dir, BL_PATH_UNMAP, ops);
	ops->clear_slots(d, d->priv, iova, size);
	bl_iova_free(d, iova, size);
}

/*
 * Copy what the driver wrote.  A fill that began to read the buffer before it did must end
 * before the new bytes are copied, or it would undo them.
 */
static __always_inline void
bl_lazy_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
			const struct bl_lazy_ops *ops)
{
	struct bl_sync sync;

	if (unlikely(!bl_sync_begin(d->priv, iova, size, true, &sync))) {
		bl_stray_sync(d, iova, size);
		return;
	}
	ops->wait_for_fill(d, d->priv, iova, size);
	bl_bounce_copy(d, iova, size, true, BL_PATH_SYNC);
	bl_sync_end(&sync);
}

/* The refuse of every lazy strategy. */
static inline const char *bl_lazy_refuse(const struct bl_domain *d)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return "fills a page with interrupts off, which a PREEMPT_RT kernel does not do";
	if (d->backing == BL_BACKING_PREALLOC || d->backing == BL_BACKING_HUGE)
		return "is lazy until a bounce page exists, and here all exist from the start";
	return NULL;
}

#endif /* BL_LAZY_H */
