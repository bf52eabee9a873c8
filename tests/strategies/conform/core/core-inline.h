/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What strategies/strategy.h leaves to where it is built, here to the suite's
 * core: the static functions are calls into sim.c, iova.c and copy.c.
 */
#ifndef BL_CORE_INLINE_H
#define BL_CORE_INLINE_H

#include "shim/shim.h"

#define BL_CORE_DEFINE(id)						\
static const struct dma_map_ops bl_dma_ops_##id = {			\
	.map_page = NULL,						\
}

dma_addr_t core_iova_alloc(struct bl_domain *d, size_t size);
void core_iova_free(struct bl_domain *d, dma_addr_t iova, size_t size);
void core_copy(struct bl_domain *d, struct page *page, unsigned int offset,
	       phys_addr_t orig, size_t len, bool to_bounce);
void core_zero_orig(struct bl_domain *d, phys_addr_t orig, size_t len);
void core_zero(struct page *page, unsigned int offset, size_t len);

static __always_inline dma_addr_t bl_iova_alloc(struct bl_domain *d, size_t size)
{
	return core_iova_alloc(d, size);
}

static __always_inline void bl_iova_free(struct bl_domain *d, dma_addr_t iova,
					 size_t size)
{
	core_iova_free(d, iova, size);
}

static __always_inline void bl_copy_to_bounce(struct bl_domain *d, struct page *page,
					      unsigned int offset, phys_addr_t orig,
					      size_t len, enum bl_path path)
{
	core_copy(d, page, offset, orig, len, true);
}

static __always_inline void bl_copy_from_bounce(struct bl_domain *d, struct page *page,
						unsigned int offset, phys_addr_t orig,
						size_t len, enum bl_path path)
{
	core_copy(d, page, offset, orig, len, false);
}

static __always_inline void bl_zero_bounce(struct bl_domain *d, struct page *page,
					   unsigned int offset, size_t len)
{
	core_zero(page, offset, len);
}

static __always_inline void bl_zero_orig(struct bl_domain *d, phys_addr_t orig,
					 size_t len)
{
	core_zero_orig(d, orig, len);
}

/* Tracing is the kernel's. */
static __always_inline void bl_bit_lock(int bit, unsigned long *lock)
{
	bit_spin_lock(bit, lock);
}

static __always_inline void bl_bit_unlock(int bit, unsigned long *lock)
{
	bit_spin_unlock(bit, lock);
}

#endif /* BL_CORE_INLINE_H */
