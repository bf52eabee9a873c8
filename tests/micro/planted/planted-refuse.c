// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * planted-refuse: eager-spin that gives out no address
 *
 * For tests/micro/micro.sh: a run whose maps all fail has to end, and is invalid.
 */
#include "eager.h"

static inline dma_addr_t planted_no_iova(struct bl_domain *d, size_t size)
{
	return 0;
}

#define bl_iova_alloc	planted_no_iova

#include "planted.h"

PLANTED_STRATEGY(planted_refuse, "planted-refuse");
