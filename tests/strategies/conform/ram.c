// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Physical memory: pages with references, and the originals of mappings.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "check.h"
#include "sim.h"

#define NO_PAGE		(~0U)
#define MAX_ORDER	10
#define CELLS_AT	(1UL << 20)
#define POOL_AT		(130UL << 20)	/* on a multiple of BL_HUGE_SIZE */

struct sim sim;
struct page shim_mem_map[SHIM_NR_PAGES];
u8 *shim_ram;

static struct {
	int lock;
	u32 bump;			/* pages from here on were never used */
	u32 free[MAX_ORDER];		/* first page of the first block */
	u32 next[SHIM_NR_PAGES];
} pool;

struct cell {
	u64 seq;		/* odd: open */
	u64 from, to;		/* physical */
	u32 dir;
} ____cacheline_aligned;

static struct cell cells[NR_CELLS];

void ram_init(void)
{
	BUILD_BUG_ON(CELLS_AT + NR_CELLS * CELL_SIZE > POOL_AT);
	shim_ram = mmap(NULL, SHIM_RAM_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (shim_ram == MAP_FAILED)
		abort();
}

void ram_reset(void)
{
	unsigned int i;

	memset(shim_mem_map, 0, sizeof(shim_mem_map));
	memset(cells, 0, sizeof(cells));
	memset(&sim.inject, 0, sizeof(sim.inject));
	sim.pages = sim.orphans = sim.allocations = 0;
	pool.lock = 0;
	pool.bump = POOL_AT >> PAGE_SHIFT;
	for (i = 0; i < MAX_ORDER; i++)
		pool.free[i] = NO_PAGE;
	/* Everybody may map it, and it has no owner who frees it. */
	shim_mem_map[0].state = SHIM_PAGE_OWNED;
	shim_mem_map[0].refs = 1;
	for (i = CELLS_AT >> PAGE_SHIFT; i < POOL_AT >> PAGE_SHIFT; i++) {
		shim_mem_map[i].state = SHIM_PAGE_OWNED;
		shim_mem_map[i].refs = 1;
		shim_mem_map[i].head = i;
	}
}

/* --- pages ----------------------------------------------------------------- */

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
	if (first + (1U << order) > SHIM_NR_PAGES)
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
		/* A machine with more memory would have it: as one that was made to fail. */
		__atomic_fetch_add(&sim.inject.hits, 1, __ATOMIC_RELAXED);
		return NULL;
	}

	page = &shim_mem_map[first];
	page->order = order;
	page->tails = gfp & (__GFP_COMP | SHIM_GFP_SPLIT);
	page->alive = page->tails ? 1U << order : 1;
	for (i = 0; i < 1U << order; i++) {
		page[i].head = first;
		page[i].state = SHIM_PAGE_OWNED;
		/* A block that is neither compound nor split has those of its first. */
		__atomic_store_n(&page[i].refs, !i || page->tails, __ATOMIC_RELAXED);
	}
	memset(shim_ram + ((size_t)first << PAGE_SHIFT),
	       gfp & __GFP_ZERO ? 0 : SIM_POISON, PAGE_SIZE << order);
	__atomic_fetch_add(&sim.pages, 1L << order, __ATOMIC_RELAXED);
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
	__atomic_fetch_sub(&sim.orphans, 1, __ATOMIC_RELAXED);
	if (!__atomic_sub_fetch(&head->alive, 1, __ATOMIC_ACQ_REL))
		block_free(head);
}

