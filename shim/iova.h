/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IOVAs, as the kernel's allocator with per-CPU caches hands them out; checked, also as one that
 * aligns them to the granule only.
 */
#ifndef SHIM_IOVA_H
#define SHIM_IOVA_H

#include "types.h"

struct shim_iova;

struct iova_domain {
	struct shim_iova *shim;
};

struct iova {
	unsigned long pfn_lo, pfn_hi;
};

#ifdef SHIM_CHECKED
#define SHIM_IOVA_STACKS	33	/* ranges of up to 32 slots are kept for reuse */
#define SHIM_IOVA_STACK		32

struct shim_iova {
	int lock;			/* of all members */
	u32 nr_slots, used;
	u64 full;			/* allocations that failed */
	/* private: */
	u32 step, hint;
	u8 *slot_used;
	u32 *range_slots;		/* by first slot: of the range that begins there */
	u32 stack[SHIM_IOVA_STACKS][SHIM_IOVA_STACK];
	u8 depth[SHIM_IOVA_STACKS];
	u64 random;
	/* public: a test writes these while no other thread allocates */
	u32 forced;			/* if set, the slot that each allocation returns */
	u32 forced_other;		/* added to @forced on every CPU but 0 */
	bool was_forced;		/* such an address may still be freed */
};

/**
 * shim_iova_init() - set up a window of IOVAs
 * @d: the allocator
 * @slots: the window's size
 * @step: slots of which every allocation is a multiple
 * @seed: for the order in which freed slots are handed out
 *
 * The first step is never handed out.  Return: 0 or -ENOMEM.
 */
int shim_iova_init(struct iova_domain *d, u64 slots, u32 step, u64 seed);

/**
 * shim_iova_exit() - free what shim_iova_init() has allocated
 * @d: the allocator
 */
void shim_iova_exit(struct iova_domain *d);

/**
 * shim_iova_alloc_packed() - allocate slots that follow each other, aligned to the step only
 * @d: the allocator
 * @nr: how many
 *
 * Return: the first slot, or 0 if there is no room.
 */
unsigned long shim_iova_alloc_packed(struct iova_domain *d, unsigned long nr);

/**
 * shim_iova_free_packed() - free slots
 * @d: the allocator
 * @first: the first slot, as shim_iova_alloc_packed() has returned it
 * @nr: how many were asked for
 */
void shim_iova_free_packed(struct iova_domain *d, unsigned long first, unsigned long nr);
#else
/**
 * shim_iova_init() - set up a window of IOVAs
 * @d: the allocator
 * @slots: the window's size
 *
 * Slot 0 is never handed out.  Return: 0 or -ENOMEM.
 */
int shim_iova_init(struct iova_domain *d, u64 slots);
#endif

/**
 * alloc_iova_fast() - allocate slots that follow each other
 * @d: the allocator
 * @nr: how many
 * @limit: not used here
 * @flush: not used here
 *
 * Return: the first slot, or 0 if there is no room.
 */
unsigned long alloc_iova_fast(struct iova_domain *d, unsigned long nr, unsigned long limit,
			      bool flush);

/**
 * free_iova_fast() - free slots
 * @d: the allocator
 * @first: the first slot, as alloc_iova_fast() has returned it
 * @nr: how many were asked for
 */
void free_iova_fast(struct iova_domain *d, unsigned long first, unsigned long nr);

#endif /* SHIM_IOVA_H */
