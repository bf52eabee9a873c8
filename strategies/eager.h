/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine of strategies that do everything in dma_map(): allocate a bounce page for
 * each slot, remember the original, copy.  The daemon can only map pages that exist; a
 * touch of any other page sends it SIGBUS.
 *
 * Ownership makes this correct without a lock: between map and unmap only the owner of an
 * IOVA range reads or writes its slots, and the allocator orders one owner before the
 * next.  What the daemon can make of that is in bounce.h, at struct bl_sync and
 * bl_mapping_begin().  Owners share only a bounce page that is larger than a slot; cmpxchg()
 * publishes it.  A lock is needed for one thing: to exclude mappers while all pages are
 * exchanged for user memory.
 *
 * A strategy calls the functions of this engine with a constant struct bl_eager_ops of
 * inline functions.  The compiler folds them in, and no indirect call is left.
 */
#ifndef BL_EAGER_H
#define BL_EAGER_H

#include <linux/sched.h>

#include "bounce.h"

/**
 * struct bl_eager_ops - what distinguishes one eager strategy from another
 * @lock:   called before all work on slots and pages from IOVA on; returns the flags for
 *          @unlock; any context
 * @unlock: called after that work
 * @alloc:  allocates the IOVA range of a mapping: bl_iova_alloc() or a function like it
 * @free:   frees it: bl_iova_free() or a function like it
 */
struct bl_eager_ops {
	unsigned long (*lock)(struct bl_bounce *b, u64 iova);
	void (*unlock)(struct bl_bounce *b, u64 iova, unsigned long flags);
	dma_addr_t (*alloc)(struct bl_domain *d, size_t size);
	void (*free)(struct bl_domain *d, dma_addr_t iova, size_t size);
	bool exclusive;		/* lock() keeps out other unmaps of a range, and syncs of any part */
};

/* @lock and @unlock of a strategy that relies on ownership alone. */
static __always_inline unsigned long bl_eager_no_lock(struct bl_bounce *b, u64 iova)
{
	return 0;
}

static __always_inline void bl_eager_no_unlock(struct bl_bounce *b, u64 iova,
					       unsigned long flags)
{
}

/* Allocate the bounce page of IOVA if there is none.  Return 0 or -ENOMEM. */
static __always_inline int bl_eager_populate(struct bl_domain *d,
					     struct bl_bounce *b, u64 iova)
{
	struct page **slot = &b->pages[iova >> d->page_shift];
	struct page *page;

	if (likely(READ_ONCE(*slot)))
		return 0;

	page = bl_page_alloc(d, GFP_ATOMIC);
	if (!page)
		return -ENOMEM;
	/*
	 * Full barrier: the zeroes are visible before the pointer.  Pairs with the
	 * address dependency of READ_ONCE() in bl_bounce_page().
	 */
	if (cmpxchg(slot, NULL, page))
		bl_page_free(d, page);
	return 0;
}

/* Set up all slots of a mapping in one walk.  Return 0, or -ENOMEM with no slot set. */
static __always_inline int bl_eager_fill(struct bl_domain *d,
					 struct bl_bounce *b, u64 iova,
					 size_t size, phys_addr_t pa,
					 enum dma_data_direction dir,
					 enum bl_prefill how)
{
	struct bl_slot *slot;
	u64 at, chunk;

	bl_for_each_slot(b, slot, at, chunk, iova, size) {
		if (unlikely(bl_eager_populate(d, b, at))) {
			bl_slots_clear(b, iova, at - iova);
			return -ENOMEM;
		}
		bl_slot_set(slot, pa + (at - iova), chunk, dir);
		bl_bounce_prefill_part(d, b, at, pa + (at - iova), chunk, how,
				       BL_PATH_MAP);
	}
	return 0;
}

static __always_inline dma_addr_t
bl_eager_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	     enum dma_data_direction dir, bool copy,
	     const struct bl_eager_ops *ops)
{
	struct bl_bounce *b = d->priv;
	unsigned long flags;
	dma_addr_t iova;
	int ret;

	iova = ops->alloc(d, size);
	if (!iova)
		return DMA_MAPPING_ERROR;

	flags = ops->lock(b, iova);
	ret = bl_eager_fill(d, b, iova, size, pa, dir,
			    bl_choose_prefill(d, dir, copy));
	if (likely(!ret))
		bl_mapping_begin(b, iova, size, dir);
	ops->unlock(b, iova, flags);

	if (ret) {
		ops->free(d, iova, size);
		return DMA_MAPPING_ERROR;
	}
	return iova;
}

