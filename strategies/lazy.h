/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine of strategies that copy when the daemon first touches a bounce
 * page, as v5 meant it.  map remembers the original and copies only into pages
 * that exist; a fault makes the page exist and fills it from the slots that it
 * finds mapped.  Bounce pages stay, so that a page is lazy once: afterwards
 * every map to it copies, as in the eager engine.
 *
 * Two things have to hold, whatever the ops argument does it with:
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
 * Faults on one page exclude each other with interrupts off: no daemon thread
 * gets at a page before it is filled, and a fill cannot be interrupted by an
 * unmap on its CPU that waits for it.  A fill copies at most one bounce page
 * (64K).  Not for PREEMPT_RT, where these locks sleep and a waiting unmap could
 * preempt the fill.
 *
 * What the daemon is not given: bytes beyond the mapping (slot->len), the old
 * contents of device-to-memory buffers (slot->dir) unless asked for (d->prefill),
 * uninitialised memory (bounce pages come zeroed unless d->backing says otherwise).
 */
#ifndef BL_LAZY_H
#define BL_LAZY_H

#include "bounce.h"

struct bl_lazy_ops {
	/* bl_slots_set(), after which A holds.  Any context. */
	void (*publish)(struct bl_domain *d, struct bl_bounce *b, u64 iova,
			size_t size, phys_addr_t pa, enum dma_data_direction dir);

	/* bl_slots_clear(), after which B holds.  Any context. */
	void (*retract)(struct bl_domain *d, struct bl_bounce *b, u64 iova,
			size_t size);

	/* No fill of the range's pages that began before now still runs. */
	void (*settle)(struct bl_domain *d, struct bl_bounce *b, u64 iova,
		       size_t size);

	/*
	 * Exclude other faults on bounce page NR, interrupts off.  False, with
	 * nothing taken, if the page is there for good and filled.
	 */
	bool (*fault_enter)(struct bl_bounce *b, u64 nr, unsigned long *flags);
	void (*fault_leave)(struct bl_bounce *b, u64 nr, unsigned long flags);

	/*
	 * The fault's halves of A and B: before the page is stored, after that
	 * and before slots are read, after the fill.
	 */
	void (*fill_begin)(struct bl_bounce *b, u64 nr);
	void (*fill_stored)(struct bl_bounce *b);
	void (*fill_end)(struct bl_bounce *b);

	/* Someone beside fills reads and writes originals, see rw.c. */
	bool mixes;

	/* Mappings of fewer bytes get their pages, and the copy, in map. */
	size_t eager_below;
};

/* fault_enter and fault_leave of those that have one lock for all faults. */
static __always_inline bool bl_lazy_lock_enter(struct bl_bounce *b, u64 nr,
					       unsigned long *flags)
{
	*flags = bl_bounce_lock(b);
	return true;
}

static __always_inline void bl_lazy_lock_leave(struct bl_bounce *b, u64 nr,
					       unsigned long flags)
{
	bl_bounce_unlock(b, flags);
}

/* For locks that are held around the whole fault. */
static __always_inline void bl_lazy_no_begin(struct bl_bounce *b, u64 nr)
{
}

static __always_inline void bl_lazy_no_step(struct bl_bounce *b)
{
}

/* Copy what is mapped in bounce page NR from its originals.  In fault_enter(). */
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
		/* What a driver syncs by itself may be synced already. */
		how = bl_bounce_begin(d, READ_ONCE(slot->dir), true);
		if (how == BL_PREFILL_COPY)
			bl_copy_to_bounce(d, page, at - start, orig,
					  READ_ONCE(slot->len), path);
		else if (how == BL_PREFILL_ZERO)
			bl_zero_bounce(d, page, at - start, READ_ONCE(slot->len));
	}
}

/* Make bounce page NR exist, filled; NULL if there is no memory. */
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

	if (!ops->fault_enter(b, nr, &flags)) {
		page = READ_ONCE(b->pages[nr]);
		goto out;
	}
	page = b->pages[nr];
	if (!page) {
		page = new;
		new = NULL;
		ops->fill_begin(b, nr);
		/* The zeroes before the pointer, for bl_bounce_page(). */
		smp_store_release(&b->pages[nr], page);
		ops->fill_stored(b);
		bl_lazy_fill(d, b, nr, page, path);
		ops->fill_end(b);
	}
	ops->fault_leave(b, nr, flags);
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

	return page ? bl_bounce_get_subpage(d, page, iova) : NULL;
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

	ops->publish(d, b, iova, size, pa, dir);

	/* Without memory it stays lazy. */
	if (size < ops->eager_below)
		for (nr = iova >> d->page_shift;
		     nr <= (iova + size - 1) >> d->page_shift; nr++)
			if (unlikely(!bl_bounce_page(d, b, nr << d->page_shift)))
				bl_lazy_populate(d, nr, GFP_ATOMIC,
						 BL_PATH_MAP, ops);
	/*
	 * A page that a fault is filling right now may get the same bytes
	 * twice.  They are the same because the owner leaves the buffer alone.
	 */
	bl_bounce_prime(d, iova, size, pa, bl_bounce_begin(d, dir, copy),
			BL_PATH_MAP);
	return iova;
}

