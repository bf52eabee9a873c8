// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dense: small mappings share pages, 64 to 256 bytes for each
 *
 * Idea:   A request's header, its status and its table of descriptors have 16, 1 and
 *         some hundred bytes.  In a slot each they take 12K of the window and of the
 *         caches' sets; packed they take some lines, from a stack of the CPU.  What
 *         is larger goes the way of eager-none.
 * Bounce: map
 * Sync:   ownership of a place; interrupts off around push and pop
 * Wins:   small I/O, where three of four mappings are small.
 * Loses:  when neighbours in a page must not be of one device, which they are here.
 * Source: message #1 of the review of v5 asks for it on larger pages; this is it on
 *         pages of 4K
 */
#include "magazine.h"

static const struct bl_places dense_places = { .packed = true, .blocks = false };

static int dense_init(struct bl_domain *d)
{
	return bl_mag_init(d, &dense_places);
}

static __always_inline dma_addr_t
dense_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	  enum dma_data_direction dir, bool copy)
{
	return bl_mag_map(d, pa, size, dir, copy, &dense_places);
}

static __always_inline void
dense_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
	    enum dma_data_direction dir, bool copy)
{
	bl_mag_unmap(d, iova, size, dir, copy, &dense_places);
}

static void dense_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
				  enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_mag_sync(d, iova, size, true, &dense_places);
}

static void dense_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
			       enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_mag_sync(d, iova, size, false, &dense_places);
}

BL_STRATEGY_DEFINE(dense,
	.name = "dense",
	.own_iova = true,
	.refuse = bl_mag_refuse,
	.init = dense_init,
	.exit = bl_mag_exit,
	.map = dense_map,
	.unmap = dense_unmap,
	.next_mapping = bl_mag_next_mapping,
	.sync_for_device = dense_sync_for_device,
	.sync_for_cpu = dense_sync_for_cpu,
	.fault = bl_mag_fault,
);
