// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * magazine: each CPU keeps ready places for mappings of up to 256K
 *
 * Idea:   A mapping gets a place from a stack of the CPU, and has one record and one
 *         copy, since the place's memory is contiguous.  The head of magazine.h has
 *         the rest.
 * Bounce: map
 * Sync:   ownership of a place; interrupts off around push and pop
 * Wins:   everywhere: no tree of addresses, no lock, no walk over slots.
 * Loses:  memory: blocks of 2M that were needed once stay, up to a quarter of the
 *         window.
 * Source: Bonwick and Adams, USENIX ATC 2001 (magazines and depots); swiotlb (one
 *         copy for each mapping)
 */
#include "magazine.h"

static const struct bl_places magazine_places = { .packed = false, .blocks = true };

static int magazine_init(struct bl_domain *d)
{
	return bl_mag_init(d, &magazine_places);
}

static __always_inline dma_addr_t
magazine_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	     enum dma_data_direction dir, bool copy)
{
	return bl_mag_map(d, pa, size, dir, copy, &magazine_places);
}

static __always_inline void
magazine_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
	       enum dma_data_direction dir, bool copy)
{
	bl_mag_unmap(d, iova, size, dir, copy, &magazine_places);
}

static void magazine_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
				     enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_mag_sync(d, iova, size, true, &magazine_places);
}

static void magazine_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				  enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_mag_sync(d, iova, size, false, &magazine_places);
}

BL_STRATEGY_DEFINE(magazine,
	.name = "magazine",
	.own_iova = true,
	.refuse = bl_mag_refuse,
	.init = magazine_init,
	.exit = bl_mag_exit,
	.deferred = bl_mag_deferred,
	.map = magazine_map,
	.unmap = magazine_unmap,
	.next_mapping = bl_mag_next_mapping,
	.sync_for_device = magazine_sync_for_device,
	.sync_for_cpu = magazine_sync_for_cpu,
	.fault = bl_mag_fault,
);
