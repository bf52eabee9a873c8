// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bounce pages: what the core does for every strategy, so that all of them are
 * counted and traced alike.
 */
#include "core/core.h"
#include "core/trace.h"

/*
 * Zeroed, or the daemon sees what was there: it has all of a page, whatever is
 * mapped in it.  Larger ones are split, so that a reference to one PAGE_SIZE of it,
 * as a page table holds it, says nothing about the rest.
 */
struct page *bl_page_alloc(struct bl_domain *d, gfp_t gfp)
{
	struct page *page;
	void *addr;

	gfp |= __GFP_NOWARN;
	if (likely(d->backing != BL_BACKING_UNZEROED))
		gfp |= __GFP_ZERO;
	if (d->page_shift == PAGE_SHIFT) {
		page = alloc_page(gfp);
	} else {
		addr = alloc_pages_exact(1UL << d->page_shift, gfp);
		page = addr ? virt_to_page(addr) : NULL;
	}

	bl_count(d, page ? BL_COUNT_page_alloc : BL_COUNT_page_alloc_fail, 1);
	trace_bl_page_alloc(d, page ? 1ULL << d->page_shift : 0);
	return page;
}

void bl_page_free(struct bl_domain *d, struct page *page)
{
	bl_count(d, BL_COUNT_page_free, 1);
	trace_bl_page_free(d, 1ULL << d->page_shift);
	if (d->page_shift == PAGE_SHIFT)
		__free_page(page);
	else
		free_pages_exact(page_address(page), 1UL << d->page_shift);
}

struct page *bl_huge_alloc(struct bl_domain *d)
{
	struct page *page;

	/* Compound: who pins a part of what is mapped in one piece pins all of it. */
	page = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN | __GFP_COMP,
			   get_order(BL_HUGE_SIZE));
	if (!page) {
		bl_count(d, BL_COUNT_page_alloc_fail, 1);
		return NULL;
	}
	bl_count(d, BL_COUNT_page_alloc, BL_HUGE_SIZE >> d->page_shift);
	trace_bl_page_alloc(d, BL_HUGE_SIZE);
	return page;
}

void bl_huge_free(struct bl_domain *d, struct page *page)
{
	bl_count(d, BL_COUNT_page_free, BL_HUGE_SIZE >> d->page_shift);
	trace_bl_page_free(d, BL_HUGE_SIZE);
	__free_pages(page, get_order(BL_HUGE_SIZE));
}
