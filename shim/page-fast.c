// SPDX-License-Identifier: GPL-2.0-or-later
/* How pages are allocated, for timing.  page-fast.h says what of the kernel is left out. */
#include <stdlib.h>
#include <sys/mman.h>

#include "lock.h"
#include "page.h"

#define HUGE		(2UL << 20)
#define BLOCKS		(8UL << 20)	/* bytes kept for blocks of several pages */
#define PER_CPU_BATCH	63		/* pages that a CPU takes or gives back at once */
#define PER_CPU_MAX	512

struct page *shim_mem_map;
u8 *shim_ram;
unsigned long shim_nr_pages;

static struct {
	spinlock_t lock;
	u32 nr;
	struct page **page;
} all ____cacheline_aligned = { .lock = SHIM_UNLOCKED("pages of all") };

static struct {
	spinlock_t lock;
	u32 nr;
	struct page *page[PER_CPU_MAX];
} of_cpu[NR_CPUS] ____cacheline_aligned;

static unsigned long next_block;	/* index of a page; under all.lock */

/* --- physical memory ------------------------------------------------------- */

/* Give pages a random order, as after some uptime, which no prefetcher follows. */
static void shuffle(struct page **page, u32 nr, u32 seed)
{
	u64 state = seed * 0x9e3779b97f4a7c15ULL + 1;
	u32 i, other;

	for (i = nr; i > 1; i--) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		other = state % i;
		swap(page[i - 1], page[other]);
	}
}

static void *map_huge(size_t size)
{
	size_t i;
	u8 *at = mmap(NULL, size + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	at = (u8 *)ALIGN((uintptr_t)at, HUGE);
	/* The kernel maps its memory by huge pages as well.  Without them all works, slower. */
	madvise(at, size, MADV_HUGEPAGE);
	/* Its pages are zero; let all of them be there before anything is timed. */
	for (i = 0; i < size; i += PAGE_SIZE)
		*(volatile u8 *)(at + i) = 0;
	return at;
}

int shim_ram_init(u64 reserved, u64 size, u32 seed)
{
	unsigned long first, i;

	reserved = ALIGN(reserved, PAGE_SIZE);
	size = ALIGN(reserved + size + BLOCKS, HUGE);
	shim_ram = map_huge(size);
	shim_nr_pages = size >> PAGE_SHIFT;
	shim_mem_map = aligned_alloc(SMP_CACHE_BYTES, shim_nr_pages * sizeof(struct page));
	all.page = malloc(shim_nr_pages * sizeof(*all.page));
	if (!shim_ram || !shim_mem_map || !all.page)
		return -ENOMEM;
	memset(shim_mem_map, 0, shim_nr_pages * sizeof(struct page));
	next_block = shim_nr_pages - (BLOCKS >> PAGE_SHIFT);
	first = reserved >> PAGE_SHIFT;
	for (i = first; i < next_block; i++)
		all.page[all.nr++] = &shim_mem_map[i];
	shuffle(all.page, all.nr, seed);
	for (i = 0; i < NR_CPUS; i++)
		shim_spin_init(&of_cpu[i].lock, "pages of a CPU");
	return 0;
}

/* Fill this CPU's list, which is empty.  The caller holds its lock. */
static void refill(void)
{
	typeof(&of_cpu[0]) mine = &of_cpu[shim_self.cpu];

	spin_lock(&all.lock);
	while (all.nr && mine->nr < PER_CPU_BATCH)
		mine->page[mine->nr++] = all.page[--all.nr];
	spin_unlock(&all.lock);
}

/* Empty a part of this CPU's list, which is full.  The caller holds its lock. */
static void give_back(void)
{
	typeof(&of_cpu[0]) mine = &of_cpu[shim_self.cpu];
	u32 i;

	spin_lock(&all.lock);
	for (i = 0; i < PER_CPU_BATCH; i++)
		all.page[all.nr++] = mine->page[--mine->nr];
	spin_unlock(&all.lock);
}

struct page *shim_page_alloc(gfp_t gfp)
{
	typeof(&of_cpu[0]) mine = &of_cpu[shim_self.cpu];
	struct page *page = NULL;
	unsigned long flags;

	spin_lock_irqsave(&mine->lock, flags);
	if (unlikely(!mine->nr))
		refill();
	if (likely(mine->nr))
		page = mine->page[--mine->nr];
	spin_unlock_irqrestore(&mine->lock, flags);
	if (unlikely(!page))
		return NULL;
	WRITE_ONCE(page->refs, 1);
	if (gfp & __GFP_ZERO)
		memset(page_address(page), 0, PAGE_SIZE);
	return page;
}

void shim_page_put(struct page *page)
{
	typeof(&of_cpu[0]) mine = &of_cpu[shim_self.cpu];
	unsigned long flags;

	/* Full barrier: all accesses of other owners to the page come before. */
	if (__atomic_sub_fetch(&page->refs, 1, __ATOMIC_SEQ_CST))
		return;
	spin_lock_irqsave(&mine->lock, flags);
	if (unlikely(mine->nr == PER_CPU_MAX))
		give_back();
	mine->page[mine->nr++] = page;
	spin_unlock_irqrestore(&mine->lock, flags);
}

struct page *shim_block_alloc(unsigned int order, gfp_t gfp)
{
	unsigned long nr = 1UL << order, first;
	struct page *page = NULL;

	spin_lock(&all.lock);
	first = ALIGN(next_block, nr);
	if (first + nr <= shim_nr_pages) {
		next_block = first + nr;
		page = &shim_mem_map[first];
	}
	spin_unlock(&all.lock);
	if (!page)
		return NULL;
	page->order = order;
	for (first = 0; first < nr; first++)
		page[first].refs = 1;
	if (gfp & __GFP_ZERO)
		memset(page_address(page), 0, nr << PAGE_SHIFT);
	return page;
}

