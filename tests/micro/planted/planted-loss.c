// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * planted-loss: eager-spin that forgets one copy in 64
 *
 * For tests/micro/micro.sh: verification has to find it, in either direction.
 */
#include "strategy.h"

static u32 planted_copies;

static __always_inline bool planted_forgets(void)
{
	return __atomic_fetch_add(&planted_copies, 1, __ATOMIC_RELAXED) % 64 == 63;
}

static __always_inline void
planted_to_bounce(struct bl_domain *d, struct page *page, unsigned int offset, phys_addr_t orig,
		  size_t len, enum bl_path path)
{
	if (!planted_forgets())
		bl_copy_to_bounce(d, page, offset, orig, len, path);
}

static __always_inline void
planted_from_bounce(struct bl_domain *d, struct page *page, unsigned int offset,
		    phys_addr_t orig, size_t len, enum bl_path path)
{
	if (!planted_forgets())
		bl_copy_from_bounce(d, page, offset, orig, len, path);
}

#define bl_copy_to_bounce	planted_to_bounce
#define bl_copy_from_bounce	planted_from_bounce

#include "eager.h"

#include "planted.h"

PLANTED_STRATEGY(planted_loss, "planted-loss");
