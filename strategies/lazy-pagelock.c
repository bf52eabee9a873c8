// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lazy-pagelock: copy at the daemon's first touch, a bit lock per bounce page
 *
 * Idea:   lazy-spin's argument, with a lock that is as small as what it
 *         protects: the slots of one bounce page and its first fill.  It is a bit
 *         in a word of its own, as the page cache does it, and not fair.
 * Bounce: first fault, then map
 * Sync:   a bit spinlock per bounce page
 * Wins:   many CPUs: locks are shared only by mappings that share a bounce page.
 * Loses:  large mappings: a locked section for each page of them, twice.
 * Source: message #2 of the review of v5 ("a lock per page"), and lock_page()
 */
#include "lazy-page.h"

static __always_inline bool pagelock_enter(struct bl_bounce *b, u64 nr,
					   unsigned long *flags)
{
	local_irq_save(*flags);
	bl_bit_lock(0, bl_lazy_page_state(b, nr));
	return true;
}

static __always_inline void pagelock_leave(struct bl_bounce *b, u64 nr,
					   unsigned long flags)
{
	bl_bit_unlock(0, bl_lazy_page_state(b, nr));
	local_irq_restore(flags);
}

BL_LAZY_PAGE_OPS(lazy_pagelock, pagelock_enter, pagelock_leave);

static int lazy_pagelock_init(struct bl_domain *d)
{
	int ret = bl_lazy_page_init(d);

	if (!ret)
		bl_name_locks(d, "page", ((struct bl_bounce *)d->priv)->extra,
			      sizeof(unsigned long), bl_nr_pages(d));
	return ret;
}

BL_LAZY_STRATEGY(lazy_pagelock, &lazy_pagelock_ops,
	.name = "lazy-pagelock",
	.init = lazy_pagelock_init,
);
