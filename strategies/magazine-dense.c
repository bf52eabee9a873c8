// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * magazine-dense: magazine for large mappings and dense for small ones
 *
 * Idea:   Both, since they save different things: magazine the work for each slot,
 *         dense the pages and lines of small mappings.
 * Bounce: map
 * Sync:   ownership of a place; interrupts off around push and pop
 * Wins:   where either of them wins.
 * Loses:  where either of them loses.
 * Source: magazine.c and dense.c
 */
#include "magazine.h"

static const struct bl_places magazine_dense_places = { .packed = true, .blocks = true };

static int magazine_dense_init(struct bl_domain *d)
{
	return bl_mag_init(d, &magazine_dense_places);
}

static __always_inline dma_addr_t
magazine_dense_map(struct bl_domain *d, phys_addr_t pa, size_t size,
		   enum dma_data_direction dir, bool copy)
{
	return bl_mag_map(d, pa, size, dir, copy, &magazine_dense_places);
}

static __always_inline void
magazine_dense_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
		     enum dma_data_direction dir, bool copy)
{
	bl_mag_unmap(d, iova, size, dir, copy, &magazine_dense_places);
}

static void magazine_dense_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
					   enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_mag_sync(d, iova, size, true, &magazine_dense_places);
}

static void magazine_dense_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
					enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_mag_sync(d, iova, size, false, &magazine_dense_places);
}

BL_STRATEGY_DEFINE(magazine_dense,
	.name = "magazine-dense",
	.own_iova = true,
	.refuse = bl_mag_refuse,
	.init = magazine_dense_init,
	.exit = bl_mag_exit,
	.deferred = bl_mag_deferred,
	.map = magazine_dense_map,
	.unmap = magazine_dense_unmap,
	.next_mapping = bl_mag_next_mapping,
	.sync_for_device = magazine_dense_sync_for_device,
	.sync_for_cpu = magazine_dense_sync_for_cpu,
	.fault = bl_mag_fault,
);
