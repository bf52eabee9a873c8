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

#include "strategy.h"
#include "core/core-inline.h"

/*
 * domain.c.  What a strategy's ->refuse and ->init see of CONFIG.
 */
struct bl_domain bl_domain_of_config(const struct bl_domain_config *config);

/*
 * Allocators other than cached and plain, which are in core-inline.h and iova.c.
 * Units are slots; 0 is no address, and means none was free.  alloc, free: any
 * context.  largest: the largest allocation, in slots, that succeeds in an empty window.
 */
struct bl_alloc_ops {
	int (*init)(struct bl_core *core);		/* 0 or -ENOMEM */
	void (*exit)(struct bl_core *core);		/* also after a failed init */
	unsigned long (*alloc)(struct bl_core *core, unsigned long nr);
	void (*free)(struct bl_core *core, unsigned long first, unsigned long nr);
	unsigned long (*largest)(const struct bl_core *core);
};

extern const struct bl_alloc_ops bl_alloc_genalloc, bl_alloc_sbitmap, bl_alloc_ring;

/* Of the tree of iova.c, below LIMIT; for allocators that leave the rest to it. */
unsigned long bl_tree_alloc(struct bl_core *core, unsigned long nr, unsigned long limit);
void bl_tree_free(struct bl_core *core, unsigned long first, unsigned long nr);

/* The largest mapping, in bytes, that succeeds when nothing else is mapped. */
size_t bl_iova_max(struct bl_core *core);

/* iova.c.  Both iova_domains; 0 or -ENOMEM. */
int bl_iova_init(struct bl_core *core);
void bl_iova_exit(struct bl_core *core);
dma_addr_t bl_coherent_iova_alloc(struct bl_core *core, size_t size);
void bl_coherent_iova_free(struct bl_core *core, dma_addr_t iova, size_t size);

/* file-io.c.  read_iter and write_iter of the domain's file. */
ssize_t bl_file_access(struct kiocb *iocb, struct iov_iter *iter, bool to_daemon);

/* iotlb.c.  Add and find memory of the core itself, SIZE bytes (pages) at PA. */
int bl_iotlb_add_own(struct bl_core *core, u64 iova, size_t size,
		     phys_addr_t pa);
void bl_iotlb_del_own(struct bl_core *core, u64 iova, size_t size);

/* The page behind a coherent IOVA with a reference, or NULL. */
struct page *bl_iotlb_get_page(struct bl_core *core, u64 iova);

/* Empty the IOTLB. */
void bl_iotlb_clear(struct bl_core *core);

#endif /* BL_CORE_H */
