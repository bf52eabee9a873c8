// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bounce pages and the copies into and out of them: what the core does for
 * every strategy, so that all of them are counted and traced alike.
 */
#include <linux/highmem.h>

#include "core.h"
#include "trace.h"

/*
 * Always zeroed: the daemon sees all of a page, whatever is mapped in it.
 * Larger ones are split, so that a reference to one PAGE_SIZE of it, as a
 * page table holds it, says nothing about the rest.
 */
struct page *bl_page_alloc(struct bl_domain *d, gfp_t gfp)
{
	struct page *page;
	void *addr;

	gfp |= __GFP_ZERO | __GFP_NOWARN;
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

/* The original is contiguous in physical memory, but maybe not mapped so. */
static void copy(void *bounce, phys_addr_t orig, size_t len, bool to_bounce)
{
	size_t chunk;

	for (; len; len -= chunk, orig += chunk, bounce += chunk) {
		struct page *page = pfn_to_page(PHYS_PFN(orig));
		size_t offset = offset_in_page(orig);

		chunk = min_t(size_t, len, PAGE_SIZE - offset);
		if (to_bounce)
			memcpy_from_page(bounce, page, offset, chunk);
		else
			memcpy_to_page(page, offset, bounce, chunk);
	}
}

static void copy_page_part(struct page *page, unsigned int offset,
			   phys_addr_t orig, size_t len, bool to_bounce)
{
	char *addr;

	page += offset >> PAGE_SHIFT;
	addr = kmap_local_page(page);
	copy(addr + offset_in_page(offset), orig, len, to_bounce);
	kunmap_local(addr);
}

void bl_copy_to_bounce(struct bl_domain *d, struct page *page,
		       unsigned int offset, phys_addr_t orig, size_t len,
		       enum bl_path path)
{
	copy_page_part(page, offset, orig, len, true);
	bl_count(d, BL_COUNT_copy_to_bounce, 1);
	bl_count(d, BL_COUNT_copy_to_bounce_bytes, len);
	if (path == BL_PATH_FAULT)
		bl_count(d, BL_COUNT_copy_in_fault_bytes, len);
	trace_bl_copy(d, orig, len, true, path);
}

void bl_copy_from_bounce(struct bl_domain *d, struct page *page,
			 unsigned int offset, phys_addr_t orig, size_t len,
			 enum bl_path path)
{
	copy_page_part(page, offset, orig, len, false);
	bl_count(d, BL_COUNT_copy_from_bounce, 1);
	bl_count(d, BL_COUNT_copy_from_bounce_bytes, len);
	trace_bl_copy(d, orig, len, false, path);
}
