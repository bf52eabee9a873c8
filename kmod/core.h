/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The domain core's own view of a domain; for the files of the domain half.
 *
 * Locks, outermost first:
 *	umem_lock	mutex, registration of user memory
 *	a strategy's lock
 *	iotlb_lock	spinlock, irq-safe: the IOTLB and window_on
 */
#ifndef BL_CORE_H
#define BL_CORE_H

#include "../strategies/strategy.h"
#include "core-inline.h"

/* iova.c.  Both iova_domains; 0 or -ENOMEM. */
int bl_iova_init(struct bl_core *core);
void bl_iova_exit(struct bl_core *core);
dma_addr_t bl_coherent_iova_alloc(struct bl_core *core, size_t size);
void bl_coherent_iova_free(struct bl_core *core, dma_addr_t iova, size_t size);

/* iotlb.c.  Add and find memory of the core itself, SIZE bytes (pages) at PA. */
int bl_iotlb_add_own(struct bl_core *core, u64 iova, size_t size,
		     phys_addr_t pa);
void bl_iotlb_del_own(struct bl_core *core, u64 iova, size_t size);

/* The page behind a coherent IOVA with a reference, or NULL. */
struct page *bl_iotlb_get_page(struct bl_core *core, u64 iova);

/* Empty the IOTLB. */
void bl_iotlb_clear(struct bl_core *core);

#endif /* BL_CORE_H */
