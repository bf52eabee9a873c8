// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IOVA allocators, the plug beside the strategies: they can move results more
 * than any strategy does, so one is chosen by name and held fixed.
 *
 * Allocator cached: per-CPU caches of freed ranges over the tree, alloc_iova_fast()
 * Allocator plain: the red-black tree alone, under its one lock, alloc_iova()
 *
 * Both count in slots of 4K and align a range to its size rounded up to a
 * power of two, so that a granule of a whole bounce page is a matter of
 * rounding the size.  IOVA 0 is never handed out and means failure.
 */
#include "core.h"

const char *const bl_allocator_names[BL_ALLOC_NR] = {
	[BL_ALLOC_CACHED] = "cached",
	[BL_ALLOC_PLAIN] = "plain",
};

dma_addr_t bl_coherent_iova_alloc(struct bl_core *core, size_t size)
{
	unsigned long last = (BL_IOVA_LIMIT >> PAGE_SHIFT) - 1;

	return (dma_addr_t)alloc_iova_fast(&core->coherent, PFN_UP(size), last,
					   true) << PAGE_SHIFT;
}

void bl_coherent_iova_free(struct bl_core *core, dma_addr_t iova, size_t size)
{
	free_iova_fast(&core->coherent, iova >> PAGE_SHIFT, PFN_UP(size));
}

int bl_iova_init(struct bl_core *core)
{
	int ret;

	init_iova_domain(&core->stream, BL_SLOT_SIZE, 1);
	init_iova_domain(&core->coherent, PAGE_SIZE,
			 core->bounce_size >> PAGE_SHIFT);
	ret = iova_domain_init_rcaches(&core->stream);
	if (ret)
		goto err_put;
	ret = iova_domain_init_rcaches(&core->coherent);
	if (ret)
		goto err_put;
	return 0;

err_put:
	bl_iova_exit(core);
	return ret;
}

void bl_iova_exit(struct bl_core *core)
{
	put_iova_domain(&core->stream);
	put_iova_domain(&core->coherent);
}
