/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables that all bouncing strategies share: the table of slots (which memory is
 * mapped behind which 4K of the window) and the table of bounce pages.  The functions
 * here take no locks; eager.h and lazy.h say what protects the tables.
 *
 * A bounce page is allocated once and stays until the domain is destroyed, also over a
 * device reset, because the daemon may have it mapped at any time.  So a page pointer,
 * once read, stays valid.
 */
#ifndef BL_BOUNCE_H
#define BL_BOUNCE_H

#undef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/container_of.h>
#include <linux/highmem.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "strategy.h"

#define BL_NOT_MAPPED	(~(phys_addr_t)0)

/* The mapping of 4K of the window. */
struct bl_slot {
	phys_addr_t orig;	/* of the slot's first byte, or BL_NOT_MAPPED */
	u16 len;		/* mapped bytes, 1..BL_SLOT_SIZE */
	u16 dir;		/* enum dma_data_direction */
	u32 mapping;		/* bl_mapping_key() of the mapping that begins here, or 0 */
};

/*
 * The tables of a domain.  A strategy that has more to keep embeds this as the first member
 * of its own structure, which d->priv points to, and finds that structure by container_of().
 */
struct bl_bounce {
	u64 user_from, user_to;		/* the part of the window that is in user_pages */
	struct bl_slot *slots;		/* by (iova >> BL_SLOT_SHIFT) */
	struct page **pages;		/* by (iova >> d->page_shift) */
	struct page **user_pages;	/* by (iova >> PAGE_SHIFT), or NULL */
};

static inline u64 bl_nr_slots(const struct bl_domain *d)
{
	return d->window >> BL_SLOT_SHIFT;
}

static inline u64 bl_nr_pages(const struct bl_domain *d)
{
	return DIV_ROUND_UP_ULL(d->window, 1ULL << d->page_shift);
}

static inline bool bl_bounce_is_huge(const struct bl_domain *d)
{
	return d->backing == BL_BACKING_HUGE;
}

static inline void bl_bounce_free(struct bl_domain *d)
{
	struct bl_bounce *b = d->priv;
	u64 step = bl_bounce_is_huge(d) ? BL_HUGE_SIZE >> d->page_shift : 1;
	u64 nr = b->pages ? bl_nr_pages(d) : 0, i;

	for (i = 0; i < nr; i += step) {
		if (!b->pages[i])
			continue;
		if (bl_bounce_is_huge(d))
			bl_block_free(d, b->pages[i], BL_HUGE_SIZE);
		else
			bl_page_free(d, b->pages[i]);
	}
	vfree(b->pages);
	vfree(b->slots);
	kvfree(b);
	d->priv = NULL;
}

/*
 * Allocate every bounce page of a range, before the first mapping.  Return 0, or -ENOMEM
 * with some of them allocated.  May sleep.
 */
static inline int bl_bounce_preallocate(struct bl_domain *d, struct bl_bounce *b,
					u64 iova, u64 size)
{
	u64 end = DIV_ROUND_UP_ULL(iova + size, 1ULL << d->page_shift);
	u64 in_block = BL_HUGE_SIZE >> d->page_shift, i;

	for (i = iova >> d->page_shift; i < end; i++) {
		if (b->pages[i])
			continue;
		if (!bl_bounce_is_huge(d))
			b->pages[i] = bl_page_alloc(d, GFP_KERNEL);
		else if (i % in_block == 0)
			b->pages[i] = bl_block_alloc(d, BL_HUGE_SIZE);
		else
			b->pages[i] = b->pages[i - 1] + (1U << (d->page_shift - PAGE_SHIFT));
		if (!b->pages[i])
			return -ENOMEM;
	}
	return 0;
}

/*
 * Allocate the tables, in a zeroed structure of SIZE bytes whose first member is struct
 * bl_bounce, and set d->priv to it.  Return 0 or -ENOMEM.  May sleep.
 */
static inline int bl_bounce_init_size(struct bl_domain *d, size_t size)
{
	struct bl_bounce *b;
	u64 i;

	b = kvzalloc(size, GFP_KERNEL);
	if (!b)
		return -ENOMEM;
	d->priv = b;
	b->slots = vcalloc(bl_nr_slots(d), sizeof(*b->slots));
	b->pages = vcalloc(bl_nr_pages(d), sizeof(*b->pages));
	if (!b->slots || !b->pages)
		goto err_free;
	for (i = 0; i < bl_nr_slots(d); i++)
		b->slots[i].orig = BL_NOT_MAPPED;

	if (d->backing != BL_BACKING_PREALLOC && !bl_bounce_is_huge(d))
		return 0;
	if (!bl_bounce_preallocate(d, b, 0, d->window))
		return 0;
err_free:
	bl_bounce_free(d);
	return -ENOMEM;
}

