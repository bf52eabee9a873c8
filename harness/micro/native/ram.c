// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory.  shim-fast.h says what of the kernel's is here and what is not. */
#include <stdlib.h>
#include <sys/mman.h>

#include "native.h"
#include "shim.h"

#define HUGE		(2UL << 20)
#define BLOCKS		(8UL << 20)	/* bytes kept for blocks of several pages */
#define PER_CPU_BATCH	63		/* pages that a CPU takes or gives back at once */
#define PER_CPU_MAX	512

struct page *micro_mem_map;
u8 *micro_ram;
unsigned long micro_nr_pages;
u32 micro_nr_cpus;

static struct {
	spinlock_t lock;
	u32 nr;
	struct page **page;
} all ____cacheline_aligned = { .lock = { .all = 0 MICRO_NAMED("pages of all") } };

static struct {
	spinlock_t lock;
	u32 nr;
	struct page *page[PER_CPU_MAX];
} of_cpu[NR_CPUS] ____cacheline_aligned;

static unsigned long next_block;	/* index of a page; under all.lock */

/* --- physical memory ------------------------------------------------------- */

/* In any order, as after some uptime; not one that a prefetcher knows. */
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
	u8 *at = mmap(NULL, size + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	at = (u8 *)ALIGN((uintptr_t)at, HUGE);
	/* As the kernel's own mapping of memory.  Without them it works, too. */
	madvise(at, size, MADV_HUGEPAGE);
	memset(at, 0, size);
	return at;
}

/* RESERVED bytes at the beginning are the caller's, SIZE more are for pages. */
int micro_ram_init(u64 reserved, u64 size, u32 seed)
{
	unsigned long first, i;

	reserved = ALIGN(reserved, PAGE_SIZE);
	size = ALIGN(reserved + size + BLOCKS, HUGE);
	micro_ram = map_huge(size);
	micro_nr_pages = size >> PAGE_SHIFT;
	micro_mem_map = aligned_alloc(SMP_CACHE_BYTES, micro_nr_pages * sizeof(struct page));
	all.page = malloc(micro_nr_pages * sizeof(*all.page));
	if (!micro_ram || !micro_mem_map || !all.page)
		return -ENOMEM;
	memset(micro_mem_map, 0, micro_nr_pages * sizeof(struct page));
	next_block = micro_nr_pages - (BLOCKS >> PAGE_SHIFT);
	first = reserved >> PAGE_SHIFT;
	for (i = first; i < next_block; i++)
		all.page[all.nr++] = &micro_mem_map[i];
	shuffle(all.page, all.nr, seed);
	for (i = 0; i < NR_CPUS; i++)
		micro_spin_init(&of_cpu[i].lock, "pages of a CPU");
	return 0;
}

/* Holds the lock of this CPU's list, which is empty. */
static void refill(void)
{
	typeof(&of_cpu[0]) mine = &of_cpu[micro_self.cpu];

	spin_lock(&all.lock);
	while (all.nr && mine->nr < PER_CPU_BATCH)
		mine->page[mine->nr++] = all.page[--all.nr];
	spin_unlock(&all.lock);
}

/* Holds the lock of this CPU's list, which is full. */
static void give_back(void)
{
	typeof(&of_cpu[0]) mine = &of_cpu[micro_self.cpu];
	u32 i;

	spin_lock(&all.lock);
	for (i = 0; i < PER_CPU_BATCH; i++)
		all.page[all.nr++] = mine->page[--mine->nr];
	spin_unlock(&all.lock);
}

struct page *micro_page_alloc(gfp_t gfp)
{
	typeof(&of_cpu[0]) mine = &of_cpu[micro_self.cpu];
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

void micro_page_free(struct page *page)
{
	typeof(&of_cpu[0]) mine = &of_cpu[micro_self.cpu];
	unsigned long flags;

	/* Full barrier: what the others did to the page is over. */
	if (__atomic_sub_fetch(&page->refs, 1, __ATOMIC_SEQ_CST))
		return;
	spin_lock_irqsave(&mine->lock, flags);
	if (unlikely(mine->nr == PER_CPU_MAX))
		give_back();
	mine->page[mine->nr++] = page;
	spin_unlock_irqrestore(&mine->lock, flags);
}

/* Blocks are not used again: who times them does not need many. */
struct page *micro_block_alloc(unsigned int order, gfp_t gfp)
{
	unsigned long nr = 1UL << order, first;
	struct page *page = NULL;

	spin_lock(&all.lock);
	first = ALIGN(next_block, nr);
	if (first + nr <= micro_nr_pages) {
		next_block = first + nr;
		page = &micro_mem_map[first];
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

void micro_block_free(struct page *page)
{
}

/* --- the kernel's own memory ----------------------------------------------- */

/* Written to in any case, so that no page of it comes only when it is first used. */
void *micro_alloc(size_t nr, size_t size, gfp_t gfp)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(nr, size, &bytes))
		return NULL;
	bytes = ALIGN(bytes ?: 1, SMP_CACHE_BYTES);
	p = aligned_alloc(SMP_CACHE_BYTES, bytes);
	if (p)
		memset(p, 0, bytes);
	return p;
}

void micro_free(void *p)
{
	free(p);
}

/* --- per CPU: CPU n's part of what is at P is at P + n * MICRO_PERCPU_PART ----- */

static struct {
	u8 *part0;
	size_t used;
	void *free;		/* the one that was freed last, and its size */
	size_t free_size;
} percpu;

/* Not while threads run, except in ->init between two rounds: one at a time. */
void *micro_percpu_alloc(size_t size)
{
	u8 *p;
	u32 i;

	size = ALIGN(size, SMP_CACHE_BYTES);
	if (!percpu.part0)
		percpu.part0 = micro_alloc(NR_CPUS, MICRO_PERCPU_PART, GFP_KERNEL);
	if (percpu.free && percpu.free_size == size) {
		p = percpu.free;
		percpu.free = NULL;
	} else if (percpu.part0 && percpu.used + size <= MICRO_PERCPU_PART) {
		p = percpu.part0 + percpu.used;
		percpu.used += size;
	} else {
		return NULL;
	}
	for (i = 0; i < NR_CPUS; i++)
		memset(p + i * MICRO_PERCPU_PART, 0, size);
	return p;
}

void micro_percpu_free(void *p, size_t size)
{
	percpu.free = p;
	percpu.free_size = ALIGN(size, SMP_CACHE_BYTES);
}
