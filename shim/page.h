/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Physical memory: an array of bytes, and an array of a struct page for each page of it.
 * Bytes at its beginning are the program's, for the memory that a driver maps; the first
 * page is the zero page.  The rest are pages to allocate.  page-checked.h or page-fast.h
 * has struct page and how a page is allocated, referenced and reached.
 *
 * Left out: zones, watermarks, highmem, reclaim, memory cgroups.
 */
#ifndef SHIM_PAGE_H
#define SHIM_PAGE_H

#include "atomic.h"
#include "slab.h"

#ifndef PAGE_SHIFT
#define PAGE_SHIFT	12
#endif
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x)	ALIGN(x, PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & (PAGE_SIZE - 1))
#define PHYS_PFN(x)	((unsigned long)((x) >> PAGE_SHIFT))
#define PFN_PHYS(x)	((phys_addr_t)(x) << PAGE_SHIFT)
#define PFN_UP(x)	(((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)	((x) >> PAGE_SHIFT)
#define get_order(size)	order_base_2(DIV_ROUND_UP(size, PAGE_SIZE))

#ifdef SHIM_CHECKED
#include "page-checked.h"
#else
#include "page-fast.h"
#endif

#define page_to_pfn(page)	(SHIM_BASE_PFN + (unsigned long)((page) - shim_mem_map))
#define pfn_to_page(pfn)	(shim_mem_map + ((pfn) - SHIM_BASE_PFN))
#define page_to_phys(page)	PFN_PHYS(page_to_pfn(page))
#define virt_to_phys(p)		(PFN_PHYS(SHIM_BASE_PFN) + (phys_addr_t)((u8 *)(p) - shim_ram))
#define virt_to_page(p)		pfn_to_page(PHYS_PFN(virt_to_phys(p)))
#define nth_page(page, n)	((page) + (n))
#define is_zero_pfn(pfn)	((pfn) == SHIM_BASE_PFN)
#define pfn_valid(pfn)		((pfn) - SHIM_BASE_PFN < shim_nr_pages)
#define node_end_pfn(nid)	(SHIM_BASE_PFN + shim_nr_pages)

#define page_ref_count(page)	READ_ONCE((page)->refs)
#define page_count(page)	page_ref_count(page)
#define put_page(page)		shim_page_put(page)
#define alloc_pages(gfp, order)	shim_pages_alloc(order, gfp)
#define alloc_page(gfp)		shim_pages_alloc(0, gfp)
#define __free_pages(page, order) shim_pages_free(page, order)
#define __free_page(page)	shim_pages_free(page, 0)

static inline void *shim_address(struct page *page)
{
	return page ? page_address(page) : NULL;
}

#define __get_free_page(gfp)	((unsigned long)shim_address(alloc_page(gfp)))
#define get_zeroed_page(gfp)	__get_free_page((gfp) | __GFP_ZERO)
#define alloc_pages_exact(size, gfp)					\
	shim_address(alloc_pages((gfp) | SHIM_GFP_SPLIT, get_order(size)))
#define free_pages_exact(addr, size) __free_pages(virt_to_page(addr), get_order(size))

static inline void free_page(unsigned long addr)
{
	if (addr)
		__free_page(virt_to_page((void *)addr));
}

/* All memory is mapped, in order, and every CPU sees what one wrote. */
#define ARCH_IMPLEMENTS_FLUSH_DCACHE_PAGE 0
#define flush_dcache_page(page)	((void)(page))

#define kmap_local_page(page)	shim_page_at(page, 0, 0)
#define kunmap_local(addr)	((void)(addr))
#define memcpy_page(to, to_off, from, from_off, len)			\
	shim_copy_shared(shim_page_at(to, to_off, len),			\
			 shim_page_at(from, from_off, len), len)
#define memcpy_from_page(to, page, off, len)				\
	shim_copy_from_shared(to, shim_page_at(page, off, len), len)
#define memcpy_to_page(page, off, from, len)				\
	shim_copy_to_shared(shim_page_at(page, off, len), from, len)
#define memzero_page(page, off, len)					\
	shim_zero_shared(shim_page_at(page, off, len), len)
#define clear_highpage(page)	memzero_page(page, 0, PAGE_SIZE)

#endif /* SHIM_PAGE_H */
