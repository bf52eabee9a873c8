/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lazy engine with a word of state per bounce page instead of a lock for the domain:
 * mappings and faults of different pages never wait for each other.  lazy-acqrel.c and
 * lazy-pagelock.c say what the word means.
 */
#ifndef BL_LAZY_PAGE_H
#define BL_LAZY_PAGE_H

#include <linux/overflow.h>

#include "lazy.h"

struct bl_lazy_page {
	struct bl_bounce bounce;
	unsigned long state[];		/* by bounce page */
};

/*
 * Walk the bounce pages of a range.  Each step sets AT to the IOVA of the step and CHUNK to
 * the bytes of the range in that page.
 */
#define bl_for_each_page(d, at, chunk, iova, size)			\
	for ((at) = (iova);						\
	     (at) < (iova) + (size) &&					\
	     ((chunk) = min_t(u64, (iova) + (size) - (at),		\
			      (1ULL << (d)->page_shift) -		\
			      ((at) & ((1ULL << (d)->page_shift) - 1))), true); \
	     (at) += (chunk))

static inline int bl_lazy_page_init(struct bl_domain *d)
{
	struct bl_lazy_page *l;

	return bl_bounce_init_size(d, struct_size(l, state, bl_nr_pages(d)));
}

static __always_inline unsigned long *bl_lazy_page_state(struct bl_bounce *b, u64 nr)
{
	return &container_of(b, struct bl_lazy_page, bounce)->state[nr];
}

/*
 * The three functions below are set_slots, clear_slots and wait_for_fill of struct
 * bl_lazy_ops, for a strategy whose OPS lock one page with lock_fault and unlock_fault.
 */
static __always_inline void
bl_lazy_page_set_slots(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size,
		       phys_addr_t pa, enum dma_data_direction dir,
		       const struct bl_lazy_ops *ops)
{
	unsigned long flags;
	u64 at, chunk;
	bool locked;

	bl_for_each_page(d, at, chunk, iova, size) {
		locked = ops->lock_fault(b, at >> d->page_shift, &flags);
		bl_slots_set(b, at, chunk, pa + (at - iova), dir);
		if (locked)
			ops->unlock_fault(b, at >> d->page_shift, flags);
	}
}

static __always_inline void
bl_lazy_page_clear_slots(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size,
			 const struct bl_lazy_ops *ops)
{
	unsigned long flags;
	u64 at, chunk;
	bool locked;

	bl_for_each_page(d, at, chunk, iova, size) {
		locked = ops->lock_fault(b, at >> d->page_shift, &flags);
		bl_slots_clear(b, at, chunk);
		if (locked)
			ops->unlock_fault(b, at >> d->page_shift, flags);
	}
}

static __always_inline void
bl_lazy_page_wait_for_fill(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size,
			   const struct bl_lazy_ops *ops)
{
	unsigned long flags;
	u64 at, chunk;

	bl_for_each_page(d, at, chunk, iova, size)
		if (ops->lock_fault(b, at >> d->page_shift, &flags))
			ops->unlock_fault(b, at >> d->page_shift, flags);
}

#endif /* BL_LAZY_PAGE_H */
