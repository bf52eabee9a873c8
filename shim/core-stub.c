// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions of the module's core that the inlined half of it can call and that have next to
 * nothing to do here: the window is in no IOTLB, there are the IOVA allocators of iova.h and no
 * coherent memory, and nobody traces a lock.
 */
#include "strategy.h"

int bl_window_put_in_iotlb(struct bl_domain *d)
{
	return 0;
}

#ifdef SHIM_CHECKED
unsigned long bl_iova_alloc_other(struct bl_domain *d, unsigned long nr)
{
	return shim_iova_alloc_packed(&d->stream, nr);
}

void bl_iova_free_other(struct bl_domain *d, unsigned long first, unsigned long nr)
{
	shim_iova_free_packed(&d->stream, first, nr);
}
#else
unsigned long bl_iova_alloc_other(struct bl_domain *d, unsigned long nr)
{
	return 0;
}

void bl_iova_free_other(struct bl_domain *d, unsigned long first, unsigned long nr)
{
}
#endif

void bl_bit_lock_wait(int bit, unsigned long *lock)
{
	bit_spin_lock(bit, lock);
}

void bl_dma_sync_for_device(struct device *dev, dma_addr_t iova, size_t size,
			    enum dma_data_direction dir)
{
	struct bl_domain *d = bl_domain_of(dev);

	d->strategy->sync_for_device(d, iova, size, dir);
}

void bl_dma_sync_for_cpu(struct device *dev, dma_addr_t iova, size_t size,
			 enum dma_data_direction dir)
{
	struct bl_domain *d = bl_domain_of(dev);

	d->strategy->sync_for_cpu(d, iova, size, dir);
}

void *bl_dma_alloc(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
		   unsigned long attrs)
{
	return NULL;
}

void bl_dma_free(struct device *dev, size_t size, void *addr, dma_addr_t iova,
		 unsigned long attrs)
{
}

size_t bl_dma_max_mapping_size(struct device *dev)
{
	return SIZE_MAX;
}
