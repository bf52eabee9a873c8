// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bounce pages: the core allocates them for every strategy, so that all are counted and
 * traced alike.
 */
#include "core/core.h"
#include "core/trace.h"

/*
 * The page is zeroed, since the daemon sees all of it, whatever part is mapped.  A larger
 * page is split, so that a reference of a page table to one PAGE_SIZE of it does not keep
 * the rest.
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

struct page *bl_block_alloc(struct bl_domain *d, size_t size)
{
	struct page *page;

	/* Compound, since it may be mapped as a whole: then a pin of a part must pin all of it. */
	page = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN | __GFP_COMP, get_order(size));
	if (!page) {
		bl_count(d, BL_COUNT_page_alloc_fail, 1);
		return NULL;
	}
	bl_count(d, BL_COUNT_page_alloc, size >> d->page_shift);
	trace_bl_page_alloc(d, size);
	return page;
}

void bl_block_free(struct bl_domain *d, struct page *page, size_t size)
{
	bl_count(d, BL_COUNT_page_free, size >> d->page_shift);
	trace_bl_page_free(d, size);
	__free_pages(page, get_order(size));
}
