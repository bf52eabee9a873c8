// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * planted-refuse: eager-spin that has no address for anybody
 *
 * Fixture of tests/micro/micro.sh: a run of which every map fails has to end, and not to count.
 */
#include "eager.h"

static inline dma_addr_t planted_no_iova(struct bl_domain *d, size_t size)
{
	return DMA_MAPPING_ERROR;
}

#define bl_iova_alloc	planted_no_iova

#include "planted.h"

PLANTED_STRATEGY(planted_refuse, "planted-refuse");