static __always_inline void
bl_eager_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
	       enum dma_data_direction dir, bool copy,
	       const struct bl_eager_ops *ops)
{
	struct bl_bounce *b = d->priv;
	struct bl_slot *slot;
	unsigned long flags;
	u64 at, chunk;

	copy = copy && bl_dir_from_device(dir);
	flags = ops->lock(b, iova);
	if (unlikely(!bl_mapping_end(b, iova, size, dir, ops->exclusive))) {
		ops->unlock(b, iova, flags);
		bl_stray_unmap(d, iova, size);
		return;
	}
	bl_for_each_slot(b, slot, at, chunk, iova, size) {
		if (copy)
			bl_bounce_copy_slot(d, b, slot, at, chunk, false,
					    BL_PATH_UNMAP);
		bl_slot_clear(slot);
	}
	ops->unlock(b, iova, flags);

	ops->free(d, iova, size);
}

static __always_inline void
bl_eager_sync(struct bl_domain *d, dma_addr_t iova, size_t size,
	      bool to_device, const struct bl_eager_ops *ops)
{
	struct bl_bounce *b = d->priv;
	struct bl_sync sync;
	unsigned long flags;
	bool mapped;

	flags = ops->lock(b, iova);
	mapped = bl_sync_begin(b, iova, size, to_device, &sync);
	if (likely(mapped)) {
		bl_bounce_copy(d, iova, size, to_device, BL_PATH_SYNC);
		bl_sync_end(&sync);
	}
	ops->unlock(b, iova, flags);

	if (unlikely(!mapped))
		bl_stray_sync(d, iova, size);
}

static __always_inline struct page *
bl_eager_fault(struct bl_domain *d, u64 iova, const struct bl_eager_ops *ops)
{
	struct bl_bounce *b = d->priv;
	struct page *page = NULL;
	unsigned long flags;

	flags = ops->lock(b, iova);
	/* The daemon has its own memory mapped already, and not through the file. */
	if (!bl_bounce_is_user(b, iova))
		page = bl_bounce_page(d, b, iova);
	if (page)
		page = bl_bounce_get_subpage(d, page, iova);
	ops->unlock(b, iova, flags);
	return page;
}

/*
 * Copy the bytes of the mappings in [FROM, TO) between the kernel's pages and the user's.  The
 * caller excludes every map, unmap and sync.
 */
static inline void bl_eager_move(struct bl_domain *d, u64 from, u64 to, bool to_user)
{
	struct bl_bounce *b = d->priv;
	struct page **user_pages = b->user_pages;
	unsigned int kernel_offset, user_offset;
	struct bl_slot *slot;
	struct page *page;
	u64 at, chunk;

	bl_for_each_slot(b, slot, at, chunk, from, to - from) {
		page = bl_bounce_page(d, b, at);
		if (slot->orig == BL_NOT_MAPPED || !page)
			continue;
		kernel_offset = at & ((1UL << d->page_shift) - 1);
		page += kernel_offset >> PAGE_SHIFT;
		user_offset = offset_in_page(at);
		if (to_user)
			memcpy_page(user_pages[at >> PAGE_SHIFT], user_offset,
				    page, user_offset, slot->len);
		else
			memcpy_page(page, user_offset,
				    user_pages[at >> PAGE_SHIFT], user_offset,
				    slot->len);
	}
}

/* Bytes that are exchanged under one lock, with interrupts off. */
#define BL_EAGER_STEP	(64UL << 10)

/*
 * Exchange the next step: give PAGES the bytes of the kernel's pages, or take them back if PAGES
 * is NULL.  Return whether there are more.  The caller excludes every map, unmap and sync.
 */
static inline bool bl_eager_exchange_step(struct bl_domain *d, struct page **pages)
{
	struct bl_bounce *b = d->priv;
	u64 *edge = pages ? &b->user_to : &b->user_from;
	u64 to = min_t(u64, *edge + BL_EAGER_STEP, d->window);

	if (pages)
		b->user_pages = pages;
	bl_eager_move(d, *edge, to, pages);
	*edge = to;
	if (to < d->window)
		return true;
	if (!pages) {
		b->user_pages = NULL;
		b->user_from = 0;
		b->user_to = 0;
	}
	return false;
}

/*
 * Use PAGES instead of the kernel's, or the kernel's again if PAGES is NULL.  LOCK and UNLOCK
 * exclude every map, unmap and sync, which may come between two steps: each slot is as a
 * whole on one side.
 */
static __always_inline void
bl_eager_exchange(struct bl_domain *d, struct page **pages,
		  unsigned long (*lock)(struct bl_bounce *b),
		  void (*unlock)(struct bl_bounce *b, unsigned long flags))
{
	unsigned long flags;
	bool more;

	do {
		flags = lock(d->priv);
		more = bl_eager_exchange_step(d, pages);
		unlock(d->priv, flags);
		cond_resched();
	} while (more);
}

#endif /* BL_EAGER_H */
