/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine of strategies that do everything in dma_map(): find a bounce page
 * for each slot, remember the original, copy.  The daemon only ever maps pages
 * that exist; it gets SIGBUS elsewhere.
 *
 * Ownership makes this correct without any lock: between map and unmap nobody
 * but the owner of an IOVA range reads or writes its slots, and the allocator
 * orders one owner before the next.  Only a bounce page larger than a slot is
 * shared by owners; it is published by cmpxchg().  What a lock adds is
 * exclusion against the exchange of all pages for user memory.
 *
 * A strategy instantiates the engine with the inline functions that its ops
 * argument names; the compiler folds them in, and no indirect call is left.
 */
#ifndef BL_EAGER_H
#define BL_EAGER_H

#include "bounce.h"

struct bl_eager_ops {
	/* Around all work on slots and pages from IOVA on.  Any context. */
	unsigned long (*enter)(struct bl_bounce *b, u64 iova);
	void (*leave)(struct bl_bounce *b, u64 iova, unsigned long flags);

	/* Where addresses come from: bl_iova_alloc, bl_iova_free, or as these. */
	dma_addr_t (*alloc)(struct bl_domain *d, size_t size);
	void (*free)(struct bl_domain *d, dma_addr_t iova, size_t size);
};

/* Make the bounce page of IOVA exist.  0 or -ENOMEM. */
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
	 * Full barrier: the zeroes are visible before the pointer.  Pairs with
	 * the address dependency of whoever reads it by READ_ONCE().
	 */
	if (cmpxchg(slot, NULL, page))
		bl_page_free(d, page);
	return 0;
}

/* One walk over the slots does it all.  0, or -ENOMEM with nothing mapped. */
static __always_inline int bl_eager_fill(struct bl_domain *d,
					 struct bl_bounce *b, u64 iova,
					 size_t size, phys_addr_t pa,
					 enum dma_data_direction dir,
					 enum bl_prefill begin)
{
	struct bl_slot *slot;
	u64 at, chunk;

	bl_for_each_slot(b, slot, at, chunk, iova, size) {
		if (unlikely(bl_eager_populate(d, b, at))) {
			bl_slots_clear(b, iova, at - iova);
			return -ENOMEM;
		}
		bl_slot_set(slot, pa + (at - iova), chunk, dir);
		bl_bounce_prime_part(d, b, at, pa + (at - iova), chunk, begin,
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

	flags = ops->enter(b, iova);
	ret = bl_eager_fill(d, b, iova, size, pa, dir,
			    bl_bounce_begin(d, dir, copy));
	ops->leave(b, iova, flags);

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
	flags = ops->enter(b, iova);
	bl_for_each_slot(b, slot, at, chunk, iova, size) {
		if (copy)
			bl_bounce_copy_slot(d, b, slot, at, chunk, false,
					    BL_PATH_UNMAP);
		bl_slot_clear(slot);
	}
	ops->leave(b, iova, flags);

	ops->free(d, iova, size);
}

static __always_inline void
bl_eager_sync(struct bl_domain *d, dma_addr_t iova, size_t size,
	      bool to_device, const struct bl_eager_ops *ops)
{
	struct bl_bounce *b = d->priv;
	unsigned long flags;

	flags = ops->enter(b, iova);
	bl_bounce_copy(d, iova, size, to_device, BL_PATH_SYNC);
	ops->leave(b, iova, flags);
}

static __always_inline struct page *
bl_eager_fault(struct bl_domain *d, u64 iova, const struct bl_eager_ops *ops)
{
	struct bl_bounce *b = d->priv;
	struct page *page = NULL;
	unsigned long flags;

	flags = ops->enter(b, iova);
	/* User memory is mapped by its owner already, not through the file. */
	if (!b->user_pages)
		page = bl_bounce_page(d, b, iova);
	if (page)
		page = bl_bounce_get_subpage(d, page, iova);
	ops->leave(b, iova, flags);
	return page;
}

/*
 * Move the bytes of mappings in flight between the kernel's pages and the
 * user's.  Call with every map, unmap and sync locked out.
 */
static inline void bl_eager_move(struct bl_domain *d, struct page **user_pages,
				 bool to_user)
{
	struct bl_bounce *b = d->priv;
	unsigned int kernel_offset, user_offset;
	struct bl_slot *slot;
	struct page *page;
	u64 at, chunk;

	bl_for_each_slot(b, slot, at, chunk, 0, d->window) {
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

/* Exchange all pages: PAGES instead of the kernel's, or NULL to go back. */
static inline void bl_eager_exchange(struct bl_domain *d, struct page **pages)
{
	struct bl_bounce *b = d->priv;

	bl_eager_move(d, pages ?: b->user_pages, pages);
	b->user_pages = pages;
}

/* set_user_pages and clear_user_pages; ENTER and LEAVE lock everybody else out. */
#define BL_EAGER_USER_PAGES(id, enter_fn, leave_fn)			\
static int id##_set_user_pages(struct bl_domain *d, struct page **pages) \
{									\
	struct bl_bounce *b = d->priv;					\
	unsigned long flags = enter_fn(b);				\
									\
	bl_eager_exchange(d, pages);					\
	leave_fn(b, flags);						\
	return 0;							\
}									\
									\
static void id##_clear_user_pages(struct bl_domain *d)			\
{									\
	struct bl_bounce *b = d->priv;					\
	unsigned long flags = enter_fn(b);				\
									\
	bl_eager_exchange(d, NULL);					\
	leave_fn(b, flags);						\
}

/*
 * The hooks of one strategy.  ID: the name with '_' for '-'; OPS: the address of
 * its struct bl_eager_ops; the rest are further members of bl_strategy.
 */
#define BL_EAGER_STRATEGY(id, ops, ...)					\
static __always_inline dma_addr_t					\
id##_map(struct bl_domain *d, phys_addr_t pa, size_t size,		\
	 enum dma_data_direction dir, bool copy)			\
{									\
	return bl_eager_map(d, pa, size, dir, copy, ops);		\
}									\
									\
static __always_inline void						\
id##_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,		\
	   enum dma_data_direction dir, bool copy)			\
{									\
	bl_eager_unmap(d, iova, size, dir, copy, ops);			\
}									\
									\
static void id##_sync_for_device(struct bl_domain *d, dma_addr_t iova,	\
				 size_t size,				\
				 enum dma_data_direction dir)		\
{									\
	if (bl_dir_to_device(dir))					\
		bl_eager_sync(d, iova, size, true, ops);		\
}									\
									\
static void id##_sync_for_cpu(struct bl_domain *d, dma_addr_t iova,	\
			      size_t size,				\
			      enum dma_data_direction dir)		\
{									\
	if (bl_dir_from_device(dir))					\
		bl_eager_sync(d, iova, size, false, ops);		\
}									\
									\
static struct page *id##_fault(struct bl_domain *d, u64 iova)		\
{									\
	return bl_eager_fault(d, iova, ops);				\
}									\
									\
BL_STRATEGY_DEFINE(id,							\
	.map			= id##_map,				\
	.unmap			= id##_unmap,				\
	.sync_for_device	= id##_sync_for_device,			\
	.sync_for_cpu		= id##_sync_for_cpu,			\
	.fault			= id##_fault,				\
	__VA_ARGS__)

#endif /* BL_EAGER_H */
