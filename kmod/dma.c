// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The DMA operations of the virtio device: streaming mappings go to the
 * strategy by one indirect call, coherent memory is the core's own.
 *
 * Called with a virtqueue's lock held and interrupts off (virtio-blk), or from
 * softirq (virtio-net): map, unmap and sync do not sleep.
 */
#include <linux/dma-map-ops.h>
#include <linux/gfp.h>
#include <linux/log2.h>

#include "core.h"
#include "trace.h"

static bool in_window(const struct bl_domain *d, u64 iova, u64 size)
{
	return size && size <= d->window && iova >= d->base &&
	       iova - d->base <= d->window - size;
}

static dma_addr_t bl_dma_map_page(struct device *dev, struct page *page,
				  unsigned long offset, size_t size,
				  enum dma_data_direction dir,
				  unsigned long attrs)
{
	struct bl_domain *d = bl_domain_of(dev);
	phys_addr_t pa = page_to_phys(page) + offset;
	dma_addr_t iova = DMA_MAPPING_ERROR;

	if (likely(size && size <= d->window &&
		   !bl_window_enable(bl_core_of(d))))
		iova = d->strategy->map(d, pa, size, dir,
					!(attrs & DMA_ATTR_SKIP_CPU_SYNC));

	if (likely(iova != DMA_MAPPING_ERROR)) {
		bl_count(d, BL_COUNT_map, 1);
		bl_count(d, BL_COUNT_map_bytes, size);
	} else {
		bl_count(d, BL_COUNT_map_fail, 1);
	}
	trace_bl_map(d, iova, size, dir);
	return iova;
}

static void bl_dma_unmap_page(struct device *dev, dma_addr_t iova, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	struct bl_domain *d = bl_domain_of(dev);

	if (WARN_ONCE(!in_window(d, iova, size),
		      "bouncelab: unmap of 0x%llx+%zu, which was never mapped\n",
		      (u64)iova, size))
		return;
	trace_bl_unmap(d, iova, size, dir);
	bl_count(d, BL_COUNT_unmap, 1);
	bl_count(d, BL_COUNT_unmap_bytes, size);
	d->strategy->unmap(d, iova, size, dir,
			   !(attrs & DMA_ATTR_SKIP_CPU_SYNC));
}

/* Coherent addresses are synced by drivers too; there is nothing to do then. */
static void bl_dma_sync_for_device(struct device *dev, dma_addr_t iova,
				   size_t size, enum dma_data_direction dir)
{
	struct bl_domain *d = bl_domain_of(dev);

	if (!in_window(d, iova, size))
		return;
	bl_count(d, BL_COUNT_sync_for_device, 1);
	d->strategy->sync_for_device(d, iova, size, dir);
}

static void bl_dma_sync_for_cpu(struct device *dev, dma_addr_t iova,
				size_t size, enum dma_data_direction dir)
{
	struct bl_domain *d = bl_domain_of(dev);

	if (!in_window(d, iova, size))
		return;
	bl_count(d, BL_COUNT_sync_for_cpu, 1);
	d->strategy->sync_for_cpu(d, iova, size, dir);
}

static void *bl_dma_alloc(struct device *dev, size_t size, dma_addr_t *handle,
			  gfp_t gfp, unsigned long attrs)
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
 * The daemon may still have the pages mapped, or fault on them just now.  Its
 * page table holds references, so that they are not handed to anybody else
 * before it lets go.  Process context: drivers free coherent memory there.
 */
static void bl_dma_free(struct device *dev, size_t size, void *addr,
			dma_addr_t iova, unsigned long attrs)
{
	struct bl_domain *d = bl_domain_of(dev);
	struct bl_core *core = bl_core_of(d);

	size = PAGE_ALIGN(size);
	bl_iotlb_del_own(core, iova, size);
	/* A daemon that keeps its mapping sees the next ring here, not this one. */
	unmap_mapping_range(core->file->f_mapping, iova, size, 1);
	bl_coherent_iova_free(core, iova, size);
	free_pages_exact(addr, size);
	bl_count(d, BL_COUNT_coherent_free, 1);
}

/*
 * The largest naturally aligned range that leaves out IOVA 0.  A driver that
 * was told bounce_size itself could ask for a mapping that never succeeds.
 */
static size_t bl_dma_max_mapping_size(struct device *dev)
{
	struct bl_domain *d = bl_domain_of(dev);

	if (d->strategy->raw)
		return SIZE_MAX;
	return rounddown_pow_of_two(d->window) / 2;
}

const struct dma_map_ops bl_dma_ops = {
	.map_page		= bl_dma_map_page,
	.unmap_page		= bl_dma_unmap_page,
	.sync_single_for_device	= bl_dma_sync_for_device,
	.sync_single_for_cpu	= bl_dma_sync_for_cpu,
	.alloc			= bl_dma_alloc,
	.free			= bl_dma_free,
	.max_mapping_size	= bl_dma_max_mapping_size,
};
