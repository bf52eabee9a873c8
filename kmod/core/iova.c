// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IOVA allocators, chosen by name beside the strategy: they can change results more than
 * any strategy does, so that one is held fixed in a comparison.
 *
 * Allocator cached: per-CPU caches of freed ranges over the tree, alloc_iova_fast()
 * Allocator plain: the red-black tree alone, under its one lock, alloc_iova()
 * The others are in alloc/.
 *
 * All count in slots of 4K.  Ranges are aligned to the granule, and those of the tree to
 * their size rounded up to a power of two.  IOVA 0 is never allocated and means failure.
 */
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "core/core.h"

static const struct bl_alloc_ops *alloc_ops(const struct bl_core *core)
{
	switch (core->d.allocator) {
	case BL_ALLOC_GENALLOC:
		return &bl_alloc_genalloc;
	case BL_ALLOC_SBITMAP:
		return &bl_alloc_sbitmap;
	case BL_ALLOC_RING:
		return &bl_alloc_ring;
	default:
		return NULL;
	}
}

unsigned long bl_iova_alloc_other(struct bl_domain *d, unsigned long nr)
{
	struct bl_core *core = bl_core_of(d);
	unsigned long last = (core->d.window >> BL_SLOT_SHIFT) - 1;
	struct iova *range;

	if (core->d.allocator != BL_ALLOC_PLAIN)
		return alloc_ops(core)->alloc(core, nr);
	range = alloc_iova(&core->d.stream, nr, last, true);
	return range ? range->pfn_lo : 0;
}

void bl_iova_free_other(struct bl_domain *d, unsigned long first, unsigned long nr)
{
	struct bl_core *core = bl_core_of(d);

	if (core->d.allocator != BL_ALLOC_PLAIN)
		alloc_ops(core)->free(core, first, nr);
	else
		free_iova(&core->d.stream, first);
}

unsigned long bl_tree_alloc(struct bl_core *core, unsigned long nr, unsigned long limit)
{
	return alloc_iova_fast(&core->d.stream, nr, limit - 1, true);
}

void bl_tree_free(struct bl_core *core, unsigned long first, unsigned long nr)
{
	free_iova_fast(&core->d.stream, first, nr);
}

/*
 * For the tree, return the largest naturally aligned range without IOVA 0 and without the
 * part that a strategy keeps for itself (.own_iova).  If a driver got bounce_size instead,
 * it could ask for a mapping that never succeeds.
 */
size_t bl_iova_max(struct bl_core *core)
{
	const struct bl_alloc_ops *ops = alloc_ops(core);
	size_t max;

	if (ops)
		return ops->largest(core) << BL_SLOT_SHIFT;
	max = rounddown_pow_of_two(core->d.window) / 2;
	return core->d.strategy->own_iova ? max / 2 : max;
}

/*
 * A request is mapped in pieces, each at its own address.  If one of them finds no place, the
 * driver unmaps the others and tries again later, for ever if the request never fits.  Requests
 * that are mapped will end and give their place back; those that are being mapped are one for each
 * queue, and all of them have to fit at once, with half of one more to spare for gaps.
 */
static size_t request_max(struct bl_core *core)
{
	return div_u64(4ULL * bl_iova_max(core), 2 * core->queues + 1);
}

/*
 * Ranges are aligned to their size, so that small ones leave gaps that large ones do not fit in: a
 * piece is a small part of a request, and no larger than what the allocator's caches take.
 */
size_t bl_piece_max(struct bl_core *core)
{
	size_t part = clamp(request_max(core) / 16, BL_SLOT_SIZE, 128UL << 10);

	return min(bl_iova_max(core), max(rounddown_pow_of_two(part), (size_t)core->d.granule));
}

unsigned int bl_domain_set_queues(struct bl_domain *d, unsigned int queues)
{
	struct bl_core *core = bl_core_of(d);

	core->queues = queues;
	return d->strategy->raw ? UINT_MAX : request_max(core) / bl_piece_max(core);
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

	init_iova_domain(&core->d.stream, BL_SLOT_SIZE, 1);
	init_iova_domain(&core->coherent, PAGE_SIZE,
			 core->bounce_size >> PAGE_SHIFT);
	ret = iova_domain_init_rcaches(&core->d.stream);
	if (ret)
		goto err_put;
	ret = iova_domain_init_rcaches(&core->coherent);
	if (ret)
		goto err_put;
	if (alloc_ops(core))
		ret = alloc_ops(core)->init(core);
	if (ret)
		goto err_put;
	return 0;

err_put:
	bl_iova_exit(core);
	return ret;
}

void bl_iova_exit(struct bl_core *core)
{
	if (alloc_ops(core))
		alloc_ops(core)->exit(core);
	put_iova_domain(&core->d.stream);
	put_iova_domain(&core->coherent);
}
