/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages with the work that the kernel does for them on the map path.
 *
 * Physical memory is one mapping of huge pages, present before anything is timed.  A single
 * page comes from a list of the CPU, under the lock of that list; a list of all pages, under
 * another lock, fills it by the batch, as the kernel's per-CPU lists.  References are
 * atomic.  Of the GFP flags only __GFP_ZERO counts.  Left out: that blocks of several pages
 * are split and joined.
 */
#ifndef SHIM_PAGE_FAST_H
#define SHIM_PAGE_FAST_H

/* One cache line, as in the kernel. */
struct page {
	int refs;
	u32 order;		/* of the block that this is the first page of */
} ____cacheline_aligned;

#define SHIM_BASE_PFN	16UL	/* below it there is no memory */
#define SHIM_GFP_SPLIT	0U	/* all pages have references of their own */

extern struct page *shim_mem_map;
extern u8 *shim_ram;
extern unsigned long shim_nr_pages;

#define phys_to_virt(pa)	((void *)(shim_ram + ((pa) - PFN_PHYS(SHIM_BASE_PFN))))
#define page_address(page)	phys_to_virt(page_to_phys(page))

/**
 * shim_ram_init() - make the physical memory
 * @reserved: bytes at its beginning for the program
 * @size: bytes for single pages
 * @seed: for the order in which pages are handed out
 *
 * Return: 0 or -ENOMEM.
 */
int shim_ram_init(u64 reserved, u64 size, u32 seed);

#define page_is_ram(pfn)	pfn_valid(pfn)
#define split_page(page, order)	((void)(page))

struct page *shim_page_alloc(gfp_t gfp);
struct page *shim_block_alloc(unsigned int order, gfp_t gfp);
void shim_page_put(struct page *page);

static __always_inline struct page *shim_pages_alloc(unsigned int order, gfp_t gfp)
{
	return order ? shim_block_alloc(order, gfp) : shim_page_alloc(gfp);
}

/* Blocks of several pages are not used again: a run does not need many. */
static __always_inline void shim_pages_free(struct page *page, unsigned int order)
{
	if (!order)
		shim_page_put(page);
}

static inline void get_page(struct page *page)
{
	__atomic_add_fetch(&page->refs, 1, __ATOMIC_RELAXED);
}

#define shim_page_at(page, off, len)		((u8 *)page_address(page) + (off))
#define shim_copy_shared(to, from, len)		memcpy(to, from, len)
#define shim_copy_to_shared(to, from, len)	memcpy(to, from, len)
#define shim_copy_from_shared(to, from, len)	memcpy(to, from, len)
#define shim_zero_shared(to, len)		memset(to, 0, len)

#endif /* SHIM_PAGE_FAST_H */