/* The init of a strategy that keeps nothing but the tables. */
static inline int bl_bounce_init(struct bl_domain *d)
{
	return bl_bounce_init_size(d, sizeof(struct bl_bounce));
}

/* The exit of every bouncing strategy: free the tables and the structure they are in. */
static inline void bl_bounce_exit(struct bl_domain *d)
{
	struct bl_bounce *b = d->priv;
	u64 i, busy = 0;

	for (i = 0; i < bl_nr_slots(d); i++)
		busy += b->slots[i].orig != BL_NOT_MAPPED;
	if (busy)
		pr_warn("%s: %llu slots were never unmapped\n",
			d->strategy->name, busy);
	bl_bounce_free(d);
}

/*
 * Return how the bounce bytes of a mapping begin.  A mapping that both sides write and
 * that the driver syncs by itself may be left half written by the device, so that prefill
 * applies to it, too.
 */
static __always_inline enum bl_prefill bl_choose_prefill(const struct bl_domain *d,
							 enum dma_data_direction dir,
							 bool copy)
{
	if (copy && bl_dir_to_device(dir))
		return BL_PREFILL_COPY;
	return bl_dir_from_device(dir) ? d->prefill : BL_PREFILL_NONE;
}

/*
 * Walk the slots of a range.  Each step sets SLOT, AT to the IOVA of the step and CHUNK to
 * the bytes of the range in that slot.
 */
#define bl_for_each_slot(b, slot, at, chunk, iova, size)		\
	for ((at) = (iova);						\
	     (at) < (iova) + (size) &&					\
	     ((slot) = &(b)->slots[(at) >> BL_SLOT_SHIFT],		\
	      (chunk) = min_t(u64, BL_SLOT_SIZE - ((at) & (BL_SLOT_SIZE - 1)), \
			      (iova) + (size) - (at)), true);		\
	     (at) += (chunk))

/*
 * Remember that LEN bytes of SLOT are at ORIG.  orig is stored last and with release,
 * because a fault (lazy.h) that sees orig relies on the other two.
 */
static __always_inline void bl_slot_set(struct bl_slot *slot, phys_addr_t orig,
					u32 len, enum dma_data_direction dir)
{
	WRITE_ONCE(slot->len, len);
	WRITE_ONCE(slot->dir, dir);
	smp_store_release(&slot->orig, orig);
}

static __always_inline void bl_slot_clear(struct bl_slot *slot)
{
	WRITE_ONCE(slot->orig, BL_NOT_MAPPED);
}

static __always_inline void bl_slots_set(struct bl_bounce *b, u64 iova,
					 size_t size, phys_addr_t pa,
					 enum dma_data_direction dir)
{
	struct bl_slot *slot;
	u64 at, chunk;

	bl_for_each_slot(b, slot, at, chunk, iova, size)
		bl_slot_set(slot, pa + (at - iova), chunk, dir);
}

static __always_inline void bl_slots_clear(struct bl_bounce *b, u64 iova,
					   size_t size)
{
	struct bl_slot *slot;
	u64 at, chunk;

	bl_for_each_slot(b, slot, at, chunk, iova, size)
		bl_slot_clear(slot);
}

/*
 * Return the number that stands for a mapping of SIZE bytes in DIR; it is never 0.  That of a
 * mapping, which is shorter than the window, has 32 bits.
 */
static __always_inline u64 bl_mapping_key(u64 size, enum dma_data_direction dir)
{
	return size << 2 | dir;
}

/*
 * Remember that a mapping of SIZE bytes begins in SLOT.  From here on an unmap is taken for its
 * end, and a misled one on another CPU can come before map has returned: so all slots are set and
 * all bytes copied before.  The release pairs with cmpxchg() in bl_slot_end().
 */
static __always_inline void bl_slot_begin(struct bl_slot *slot, size_t size,
					  enum dma_data_direction dir)
{
	smp_store_release(&slot->mapping, (u32)bl_mapping_key(size, dir));
}

static __always_inline void bl_mapping_begin(struct bl_bounce *b, u64 iova, size_t size,
					     enum dma_data_direction dir)
{
	bl_slot_begin(&b->slots[iova >> BL_SLOT_SHIFT], size, dir);
}

/*
 * End the mapping that begins in SLOT.  Return false, with nothing done, if it is not of SIZE
 * bytes in DIR, or if there is none.  EXCLUSIVE: the caller has a lock that keeps out other
 * unmaps of this range.  Without one, of two CPUs that unmap a range at the same time one gets
 * true.  No driver does that by itself, but the driver's rings can be written by the daemon.
 */
