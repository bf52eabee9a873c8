// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * direct: no bounce at all, the daemon sees physical memory
 *
 * Idea:   The IOVA is the physical address, shifted up out of the way of the
 *         rings.  map and unmap are an addition and nothing; a page enters the
 *         daemon's page table when it is first touched and stays.  This is
 *         the floor: what is left is the cost of everything but bouncing.
 * Bounce: never
 * Sync:   none (there is nothing to order)
 * Wins:   always
 * Loses:  all protection.  The daemon can read and write every byte of RAM, and
 *         a request that it finishes late lands in memory with a new owner.  And a
 *         daemon's own direct I/O on the window, which pins pages: there are none
 *         to pin, so it gets EFAULT.
 * Source: the usual "no IOMMU" line of IOMMU papers (ASPLOS'16, ATC'15)
 * Unsafe: gives the daemon all of memory; needs unsafe_direct=1
 */
#include <linux/gfp.h>
#include <linux/ioport.h>
#include <linux/nodemask.h>
#include <linux/pgtable.h>

#include "strategy.h"

/* Above any coherent IOVA; a daemon's mapping of the file begins at 0. */
#define DIRECT_BASE	(1ULL << 31)

static int direct_init(struct bl_domain *d)
{
	unsigned long end = 0;
	int nid;

	for_each_online_node(nid)
		end = max(end, node_end_pfn(nid));
	/*
	 * A writable mapping must not contain the zero page, from which drivers and users
	 * write.  This page takes its place.
	 */
	d->priv = (void *)get_zeroed_page(GFP_KERNEL);
	if (!d->priv)
		return -ENOMEM;
	d->base = DIRECT_BASE;
	d->window = (u64)end << PAGE_SHIFT;
	return 0;
}

static void direct_exit(struct bl_domain *d)
{
	free_page((unsigned long)d->priv);
}

static __always_inline dma_addr_t
direct_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	   enum dma_data_direction dir, bool copy)
{
	if (unlikely(is_zero_pfn(PHYS_PFN(pa))))
		pa = virt_to_phys(d->priv) + offset_in_page(pa);
	return d->base + pa;
}

static __always_inline void
direct_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
	     enum dma_data_direction dir, bool copy)
{
}

static void direct_sync(struct bl_domain *d, dma_addr_t iova, size_t size,
			enum dma_data_direction dir)
{
}

static struct page *direct_fault(struct bl_domain *d, u64 iova)
{
	unsigned long pfn = (iova - d->base) >> PAGE_SHIFT;

	/* The daemon gets no holes and no device memory. */
	if (!pfn_valid(pfn) || !page_is_ram(pfn))
		return NULL;
	return pfn_to_page(pfn);
}

BL_STRATEGY_DEFINE(direct,
	.name = "direct",
	.unsafe = true,
	.raw = true,
	.own_iova = true,
	.init = direct_init,
	.exit = direct_exit,
	.map = direct_map,
	.unmap = direct_unmap,
	.sync_for_device = direct_sync,
	.sync_for_cpu = direct_sync,
	.fault = direct_fault,
);