/*
 * What the device wrote.  A page that is not there was never touched by the
 * daemon: its answer came through the ring, which orders its faults before
 * this.  One that is there may just be filled, because of a neighbour in it:
 * a buffer whose beginning was asked for must not get back what was there before.
 */
static __always_inline void
bl_lazy_copy_back(struct bl_domain *d, dma_addr_t iova, size_t size,
		  enum dma_data_direction dir, enum bl_path path,
		  const struct bl_lazy_ops *ops)
{
	bool filled = ops->mixes ||
		      bl_bounce_begin(d, dir, true) != BL_PREFILL_NONE;
	u64 step = 1ULL << d->page_shift;
	u64 end = iova + size;
	u64 at, chunk;

	for (at = iova; at < end; at += chunk) {
		chunk = min(end - at, step - (at & (step - 1)));
		if (!bl_bounce_page(d, d->priv, at))
			continue;
		if (filled)
			ops->settle(d, d->priv, at, chunk);
		bl_bounce_copy(d, at, chunk, false, path);
	}
}

static __always_inline void
bl_lazy_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
	      enum dma_data_direction dir, bool copy,
	      const struct bl_lazy_ops *ops)
{
	if (copy && bl_dir_from_device(dir))
		bl_lazy_copy_back(d, iova, size, dir, BL_PATH_UNMAP, ops);
	ops->retract(d, d->priv, iova, size);
	bl_iova_free(d, iova, size);
}

/*
 * The driver wrote the buffer again, after a fill may have begun to read it:
 * that fill must be over before the new bytes go in, or it would undo them.
 */
static __always_inline void
bl_lazy_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
			const struct bl_lazy_ops *ops)
{
	ops->settle(d, d->priv, iova, size);
	bl_bounce_copy(d, iova, size, true, BL_PATH_SYNC);
}

/* .refuse of all of them. */
static inline const char *bl_lazy_refuse(const struct bl_domain *d)
{
	if (d->backing == BL_BACKING_PREALLOC || d->backing == BL_BACKING_HUGE)
		return "is lazy until a bounce page exists, and here all exist from the start";
	return NULL;
}

/*
 * The hooks of one strategy.  ID: the name with '_' for '-'; OPS: the address of
 * its struct bl_lazy_ops; the rest are further members of bl_strategy.
 */
#define BL_LAZY_STRATEGY(id, ops, ...)					\
static __always_inline dma_addr_t					\
id##_map(struct bl_domain *d, phys_addr_t pa, size_t size,		\
	 enum dma_data_direction dir, bool copy)			\
{									\
	return bl_lazy_map(d, pa, size, dir, copy, ops);		\
}									\
									\
static __always_inline void						\
id##_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,		\
	   enum dma_data_direction dir, bool copy)			\
{									\
	bl_lazy_unmap(d, iova, size, dir, copy, ops);			\
}									\
									\
static void id##_sync_for_device(struct bl_domain *d, dma_addr_t iova,	\
				 size_t size,				\
				 enum dma_data_direction dir)		\
{									\
	if (bl_dir_to_device(dir))					\
		bl_lazy_sync_for_device(d, iova, size, ops);		\
}									\
									\
static void id##_sync_for_cpu(struct bl_domain *d, dma_addr_t iova,	\
			      size_t size,				\
			      enum dma_data_direction dir)		\
{									\
	if (bl_dir_from_device(dir))					\
		bl_lazy_copy_back(d, iova, size, dir, BL_PATH_SYNC,	\
				  ops);					\
}									\
									\
static struct page *id##_fault(struct bl_domain *d, u64 iova)		\
{									\
	return bl_lazy_fault(d, iova, ops);				\
}									\
									\
BL_STRATEGY_DEFINE(id,							\
	.refuse			= bl_lazy_refuse,			\
	.exit			= bl_bounce_exit,			\
	.map			= id##_map,				\
	.unmap			= id##_unmap,				\
	.sync_for_device	= id##_sync_for_device,			\
	.sync_for_cpu		= id##_sync_for_cpu,			\
	.fault			= id##_fault,				\
	__VA_ARGS__)

#endif /* BL_LAZY_H */
