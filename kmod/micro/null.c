// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * null: maps to the physical address and does nothing else
 *
 * `bouncelab micro` measures by it what the loop and the core around a strategy cost.  It is
 * direct.c without the zero page.  It is not in strategies/, because no device may use it;
 * the table of strategies does not have it.
 */
#include <linux/ioport.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>

#include "strategy.h"

static int null_init(struct bl_domain *d)
{
	unsigned long end = 0;
	int nid;

	for_each_online_node(nid)
		end = max(end, node_end_pfn(nid));
	d->base = 0;
	d->window = (u64)end << PAGE_SHIFT;
	return 0;
}

static void null_exit(struct bl_domain *d)
{
}

static __always_inline dma_addr_t
null_map(struct bl_domain *d, phys_addr_t pa, size_t size, enum dma_data_direction dir,
	 bool copy)
{
	return pa;
}

static __always_inline void
null_unmap(struct bl_domain *d, dma_addr_t iova, size_t size, enum dma_data_direction dir,
	   bool copy)
{
}

static void null_sync(struct bl_domain *d, dma_addr_t iova, size_t size,
		      enum dma_data_direction dir)
{
}

static struct page *null_fault(struct bl_domain *d, u64 iova)
{
	unsigned long pfn = PHYS_PFN(iova);

	/* The address space has holes, see direct.c. */
	return pfn_valid(pfn) && page_is_ram(pfn) ? pfn_to_page(pfn) : NULL;
}

BL_STRATEGY_DEFINE(null,
	.name = "null",
	.unsafe = true,
	.raw = true,
	.own_iova = true,
	.init = null_init,
	.exit = null_exit,
	.map = null_map,
	.unmap = null_unmap,
	.sync_for_device = null_sync,
	.sync_for_cpu = null_sync,
	.fault = null_fault,
);
