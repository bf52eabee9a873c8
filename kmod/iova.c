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
#include <linux/align.h>

#include "core.h"
#include "trace.h"

const char *const bl_allocator_names[BL_ALLOC_NR] = {
	[BL_ALLOC_CACHED] = "cached",
	[BL_ALLOC_PLAIN] = "plain",
};

static unsigned long iova_slots(const struct bl_core *core, size_t size)
{
	return ALIGN(size, core->granule) >> BL_SLOT_SHIFT;
}

static unsigned long plain_alloc(struct iova_domain *iovad, unsigned long nr,
				 unsigned long last)
{
	struct iova *iova = alloc_iova(iovad, nr, last, true);

	return iova ? iova->pfn_lo : 0;
}

/* A switch, not an indirect call: the map path has one of those already. */
static unsigned long slots_alloc(struct bl_core *core, unsigned long nr)
{
	unsigned long last = (core->d.window >> BL_SLOT_SHIFT) - 1;

	switch (core->allocator) {
	case BL_ALLOC_PLAIN:
		return plain_alloc(&core->stream, nr, last);
	case BL_ALLOC_CACHED:
	default:
		return alloc_iova_fast(&core->stream, nr, last, true);
	}
}

static void slots_free(struct bl_core *core, unsigned long first,
		       unsigned long nr)
{
	switch (core->allocator) {
	case BL_ALLOC_PLAIN:
		free_iova(&core->stream, first);
		break;
	case BL_ALLOC_CACHED:
	default:
		free_iova_fast(&core->stream, first, nr);
	}
}

dma_addr_t bl_iova_alloc(struct bl_domain *d, size_t size)
{
	struct bl_core *core = bl_core_of(d);
	dma_addr_t iova;

	iova = (dma_addr_t)slots_alloc(core, iova_slots(core, size))
	       << BL_SLOT_SHIFT;
	bl_count(d, iova ? BL_COUNT_iova_alloc : BL_COUNT_iova_alloc_fail, 1);
	trace_bl_iova_alloc(d, iova, size);
	return iova;
}

void bl_iova_free(struct bl_domain *d, dma_addr_t iova, size_t size)
{
	struct bl_core *core = bl_core_of(d);

	bl_count(d, BL_COUNT_iova_free, 1);
	trace_bl_iova_free(d, iova, size);
	slots_free(core, iova >> BL_SLOT_SHIFT, iova_slots(core, size));
}

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
