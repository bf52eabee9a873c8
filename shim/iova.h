/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IOVAs, as the kernel's allocator with per-CPU caches hands them out. */
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

/**
 * shim_iova_init() - set up a window of IOVAs
 * @d: the allocator
 * @slots: the window's size
 *
 * Slot 0 is never handed out.  Return: 0 or -ENOMEM.
 */
int shim_iova_init(struct iova_domain *d, u64 slots);

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
