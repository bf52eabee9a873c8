/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lazy engine with a word of state per bounce page (b->extra) instead of a
 * lock for all: mappings and faults of different pages never meet.  For
 * lazy-acqrel.c and lazy-pagelock.c, which say what the word means.
 */
#ifndef BL_LAZY_PAGE_H
#define BL_LAZY_PAGE_H

#include "lazy.h"

/* Walk the bounce pages of a range: the IOVA and the bytes in one. */
#define bl_for_each_page(d, at, chunk, iova, size)			\
	for ((at) = (iova);						\
	     (at) < (iova) + (size) &&					\
	     ((chunk) = min_t(u64, (iova) + (size) - (at),		\
			      (1ULL << (d)->page_shift) -		\
			      ((at) & ((1ULL << (d)->page_shift) - 1))), true); \
	     (at) += (chunk))

static inline int bl_lazy_page_init(struct bl_domain *d)
{
	return bl_bounce_init_extra(d, bl_nr_pages(d), sizeof(unsigned long));
}

static __always_inline unsigned long *bl_lazy_page_state(struct bl_bounce *b,
							 u64 nr)
{
	return (unsigned long *)b->extra + nr;
}

/*
 * publish, retract and settle of ID.  ENTER(b, nr, flags) and LEAVE(b, nr, flags)
 * are as fault_enter and fault_leave of struct bl_lazy_ops, and are that, too.
 */
#define BL_LAZY_PAGE_OPS(id, enter, leave)				\
static __always_inline void						\
id##_publish(struct bl_domain *d, struct bl_bounce *b, u64 iova,	\
	     size_t size, phys_addr_t pa, enum dma_data_direction dir)	\
{									\
	unsigned long flags;						\
	u64 at, chunk;							\
	bool entered;							\
									\
	bl_for_each_page(d, at, chunk, iova, size) {			\
		entered = enter(b, at >> d->page_shift, &flags);	\
		bl_slots_set(b, at, chunk, pa + (at - iova), dir);	\
		if (entered)						\
			leave(b, at >> d->page_shift, flags);		\
	}								\
}									\
									\
static __always_inline void						\
id##_retract(struct bl_domain *d, struct bl_bounce *b, u64 iova,	\
	     size_t size)						\
{									\
	unsigned long flags;						\
	u64 at, chunk;							\
	bool entered;							\
									\
	bl_for_each_page(d, at, chunk, iova, size) {			\
		entered = enter(b, at >> d->page_shift, &flags);	\
		bl_slots_clear(b, at, chunk);				\
		if (entered)						\
			leave(b, at >> d->page_shift, flags);		\
	}								\
}									\
									\
static __always_inline void						\
id##_settle(struct bl_domain *d, struct bl_bounce *b, u64 iova,		\
	    size_t size)						\
{									\
	unsigned long flags;						\
	u64 at, chunk;							\
									\
	bl_for_each_page(d, at, chunk, iova, size)			\
		if (enter(b, at >> d->page_shift, &flags))		\
			leave(b, at >> d->page_shift, flags);		\
}									\
									\
static const struct bl_lazy_ops id##_ops = {				\
	.publish = id##_publish,					\
	.retract = id##_retract,					\
	.settle = id##_settle,						\
	.fault_enter = enter,						\
	.fault_leave = leave,						\
	.fill_begin = bl_lazy_no_begin,					\
	.fill_stored = bl_lazy_no_step,					\
	.fill_end = bl_lazy_no_step,					\
}

#endif /* BL_LAZY_PAGE_H */