void shim_pages_free(struct page *page)
{
	u32 i, nr = 1U << page->order;

	for (i = 0; i < nr; i++) {
		check(PROP_EXHAUSTION, READ_ONCE(page[i].state) == SHIM_PAGE_OWNED,
		      "a page is freed that is free");
		WRITE_ONCE(page[i].state, SHIM_PAGE_ORPHAN);
	}
	__atomic_fetch_sub(&sim.pages, nr, __ATOMIC_RELAXED);
	for (i = page->tails ? nr : 1; i < nr; i++)
		WRITE_ONCE(page[i].state, SHIM_PAGE_FREE);
	nr = page->tails ? nr : 1;
	__atomic_fetch_add(&sim.orphans, nr, __ATOMIC_RELAXED);
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

void shim_page_check(const struct page *page)
{
	check(PROP_INTEGRITY, page >= shim_mem_map && page < shim_mem_map + SHIM_NR_PAGES,
	      "there is no such page");
	check(PROP_INTEGRITY, READ_ONCE(page->state) == SHIM_PAGE_OWNED,
	      "a page is used that its owner has freed");
}

unsigned long shim_get_free_page(gfp_t gfp)
{
	struct page *page = shim_pages_alloc(0, gfp);

	return page ? (unsigned long)page_address(page) : 0;
}

void shim_free_page(unsigned long addr)
{
	if (addr)
		shim_pages_free(virt_to_page(addr));
}

/* Of a block of several pages, the bytes may lie in any one of them. */
void *shim_page_at(struct page *page, size_t offset, size_t len)
{
	struct page *of = page + (offset >> PAGE_SHIFT);

	shim_page_check(of);
	check(PROP_INTEGRITY, offset_in_page(offset) + len <= PAGE_SIZE,
	      "%zu bytes at offset %zu of a page cross a PAGE_SIZE", len, offset);
	return (u8 *)page_address(page) + offset;
}

/* --- originals ------------------------------------------------------------- */

phys_addr_t cell_pa(unsigned int n)
{
	return PFN_PHYS(SHIM_BASE_PFN) + CELLS_AT + ((u64)n << CELL_SHIFT);
}

phys_addr_t zero_page_pa(void)
{
	return PFN_PHYS(SHIM_BASE_PFN);
}

void cell_open(unsigned int n, phys_addr_t pa, size_t size,
	       enum dma_data_direction dir)
{
	struct cell *cell = &cells[n];

	WRITE_ONCE(cell->from, pa);
	WRITE_ONCE(cell->to, pa + size);
	WRITE_ONCE(cell->dir, dir);
	smp_store_release(&cell->seq, cell->seq + 1);
}

void cell_close(unsigned int n)
{
	smp_store_release(&cells[n].seq, cells[n].seq + 1);
}

static enum prop beyond(bool to_device)
{
	return to_device ? PROP_NEIGHBOUR : PROP_INTEGRITY;
}

/* Not all of it is: a strategy may have made room for what the daemon writes. */
static bool holds_secrets(phys_addr_t orig, size_t len)
{
	const u8 *at = phys_to_virt(orig);

	while (len--)
		if ((*at++ & 0xc0) == SIM_SECRET)
			return true;
	return false;
}

struct cell_pass cell_enter(const struct bl_domain *d, phys_addr_t orig, size_t len,
			    bool to_device)
{
	u64 offset = orig - cell_pa(0), from, to;
	struct cell_pass pass = { .n = NR_CELLS };
	struct cell *cell;

	if (orig - zero_page_pa() < PAGE_SIZE) {
		check(PROP_INTEGRITY, to_device, "the zero page is written");
		return pass;
	}
	pass.n = offset >> CELL_SHIFT;
	if (pass.n >= NR_CELLS) {
		fail(PROP_INTEGRITY, "a copy of %zu bytes at physical address %#llx, where no mapping ever was",
		     len, orig);
		pass.nowhere = true;
		return pass;
	}
	cell = &cells[pass.n];
	pass.seq = smp_load_acquire(&cell->seq);
	check(PROP_AFTER_UNMAP, pass.seq & 1,
	      "%zu bytes of buffer #%u are %s, and it is not mapped",
	      len, pass.n, to_device ? "read" : "written");

	from = READ_ONCE(cell->from);
	to = READ_ONCE(cell->to);
	check(beyond(to_device), orig >= from && orig + len <= to,
	      "a copy %s buffer #%u, bytes %lld to %lld, of which 0 to %llu are mapped",
	      to_device ? "out of" : "into", pass.n, (s64)(orig - from),
	      (s64)(orig + len - from), to - from);
	if (to_device)
		check(PROP_NEIGHBOUR,
		      READ_ONCE(cell->dir) != DMA_FROM_DEVICE ||
		      d->prefill == BL_PREFILL_COPY || !holds_secrets(orig, len),
		      "the old contents of buffer #%u, mapped from-device, are copied out",
		      pass.n);
	else
		check(PROP_INTEGRITY, READ_ONCE(cell->dir) != DMA_TO_DEVICE,
		      "buffer #%u, mapped to-device, is written", pass.n);
	return pass;
}

/* What was unmapped before the copy ended was touched after unmap. */
void cell_leave(struct cell_pass pass)
{
	if (pass.n >= NR_CELLS)
		return;
#if !defined(__SANITIZE_THREAD__)	/* there it would order all copies, and hide races */
	/* The copy before the load: pairs with the release in cell_close(). */
	smp_rmb();
#endif
	check(PROP_AFTER_UNMAP, READ_ONCE(cells[pass.n].seq) == pass.seq,
	      "buffer #%u is being copied, and its unmap returns", pass.n);
}
