/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that check their use.  A page has references, is counted, and holds a pattern unless
 * it is asked for zeroed.  Its bytes are reached one page at a time, and only while their
 * owner has not freed the page.  Any allocation can be made to fail.
 */
#ifndef SHIM_PAGE_CHECKED_H
#define SHIM_PAGE_CHECKED_H

enum shim_page_state {
	SHIM_PAGE_FREE,
	SHIM_PAGE_OWNED,	/* its allocation still holds a reference */
	SHIM_PAGE_ORPHAN,	/* freed, but somebody else has a reference */
};

struct page {
	int refs;
	u8 state;		/* enum shim_page_state */
	u8 order;		/* of the block; valid in its first page */
	bool tails;		/* the other pages have references, too; in the first */
	bool compound;		/* __GFP_COMP; in the first */
	u32 head;		/* index of the block's first page */
	u32 alive;		/* pages of the block with references; in the first */
};

/* Beyond what 32 bits hold. */
#define SHIM_BASE_PFN	((4097UL << 20) >> PAGE_SHIFT)
#define SHIM_RAM_SIZE	(202UL << 20)
#define shim_nr_pages	(SHIM_RAM_SIZE >> PAGE_SHIFT)

/* Each page of a block gets references of its own. */
#define SHIM_GFP_SPLIT	64U

/* Memory that nobody has zeroed holds this. */
#define SHIM_POISON	0x2a

extern struct page shim_mem_map[shim_nr_pages];
extern u8 *shim_ram;

/**
 * shim_phys_to_virt() - check that there is memory at a physical address
 * @pa: the address
 *
 * Return: its bytes, or others if there is none and the test goes on.
 */
void *shim_phys_to_virt(phys_addr_t pa);

/**
 * shim_page_address() - check that a page exists
 * @page: the page, in use or not
 *
 * Return: its bytes.
 */
void *shim_page_address(const struct page *page);

#define phys_to_virt(pa)	shim_phys_to_virt(pa)
#define page_address(page)	shim_page_address(page)

/**
 * shim_ram_init() - make the physical memory, once in a program
 */
void shim_ram_init(void);

/**
 * shim_ram_reset() - make all of the physical memory free again
 * @reserved: bytes at its beginning that are the program's
 *
 * Forgets all that was counted, and stops failures.
 */
void shim_ram_reset(u64 reserved);

/**
 * shim_ram_own() - declare memory of the program to be memory that is in use
 * @from: byte of the physical memory, a multiple of PAGE_SIZE
 * @to: the byte behind it, a multiple of PAGE_SIZE
 *
 * Its pages may be mapped and copied.  Nobody frees them.
 */
void shim_ram_own(u64 from, u64 to);

/* The second page is no memory but a device's. */
#define page_is_ram(pfn)	((pfn) != SHIM_BASE_PFN + 1)
#define get_page(page)		shim_page_get(page)
#define split_page(page, order)	shim_split_page(page, order)

struct page *shim_pages_alloc(unsigned int order, gfp_t gfp);
void shim_pages_free(struct page *page, unsigned int order);
void shim_split_page(struct page *page, unsigned int order);
void shim_page_get(struct page *page);
void shim_page_put(struct page *page);

/**
 * shim_page_check() - check that a page is in use
 * @page: the page
 */
void shim_page_check(const struct page *page);

/**
 * shim_in_compound() - are bytes of the physical memory in one compound page?
 * @offset: the first byte's
 * @len: the number of bytes, > 0
 */
bool shim_in_compound(size_t offset, size_t len);

/**
 * shim_page_at() - check an access to bytes of a page
 * @page: the first page of a block
 * @offset: the offset of the bytes in the block
 * @len: the number of bytes
 *
 * Return: the address of the bytes.
 */
void *shim_page_at(struct page *page, size_t offset, size_t len);

/*
 * Copies of bytes that another thread may be writing, since a daemon cannot be trusted:
 * both sides, the destination, or the source are shared.
 */
void shim_copy_shared(void *to, const void *from, size_t len);
void shim_copy_to_shared(void *to, const void *from, size_t len);
void shim_copy_from_shared(void *to, const void *from, size_t len);
void shim_zero_shared(void *to, size_t len);

#ifdef SHIM_STRATEGY
/*
 * In a strategy, and in what is compiled into it, the program over the shims checks each
 * copy and each zeroing before the bytes are touched.  It defines these two functions.
 */
void *shim_watched_copy(void *to, const void *from, size_t len);
void shim_watched_zero(void *to, size_t len);

#define memcpy(to, from, len)		shim_watched_copy(to, from, len)
#define shim_zero_shared(to, len)	shim_watched_zero(to, len)
#endif

#endif /* SHIM_PAGE_CHECKED_H */
