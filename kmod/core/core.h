/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The domain core's own view of a domain, for the files of kmod/core and kmod/alloc.
 *
 * Locks, outermost first:
 *	umem_lock	mutex, registration of user memory
 *	a strategy's lock
 *	iotlb_lock	spinlock, irq-safe: the IOTLB and window_on
 */
#ifndef BL_CORE_H
#define BL_CORE_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "core/domain.h"
#include "core/lock-names.h"
#include "strategy.h"

struct bl_umem;

struct bl_core {
	struct bl_domain d;
	size_t bounce_size;		/* bytes; coherent IOVAs start here */
	unsigned int queues;		/* that map requests at the same time */
	void *allocator_priv;		/* belongs to the allocator of kmod/alloc */
	struct iova_domain coherent;	/* in pages */
	struct file *file;		/* owns this structure, see domain.c */

	spinlock_t iotlb_lock;
	struct vhost_iotlb *iotlb;

	struct mutex umem_lock;
	struct bl_umem *umem;		/* under umem_lock */

	struct dentry *debugfs, *settings;	/* files of the domain in debugfs */
	struct work_struct work;	/* calls the strategy's ->deferred */
	bool gone;			/* bl_domain_renew() failed: no strategy is set up */

	struct bl_lock_name lock_name[BL_LOCK_NAMES];
	unsigned int nr_lock_names;
	unsigned int nr_allocator_lock_names;	/* the allocator's are the first */
};

static inline struct bl_core *bl_core_of(struct bl_domain *d)
{
	return container_of(d, struct bl_core, d);
}

/* domain.c: return a domain as a strategy's ->refuse and ->init see it. */
struct bl_domain bl_domain_of_config(const struct bl_domain_config *config);

/**
 * struct bl_alloc_ops - an IOVA allocator other than cached and plain
 * @init:    set up core->allocator_priv; return 0 or -ENOMEM; may sleep
 * @exit:    free it, also after a failed init; may sleep
 * @alloc:   return the first slot of NR free ones, or 0 if there are none; any context
 * @free:    free the NR slots from FIRST on; any context
 * @largest: return the largest allocation, in slots, that succeeds in an empty window
 */
struct bl_alloc_ops {
	int (*init)(struct bl_core *core);
	void (*exit)(struct bl_core *core);
	unsigned long (*alloc)(struct bl_core *core, unsigned long nr);
	void (*free)(struct bl_core *core, unsigned long first, unsigned long nr);
	unsigned long (*largest)(const struct bl_core *core);
};

extern const struct bl_alloc_ops bl_alloc_genalloc, bl_alloc_sbitmap, bl_alloc_ring;

/* iova.c: allocate NR slots below LIMIT from the tree, for allocators that share it. */
unsigned long bl_tree_alloc(struct bl_core *core, unsigned long nr, unsigned long limit);
void bl_tree_free(struct bl_core *core, unsigned long first, unsigned long nr);

/* Return the largest mapping, in bytes, that succeeds when nothing else is mapped. */
size_t bl_iova_max(struct bl_core *core);

/* Return the largest mapping, in bytes, that drivers are told of: a piece of a request. */
size_t bl_piece_max(struct bl_core *core);

/* Set up both iova_domains and the allocator.  Return 0 or -ENOMEM.  May sleep. */
int bl_iova_init(struct bl_core *core);
void bl_iova_exit(struct bl_core *core);
dma_addr_t bl_coherent_iova_alloc(struct bl_core *core, size_t size);
void bl_coherent_iova_free(struct bl_core *core, dma_addr_t iova, size_t size);

/* settings.c: create the file "settings" in DIR; the domain removes @settings.  May sleep. */
void bl_settings_show_in(struct bl_core *core, struct dentry *dir);

/* file-io.c: read_iter and write_iter of the domain's file. */
ssize_t bl_file_access(struct kiocb *iocb, struct iov_iter *iter, bool to_daemon);

#define BL_IOTLB_LIMIT	65536	/* entries in an IOTLB, more than a driver or a guest needs */

/* iotlb.c: add SIZE bytes (whole pages) of the core's own memory at PA.  Any context. */
int bl_iotlb_add_own(struct bl_core *core, u64 iova, size_t size, phys_addr_t pa);
void bl_iotlb_del_own(struct bl_core *core, u64 iova, size_t size);

/* Return the page behind a coherent IOVA with a reference, or NULL.  Any context. */
struct page *bl_iotlb_get_page(struct bl_core *core, u64 iova);

/* Empty the IOTLB.  May sleep. */
void bl_iotlb_clear(struct bl_core *core);

#endif /* BL_CORE_H */