static __always_inline bool bl_slot_end(struct bl_slot *slot, size_t size,
					enum dma_data_direction dir, bool exclusive)
{
	u64 key = bl_mapping_key(size, dir);

	if (unlikely(key >> 32))
		return false;
	if (!exclusive)
		return cmpxchg(&slot->mapping, (u32)key, 0) == key;
	if (READ_ONCE(slot->mapping) != key)
		return false;
	WRITE_ONCE(slot->mapping, 0);
	return true;
}

static __always_inline bool bl_mapping_end(struct bl_bounce *b, u64 iova, size_t size,
					   enum dma_data_direction dir, bool exclusive)
{
	return likely(!(iova & (BL_SLOT_SIZE - 1))) &&
	       bl_slot_end(&b->slots[iova >> BL_SLOT_SHIFT], size, dir, exclusive);
}

/*
 * A mapping that is being synced.  Its record has BL_SYNCING for its direction then, so that an
 * unmap of another queue, which the daemon has misled, is one of no mapping, and the range gets
 * no new owner in the middle of a copy.
 */
struct bl_sync {
	u32 *mapping;		/* struct bl_slot's */
	u32 key;
	unsigned long flags;
};

#define BL_SYNCING	DMA_NONE

/* Return the slot that the mapping around IOVA begins in, or one that none begins in. */
static __always_inline struct bl_slot *bl_mapping_of(struct bl_bounce *b, u64 iova)
{
	struct bl_slot *slot = &b->slots[iova >> BL_SLOT_SHIFT];

	/* Slot 0 is never mapped, see bl_iova_alloc(). */
	while (!READ_ONCE(slot->mapping) && READ_ONCE(slot->orig) != BL_NOT_MAPPED)
		slot--;
	return slot;
}

/*
 * Begin to sync the first END bytes of the mapping of SLOT, or a part of them.  Return false, with
 * nothing done, if the mapping is shorter, or if the device may not read (TO_DEVICE) or write it.
 * Otherwise interrupts are off until bl_sync_end(), because another sync of this mapping waits for
 * it.
 */
static __always_inline bool bl_sync_begin_slot(struct bl_slot *slot, u64 end, bool to_device,
					       struct bl_sync *s)
{
	enum dma_data_direction dir;

	s->mapping = &slot->mapping;
	local_irq_save(s->flags);
	do {
		s->key = READ_ONCE(slot->mapping);
		dir = s->key & 3;
		if (unlikely(end > s->key >> 2 || (to_device ? dir == DMA_FROM_DEVICE :
							     dir == DMA_TO_DEVICE))) {
			local_irq_restore(s->flags);
			return false;
		}
		if (unlikely(dir == BL_SYNCING))
			cpu_relax();
	} while (dir == BL_SYNCING ||
		 cmpxchg(&slot->mapping, s->key, s->key | BL_SYNCING) != s->key);
	return true;
}

/* Begin to sync a range, as bl_sync_begin_slot(); false also if it is not in one mapping. */
static __always_inline bool bl_sync_begin(struct bl_bounce *b, u64 iova, size_t size,
					  bool to_device, struct bl_sync *s)
{
	struct bl_slot *slot = bl_mapping_of(b, iova);

	return bl_sync_begin_slot(slot, iova + size - ((u64)(slot - b->slots) << BL_SLOT_SHIFT),
				  to_device, s);
}

static __always_inline void bl_sync_end(const struct bl_sync *s)
{
	smp_store_release(s->mapping, s->key);
	local_irq_restore(s->flags);
}

/*
 * Find the first mapping at or behind *AT in a table of NR records, each for 1 << SHIFT bytes.  Set
 * *AT, *SIZE and *DIR and return true; return false if there is none.
 */
static inline bool bl_slots_next_mapping(const struct bl_slot *slots, u64 nr, unsigned int shift,
					 u64 *at, size_t *size, enum dma_data_direction *dir)
{
	u64 i = DIV_ROUND_UP_ULL(*at, 1ULL << shift);
	u32 mapping;

	for (; i < nr; i++) {
		mapping = READ_ONCE(slots[i].mapping);
		if (!mapping)
			continue;
		*at = i << shift;
		*size = mapping >> 2;
		*dir = mapping & 3;
		return true;
	}
	return false;
}

/* The next_mapping of every bouncing strategy. */
static inline bool bl_bounce_next_mapping(struct bl_domain *d, dma_addr_t *iova, size_t *size,
					  enum dma_data_direction *dir)
{
	const struct bl_bounce *b = d->priv;
	u64 at = *iova;
	bool found = bl_slots_next_mapping(b->slots, bl_nr_slots(d), BL_SLOT_SHIFT, &at, size, dir);

	*iova = at;
	return found;
}

