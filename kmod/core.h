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

#include <linux/iova.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

#include "../strategies/strategy.h"
#include "counters.h"
#include "domain.h"

struct bl_umem;

struct bl_core {
	struct bl_domain d;
	size_t bounce_size;		/* bytes; coherent IOVAs start here */
	enum bl_allocator allocator;
	unsigned long granule;		/* bytes, of a streaming allocation */
	struct iova_domain stream;	/* in slots */
	struct iova_domain coherent;	/* in pages */
	struct file *file;		/* owns this structure, see domain.c */

	spinlock_t iotlb_lock;
	struct vhost_iotlb *iotlb;
	bool window_on;			/* written under iotlb_lock, read without */

	struct mutex umem_lock;
	struct bl_umem *umem;		/* under umem_lock */

	struct bl_counters __percpu *counters;
	struct dentry *debugfs;
};

static inline struct bl_core *bl_core_of(struct bl_domain *d)
{
	return container_of(d, struct bl_core, d);
}

static inline void bl_count(struct bl_domain *d, enum bl_counter which, u64 n)
{
	this_cpu_add(bl_core_of(d)->counters->value[which], n);
}

/* iova.c.  Both iova_domains; 0 or -ENOMEM. */
int bl_iova_init(struct bl_core *core);
void bl_iova_exit(struct bl_core *core);
dma_addr_t bl_coherent_iova_alloc(struct bl_core *core, size_t size);
void bl_coherent_iova_free(struct bl_core *core, dma_addr_t iova, size_t size);

/*
 * iotlb.c.  Put the streaming window into the IOTLB if it is not there; called
 * on every map, any context.  0 or -ENOMEM.
 */
int __bl_window_enable(struct bl_core *core);

static inline int bl_window_enable(struct bl_core *core)
{
	if (likely(READ_ONCE(core->window_on)))
		return 0;
	return __bl_window_enable(core);
}

/* Add and find memory of the core itself, SIZE bytes (pages) at PA. */
int bl_iotlb_add_own(struct bl_core *core, u64 iova, size_t size,
		     phys_addr_t pa);
void bl_iotlb_del_own(struct bl_core *core, u64 iova, size_t size);

/* The page behind a coherent IOVA with a reference, or NULL. */
struct page *bl_iotlb_get_page(struct bl_core *core, u64 iova);

/* Empty the IOTLB. */
void bl_iotlb_clear(struct bl_core *core);

#endif /* BL_CORE_H */
