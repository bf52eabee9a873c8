// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lazy-acqrel: copy at the daemon's first touch, acquire and release per page
 *
 * Idea:   Once a bounce page exists and is filled nobody fills it again, and
 *         neither A nor B of lazy.h needs anything: an acquire load of the page's
 *         state says so, and is all that steady state pays.  Before that, map,
 *         unmap and fault take turns by cmpxchg with acquire, store with release.
 * Bounce: first fault, then map
 * Sync:   acquire/release on a state word per bounce page; no full barrier
 * Wins:   steady state: no barrier, no atomic operation, nothing shared written.
 * Loses:  first touch on large mappings: an atomic operation per page, where
 *         lazy-barrier has one barrier for all.
 * Source: the review of v5 asked which ordering bounce_page and orig_phys need
 *         (messages #1, #2, #7); this is the least that we know of
 */
#include "lazy-page.h"

enum acqrel_state {
	ACQREL_EMPTY,	/* no bounce page; slots may be set and cleared in BUSY */
	ACQREL_BUSY,	/* one of map, unmap, fault is at it, interrupts off */
	ACQREL_READY,	/* for ever: the page is there and filled */
};

static __always_inline bool acqrel_enter(struct bl_bounce *b, u64 nr,
					 unsigned long *flags)
{
	unsigned long *state = bl_lazy_page_state(b, nr);

	for (;;) {
		/* Pairs with acqrel_leave(): what was filled is there. */
		if (likely(smp_load_acquire(state) == ACQREL_READY))
			return false;
		local_irq_save(*flags);
		/* Acquire, pairs with acqrel_leave(): slots and page. */
		if (cmpxchg_acquire(state, ACQREL_EMPTY, ACQREL_BUSY) == ACQREL_EMPTY)
			return true;
		local_irq_restore(*flags);
		cpu_relax();
	}
}

static __always_inline void acqrel_leave(struct bl_bounce *b, u64 nr,
					 unsigned long flags)
{
	smp_store_release(bl_lazy_page_state(b, nr),
			  b->pages[nr] ? ACQREL_READY : ACQREL_EMPTY);
	local_irq_restore(flags);
}

BL_LAZY_PAGE_OPS(lazy_acqrel, acqrel_enter, acqrel_leave);

BL_LAZY_STRATEGY(lazy_acqrel, &lazy_acqrel_ops,
	.name = "lazy-acqrel",
	.init = bl_lazy_page_init,
);