/* Return the bounce page of IOVA, or NULL. */
static __always_inline struct page *
bl_bounce_page(const struct bl_domain *d, const struct bl_bounce *b, u64 iova)
{
	return READ_ONCE(b->pages[iova >> d->page_shift]);
}

/* Return whether the bytes of IOVA are in user memory now. */
static __always_inline bool bl_bounce_is_user(const struct bl_bounce *b, u64 iova)
{
	return unlikely(b->user_pages) && iova - b->user_from < b->user_to - b->user_from;
}

/*
 * Return the page that holds the bytes of IOVA now, or NULL, and set OFFSET to their place
 * in it.  At least the rest of the slot is contiguous there.
 */
static __always_inline struct page *
bl_bounce_find(const struct bl_domain *d, const struct bl_bounce *b, u64 iova,
	       unsigned int *offset)
{
	if (bl_bounce_is_user(b, iova)) {
		*offset = offset_in_page(iova);
		return b->user_pages[iova >> PAGE_SHIFT];
	}
	*offset = iova & ((1UL << d->page_shift) - 1);
	return bl_bounce_page(d, b, iova);
}

/*
 * Copy LEN bytes between ORIG and the window at AT; they lie in one slot.  Do nothing if
 * the page does not exist: then the strategy allocates at fault, and the daemon has not
 * touched the page.
 */
static __always_inline void bl_bounce_copy_part(struct bl_domain *d,
						struct bl_bounce *b, u64 at,
						phys_addr_t orig, u64 len,
						bool to_device,
						enum bl_path path)
{
	unsigned int offset;
	struct page *page = bl_bounce_find(d, b, at, &offset);

	if (!page)
		return;
	if (to_device)
		bl_copy_to_bounce(d, page, offset, orig, len, path);
	else
		bl_copy_from_bounce(d, page, offset, orig, len, path);
}

/* Prefill LEN bytes of the window at AT, which lie in one slot, as HOW says. */
static __always_inline void bl_bounce_prefill_part(struct bl_domain *d,
						   struct bl_bounce *b, u64 at,
						   phys_addr_t orig, u64 len,
						   enum bl_prefill how,
						   enum bl_path path)
{
	unsigned int offset;
	struct page *page;

	if (how == BL_PREFILL_COPY) {
		bl_bounce_copy_part(d, b, at, orig, len, true, path);
	} else if (how == BL_PREFILL_ZERO) {
		page = bl_bounce_find(d, b, at, &offset);
		if (page)
			bl_zero_bounce(d, page, offset, len);
	}
}

/* Prefill a new mapping as HOW says, where its pages exist. */
static __always_inline void bl_bounce_prefill(struct bl_domain *d, u64 iova,
					      size_t size, phys_addr_t pa,
					      enum bl_prefill how,
					      enum bl_path path)
{
	u64 at, chunk;

	if (how == BL_PREFILL_NONE)
		return;
	for (at = 0; at < size; at += chunk) {
		chunk = min_t(u64, BL_SLOT_SIZE, size - at);
		bl_bounce_prefill_part(d, d->priv, iova + at, pa + at, chunk, how,
				     path);
	}
}

/*
 * Copy CHUNK bytes at AT, which lie in SLOT, to the bounce page or from it.  The caller knows
 * that they are mapped.
 */
static __always_inline void bl_bounce_copy_slot(struct bl_domain *d,
						struct bl_bounce *b,
						const struct bl_slot *slot,
						u64 at, u64 chunk,
						bool to_device,
						enum bl_path path)
{
	phys_addr_t orig = READ_ONCE(slot->orig);

	/* Another CPU unmaps the range at the same time, see bl_mapping_end(). */
	if (unlikely(orig == BL_NOT_MAPPED))
		return;
	bl_bounce_copy_part(d, b, at, orig + (at & (BL_SLOT_SIZE - 1)), chunk, to_device,
			    path);
}

/* Copy a mapped range, or a part of one, to the bounce pages or from them. */
static __always_inline void bl_bounce_copy(struct bl_domain *d, u64 iova,
					   size_t size, bool to_device,
					   enum bl_path path)
{
	struct bl_bounce *b = d->priv;
	struct bl_slot *slot;
	u64 at, chunk;

	bl_for_each_slot(b, slot, at, chunk, iova, size)
		bl_bounce_copy_slot(d, b, slot, at, chunk, to_device, path);
}

/* Return the PAGE_SIZE part of bounce page PAGE that IOVA lies in, with a reference. */
static __always_inline struct page *
bl_bounce_get_subpage(const struct bl_domain *d, struct page *page, u64 iova)
{
	page += (iova & ((1UL << d->page_shift) - 1)) >> PAGE_SHIFT;
	get_page(page);
	return page;
}

#endif /* BL_BOUNCE_H */
