// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The DMA operations of the virtio device that are the same for all strategies: coherent
 * memory, which is the core's own, and syncs.  The others are in core-inline.h.
 *
 * Drivers call them with a virtqueue's lock held and interrupts off (virtio-blk), or from
 * softirq (virtio-net), so that syncs must not sleep.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dma-map-ops.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "core/core.h"

/* The daemon can cause these calls, see strategies/strategy.h, so that they are no splats. */
static void stray(struct bl_domain *d, const char *call, dma_addr_t iova, size_t size)
{
	bl_count(d, BL_COUNT_stray, 1);
	pr_warn_ratelimited("%s: ignored %s of %pad+%zu, which is no mapping\n",
			    d->strategy->name, call, &iova, size);
}

void bl_stray_unmap(struct bl_domain *d, dma_addr_t iova, size_t size)
{
	/* It was counted before the strategy looked. */
	bl_count(d, BL_COUNT_unmap, -1);
	bl_count(d, BL_COUNT_unmap_bytes, -(u64)size);
	stray(d, "an unmap", iova, size);
}

void bl_stray_sync(struct bl_domain *d, dma_addr_t iova, size_t size)
{
	stray(d, "a sync", iova, size);
}

/* Drivers also sync coherent addresses, which need no work. */
void bl_dma_sync_for_device(struct device *dev, dma_addr_t iova, size_t size,
			    enum dma_data_direction dir)
{
	struct bl_domain *d = bl_domain_of(dev);

	if (!bl_in_window(d, iova, size))
		return;
	bl_count(d, BL_COUNT_sync_for_device, 1);
	d->strategy->sync_for_device(d, iova, size, dir);
}

void bl_dma_sync_for_cpu(struct device *dev, dma_addr_t iova, size_t size,
			 enum dma_data_direction dir)
{
	struct bl_domain *d = bl_domain_of(dev);

	if (!bl_in_window(d, iova, size))
		return;
	bl_count(d, BL_COUNT_sync_for_cpu, 1);
	d->strategy->sync_for_cpu(d, iova, size, dir);
}

void *bl_dma_alloc(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
		   unsigned long attrs)
{
	struct bl_domain *d = bl_domain_of(dev);
	struct bl_core *core = bl_core_of(d);
	dma_addr_t iova;
	void *addr;

	*handle = DMA_MAPPING_ERROR;
	size = PAGE_ALIGN(size);
	addr = alloc_pages_exact(size, gfp | __GFP_ZERO);
	if (!addr)
		return NULL;
	iova = bl_coherent_iova_alloc(core, size);
	if (!iova)
		goto err_pages;
	if (bl_iotlb_add_own(core, iova, size, virt_to_phys(addr)))
		goto err_iova;

	bl_count(d, BL_COUNT_coherent_alloc, 1);
	*handle = iova;
	return addr;

err_iova:
	bl_coherent_iova_free(core, iova, size);
err_pages:
	free_pages_exact(addr, size);
	return NULL;
}

/*
 * The daemon may still have the pages mapped, or fault on them now.  Its page table holds
 * references, so that the pages get no other owner before it drops them.  The lock keeps a
 * fault that has found a page from entering it after the range was unmapped.  Process
 * context: drivers free coherent memory there.
 */
void bl_dma_free(struct device *dev, size_t size, void *addr, dma_addr_t iova,
		 unsigned long attrs)
{
	struct bl_domain *d = bl_domain_of(dev);
	struct bl_core *core = bl_core_of(d);
	struct address_space *mapping = core->file->f_mapping;

	size = PAGE_ALIGN(size);
	filemap_invalidate_lock(mapping);
	bl_iotlb_del_own(core, iova, size);
	/* A daemon that keeps its mapping then sees the next ring at this address. */
	unmap_mapping_range(mapping, iova, size, 1);
	filemap_invalidate_unlock(mapping);
	bl_coherent_iova_free(core, iova, size);
	free_pages_exact(addr, size);
	bl_count(d, BL_COUNT_coherent_free, 1);
}

size_t bl_dma_max_mapping_size(struct device *dev)
{
	struct bl_domain *d = bl_domain_of(dev);

	return d->strategy->raw ? SIZE_MAX : bl_piece_max(bl_core_of(d));
}

unsigned long bl_domain_take_back(struct bl_domain *d)
{
	const struct bl_strategy *s = d->strategy;
	enum dma_data_direction dir;
	dma_addr_t iova = d->base;
	unsigned long n, flags;
	size_t size;

	bl_domain_drop_foreign(d);
	for (n = 0; s->next_mapping && s->next_mapping(d, &iova, &size, &dir); n++) {
		bl_count(d, BL_COUNT_unmap, 1);
		bl_count(d, BL_COUNT_unmap_bytes, size);
		/* A strategy relies on interrupts being off. */
		local_irq_save(flags);
		s->unmap(d, iova, size, dir, false);
		local_irq_restore(flags);
		iova += size;
		cond_resched();
	}
	return n;
}

bool bl_domain_drives(struct device *dev)
{
	const struct dma_map_ops *ops = get_dma_ops(dev);

	return ops && ops->alloc == bl_dma_alloc;
}
