// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages that check their use.  See page-checked.h. */
#include <stdlib.h>
#include <sys/mman.h>

#include "lock.h"
#include "page.h"
#include "property.h"

#define NO_PAGE		(~0U)
#define MAX_ORDER	10

struct page shim_mem_map[shim_nr_pages];
u8 *shim_ram;

static struct {
	int lock;
	u32 bump;			/* pages from here on were never used */
	u32 free[MAX_ORDER];		/* first page of the first block */
	u32 next[shim_nr_pages];
} pool;

void shim_ram_init(void)
{
	shim_ram = mmap(NULL, SHIM_RAM_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (shim_ram == MAP_FAILED)
		abort();
}

void shim_ram_reset(u64 reserved)
{
	unsigned int i;

	memset(shim_mem_map, 0, sizeof(shim_mem_map));
	memset(&shim_inject, 0, sizeof(shim_inject));
	memset(&shim_account, 0, sizeof(shim_account));
	pool.lock = 0;
	pool.bump = reserved >> PAGE_SHIFT;
	for (i = 0; i < MAX_ORDER; i++)
		pool.free[i] = NO_PAGE;
}

void shim_ram_own(u64 from, u64 to)
{
	u32 i;

	for (i = from >> PAGE_SHIFT; i < to >> PAGE_SHIFT; i++) {
		shim_mem_map[i].state = SHIM_PAGE_OWNED;
		shim_mem_map[i].refs = 1;
		shim_mem_map[i].head = i;
	}
}

static void pool_lock(void)
{
	while (__atomic_exchange_n(&pool.lock, 1, __ATOMIC_ACQUIRE))
		shim_relax();
}

static void pool_unlock(void)
{
	__atomic_store_n(&pool.lock, 0, __ATOMIC_RELEASE);
}

static u32 take_block(unsigned int order)
{
	u32 first = pool.free[order];

	if (first != NO_PAGE) {
		pool.free[order] = pool.next[first];
		return first;
	}
	first = ALIGN(pool.bump, 1U << order);
	if (first + (1U << order) > shim_nr_pages)
		return NO_PAGE;
	pool.bump = first + (1U << order);
	return first;
}

struct page *shim_pages_alloc(unsigned int order, gfp_t gfp)
{
	struct page *page;
	u32 first, i;

	if (gfp & SHIM_GFP_MAY_SLEEP)
		shim_might_sleep("a page allocation");
	if (order >= MAX_ORDER || shim_alloc_fails())
		return NULL;
	pool_lock();
	first = take_block(order);
	pool_unlock();
	if (first == NO_PAGE) {
		/* The test's memory is too small: count this as an injected failure. */
		__atomic_fetch_add(&shim_inject.hits, 1, __ATOMIC_RELAXED);
		return NULL;
	}

	page = &shim_mem_map[first];
	page->order = order;
	page->tails = gfp & (__GFP_COMP | SHIM_GFP_SPLIT);
	page->compound = gfp & __GFP_COMP;
	page->alive = page->tails ? 1U << order : 1;
	for (i = 0; i < 1U << order; i++) {
		page[i].head = first;
		page[i].state = SHIM_PAGE_OWNED;
		/* Without compound or split, only the first page has references. */
		__atomic_store_n(&page[i].refs, !i || page->tails, __ATOMIC_RELAXED);
	}
	memset(shim_ram + ((size_t)first << PAGE_SHIFT),
	       gfp & __GFP_ZERO ? 0 : SHIM_POISON, PAGE_SIZE << order);
	__atomic_fetch_add(&shim_account.pages, 1L << order, __ATOMIC_RELAXED);
	return page;
}

static void block_free(struct page *head)
{
	u32 first = head - shim_mem_map;

	pool_lock();
	pool.next[first] = pool.free[head->order];
	pool.free[head->order] = first;
	pool_unlock();
}

void shim_page_put(struct page *page)
{
	struct page *head = &shim_mem_map[page->head];
	int refs = __atomic_sub_fetch(&page->refs, 1, __ATOMIC_ACQ_REL);

	check(PROP_EXHAUSTION, refs >= 0, "a page's reference is dropped that nobody had");
	if (refs)
		return;
	check(PROP_INTEGRITY, READ_ONCE(page->state) == SHIM_PAGE_ORPHAN,
	      "the last reference of a bounce page is dropped, and the strategy still has it");
	WRITE_ONCE(page->state, SHIM_PAGE_FREE);
	__atomic_fetch_sub(&shim_account.orphans, 1, __ATOMIC_RELAXED);
	if (!__atomic_sub_fetch(&head->alive, 1, __ATOMIC_ACQ_REL))
		block_free(head);
}

void shim_pages_free(struct page *page, unsigned int order)
{
	u32 i, nr = 1U << page->order;

	check(PROP_INTEGRITY, page->order == order,
	      "a block of order %u is freed as one of order %u",
	      page->order, order);
	for (i = 0; i < nr; i++) {
		check(PROP_EXHAUSTION, READ_ONCE(page[i].state) == SHIM_PAGE_OWNED,
		      "a page is freed that is free");
		WRITE_ONCE(page[i].state, SHIM_PAGE_ORPHAN);
	}
	__atomic_fetch_sub(&shim_account.pages, nr, __ATOMIC_RELAXED);
	for (i = page->tails ? nr : 1; i < nr; i++)
		WRITE_ONCE(page[i].state, SHIM_PAGE_FREE);
	nr = page->tails ? nr : 1;
	__atomic_fetch_add(&shim_account.orphans, nr, __ATOMIC_RELAXED);
	for (i = 0; i < nr; i++)
		shim_page_put(page + i);
}

void shim_split_page(struct page *page, unsigned int order)
{
	u32 i;

	check(PROP_INTEGRITY, page->order == order && !page->tails,
	      "split_page() of what is no such block");
	for (i = 0; i < 1U << order; i++) {
		page[i].head = page - shim_mem_map + i;
		page[i].order = 0;
		page[i].tails = true;
		page[i].alive = 1;
		__atomic_store_n(&page[i].refs, 1, __ATOMIC_RELAXED);
	}
}

void shim_page_get(struct page *page)
{
	int refs;

	shim_step();
	refs = __atomic_fetch_add(&page->refs, 1, __ATOMIC_RELAXED);

	check(PROP_INTEGRITY, refs > 0,
	      "a reference is taken to a page that is free, or has none of its own: no __GFP_COMP");
}

bool shim_in_compound(size_t offset, size_t len)
{
	const struct page *first = &shim_mem_map[shim_mem_map[offset >> PAGE_SHIFT].head];

	return first->compound && shim_mem_map[(offset + len - 1) >> PAGE_SHIFT].head ==
				  first->head;
}

/* A test that goes on after a wrong address reads and writes these bytes. */
static u8 nowhere[1UL << 16];

void *shim_phys_to_virt(phys_addr_t pa)
{
	u64 offset = pa - PFN_PHYS(SHIM_BASE_PFN);

	if (likely(offset < SHIM_RAM_SIZE))
		return shim_ram + offset;
	fail(PROP_INTEGRITY, "there is no memory at physical address %#llx", pa);
	return nowhere;
}

static bool page_exists(const struct page *page)
{
	bool exists = page >= shim_mem_map && page < shim_mem_map + shim_nr_pages;

	check(PROP_INTEGRITY, exists, "there is no such page");
	return exists;
}

void *shim_page_address(const struct page *page)
{
	return page_exists(page) ? shim_ram + ((page - shim_mem_map) << PAGE_SHIFT) : nowhere;
}

void shim_page_check(const struct page *page)
{
	if (page_exists(page))
		check(PROP_INTEGRITY, READ_ONCE(page->state) == SHIM_PAGE_OWNED,
		      "a page is used that its owner has freed");
}

/* In a block of several pages the bytes may lie in any one page. */
void *shim_page_at(struct page *page, size_t offset, size_t len)
{
	struct page *of = page + (offset >> PAGE_SHIFT);

	shim_page_check(of);
	check(PROP_INTEGRITY, offset_in_page(offset) + len <= PAGE_SIZE,
	      "%zu bytes at offset %zu of a page cross a PAGE_SIZE", len, offset);
	return (u8 *)page_address(page) + offset;
}

/* --- bytes that are shared ----------------------------------------------------- */

/*
 * A daemon may write a bounce page at any time.  Under ThreadSanitizer an access to a bounce
 * page is a relaxed atomic, so that the daemon's accesses are no races; an access to an
 * original is plain, so that a touch after unmap is a race.
 */
#if defined(__SANITIZE_THREAD__)
#define LOAD(from, shared)	((shared) ? __atomic_load_n(from, __ATOMIC_RELAXED) : *(from))
#define STORE(to, v, shared)					\
do {								\
	if (shared)						\
		__atomic_store_n(to, v, __ATOMIC_RELAXED);	\
	else							\
		*(to) = (v);					\
} while (0)

static __always_inline void copy_bytes(u8 *to, bool to_shared, const u8 *from,
				 bool from_shared, size_t len)
{
	size_t i = 0;

	if (!(((uintptr_t)to | (uintptr_t)from) & 7))
		for (; i + 8 <= len; i += 8)
			STORE((u64 *)(to + i), LOAD((const u64 *)(from + i), from_shared),
			      to_shared);
	for (; i < len; i++)
		STORE(to + i, LOAD(from + i, from_shared), to_shared);
}

void shim_zero_shared(void *to, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		STORE((u8 *)to + i, 0, true);
}
#else
static __always_inline void copy_bytes(u8 *to, bool to_shared, const u8 *from,
				 bool from_shared, size_t len)
{
	u8 through[4096];
	int i;

	/* Take long: a copy that undoes the write of another thread is then found. */
	if (shim_chaos_on && len <= sizeof(through) && ++shim_self.copies % 8 == 0) {
		memcpy(through, from, len);
		for (i = 0; i < 40; i++)
			__builtin_ia32_pause();
		memcpy(to, through, len);
		return;
	}
	memcpy(to, from, len);
}

void shim_zero_shared(void *to, size_t len)
{
	memset(to, 0, len);
}
#endif

void shim_copy_shared(void *to, const void *from, size_t len)
{
	copy_bytes(to, true, from, true, len);
}

void shim_copy_to_shared(void *to, const void *from, size_t len)
{
	copy_bytes(to, true, from, false, len);
}

void shim_copy_from_shared(void *to, const void *from, size_t len)
{
	copy_bytes(to, false, from, true, len);
}
