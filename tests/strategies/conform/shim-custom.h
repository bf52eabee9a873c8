/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is made for this suite: the same work as in the kernel, in another way,
 * with checks of how it is used.
 *
 * Locks	are words that are tested and set.  A lock is checked for being
 *		taken twice by its owner, released by another, and taken both in an
 *		interrupt and with interrupts on.  Left out: fairness, except that a
 *		waiting writer holds off readers.
 * Interrupts	never come; that they are off is a flag of the thread, which
 *		decides what may sleep.  A thread has a simulated CPU for itself:
 *		what two tasks on one CPU do to each other is left out.
 * Memory	of the kernel comes from malloc().  Physical memory is an array:
 *		the originals of mappings in the first half, pages in the second.
 *		Pages have references, are counted, and hold a pattern unless they
 *		are asked for zeroed.  Left out: zones, highmem, compound pages,
 *		reclaim.  Any allocation can be made to fail, also one that in the
 *		kernel would hardly.
 */
#ifndef SHIM_CUSTOM_H
#define SHIM_CUSTOM_H

#include "shim-copied.h"
#include "shim-stub.h"

/* The suite has allocators of its own, and struct bl_domain only has room for this one. */
struct iova_domain {
	char unused;
};

/* --- the running thread ---------------------------------------------------- */

#define NR_CPUS 16

struct shim_thread {
	int cpu;
	bool in_irq;		/* called as from an interrupt or under its lock */
	unsigned long irqs_off;
	bool spared;		/* its allocations do not fail */
	int atomic_depth;	/* spinlocks held, preemption off */
	unsigned int spins;
	unsigned int calls, faults, exchanges, copies;	/* so far */
	unsigned int steps;	/* until something comes in between, see step.c */
	unsigned int interrupting;	/* with an interrupt that another waits for; spins in it */
	u64 random;		/* rate of failing allocations, see shim_alloc_fails() */
};

extern __thread struct shim_thread shim_self;

/* conform-step: if set, what comes before each access to memory and each call. */
extern void (*shim_before_access)(void);
#if defined(SHIM_STEP)
#define shim_step()							\
do {									\
	if (unlikely(shim_before_access))				\
		shim_before_access();					\
} while (0)
#else
#define shim_step()	((void)0)
#endif

/* Threads: what is short takes long now and then, for others to come in between. */
extern bool shim_chaos_on;
void shim_chaos(bool on);

void shim_might_sleep(const char *what);
void shim_relax(void);

#define cpu_relax()		shim_relax()
#define cond_resched()		shim_might_sleep("cond_resched()")
#define might_sleep()		shim_might_sleep("might_sleep()")
#define raw_smp_processor_id()	(shim_self.cpu)
#define smp_processor_id()	shim_processor_id()
#define num_possible_cpus()	NR_CPUS
#define num_online_cpus()	NR_CPUS
#define nr_cpu_ids		NR_CPUS
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < NR_CPUS; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)

#define local_irq_save(flags)						\
do {									\
	(flags) = shim_self.irqs_off;					\
	shim_self.irqs_off = 1;						\
	barrier();							\
} while (0)
#define local_irq_restore(flags) do { barrier(); shim_self.irqs_off = (flags); } while (0)
#define local_irq_disable()	do { shim_self.irqs_off = 1; barrier(); } while (0)
#define local_irq_enable()	do { barrier(); shim_self.irqs_off = 0; } while (0)
#define irqs_disabled()		(shim_self.irqs_off != 0)
#define preempt_disable()	do { shim_self.atomic_depth++; barrier(); } while (0)
#define preempt_enable()	do { barrier(); shim_self.atomic_depth--; } while (0)
#define get_cpu()		({ preempt_disable(); shim_self.cpu; })
#define put_cpu()		preempt_enable()
int shim_processor_id(void);

/* --- locks ----------------------------------------------------------------- */

typedef struct {
	unsigned int word;	/* readers, or SHIM_WRITER; mutexes too */
	unsigned int waiting;	/* writers */
	const void *owner;	/* the writer's shim_self */
	unsigned int seen;	/* how it was taken so far */
} shim_lock_t;

typedef struct { shim_lock_t l; } spinlock_t;
typedef struct { shim_lock_t l; } raw_spinlock_t;
typedef struct { shim_lock_t l; } rwlock_t;
struct mutex { shim_lock_t l; };
struct rw_semaphore { shim_lock_t l; };

void shim_lock_init(shim_lock_t *l);
void shim_lock(shim_lock_t *l, bool sleeps);
bool shim_trylock(shim_lock_t *l);
void shim_unlock(shim_lock_t *l, bool sleeps);
void shim_read_lock(shim_lock_t *l, bool sleeps);
void shim_read_unlock(shim_lock_t *l, bool sleeps);
void shim_bit_lock(int bit, unsigned long *word);
bool shim_bit_trylock(int bit, unsigned long *word);
void shim_bit_unlock(int bit, unsigned long *word);

#define SHIM_LOCK_UNLOCKED	{ { 0, 0, NULL, 0 } }
#define DEFINE_SPINLOCK(x)	spinlock_t x = SHIM_LOCK_UNLOCKED
#define DEFINE_MUTEX(x)		struct mutex x = SHIM_LOCK_UNLOCKED

#define shim_irqsave(flags, lock_it) do { local_irq_save(flags); lock_it; } while (0)
#define shim_irqrestore(flags, unlock_it) do { unlock_it; local_irq_restore(flags); } while (0)

#define spin_lock_init(x)	shim_lock_init(&(x)->l)
#define spin_lock(x)		shim_lock(&(x)->l, false)
#define spin_trylock(x)		shim_trylock(&(x)->l)
#define spin_lock_nested(x, class)	spin_lock(x)
#define spin_lock_nest_lock(x, outer)	do { (void)(outer); spin_lock(x); } while (0)
#define spin_unlock(x)		shim_unlock(&(x)->l, false)
#define spin_lock_irqsave(x, flags)	shim_irqsave(flags, spin_lock(x))
#define spin_unlock_irqrestore(x, flags) shim_irqrestore(flags, spin_unlock(x))
#define spin_lock_irq(x)	do { local_irq_disable(); spin_lock(x); } while (0)
#define spin_unlock_irq(x)	do { spin_unlock(x); local_irq_enable(); } while (0)
#define spin_trylock_irqsave(x, flags)					\
({									\
	bool got_;							\
									\
	local_irq_save(flags);						\
	got_ = spin_trylock(x);						\
	if (!got_)							\
		local_irq_restore(flags);				\
	got_;								\
})
#define spin_is_locked(x)	(READ_ONCE((x)->l.word) != 0)
#define raw_spin_lock_init(x)	spin_lock_init(x)
#define raw_spin_lock(x)	spin_lock(x)
#define raw_spin_unlock(x)	spin_unlock(x)
#define raw_spin_lock_irqsave(x, flags) spin_lock_irqsave(x, flags)
#define raw_spin_unlock_irqrestore(x, flags) spin_unlock_irqrestore(x, flags)

#define rwlock_init(x)		shim_lock_init(&(x)->l)
#define read_lock(x)		shim_read_lock(&(x)->l, false)
#define read_unlock(x)		shim_read_unlock(&(x)->l, false)
#define write_lock(x)		shim_lock(&(x)->l, false)
#define write_unlock(x)		shim_unlock(&(x)->l, false)
#define read_lock_irqsave(x, flags)	shim_irqsave(flags, read_lock(x))
#define read_unlock_irqrestore(x, flags) shim_irqrestore(flags, read_unlock(x))
#define write_lock_irqsave(x, flags)	shim_irqsave(flags, write_lock(x))
#define write_unlock_irqrestore(x, flags) shim_irqrestore(flags, write_unlock(x))
#define write_lock_irq(x)	do { local_irq_disable(); write_lock(x); } while (0)
#define write_unlock_irq(x)	do { write_unlock(x); local_irq_enable(); } while (0)

#define bit_spin_lock(bit, word)	shim_bit_lock(bit, word)
#define bit_spin_trylock(bit, word)	shim_bit_trylock(bit, word)
#define bit_spin_unlock(bit, word)	shim_bit_unlock(bit, word)
#define bit_spin_is_locked(bit, word)	test_bit(bit, word)

#define mutex_init(x)		shim_lock_init(&(x)->l)
#define mutex_destroy(x)	((void)(x))
#define mutex_lock(x)		shim_lock(&(x)->l, true)
#define mutex_unlock(x)		shim_unlock(&(x)->l, true)

#define init_rwsem(x)		shim_lock_init(&(x)->l)
#define down_read(x)		shim_read_lock(&(x)->l, true)
#define up_read(x)		shim_read_unlock(&(x)->l, true)
#define down_write(x)		shim_lock(&(x)->l, true)
#define up_write(x)		shim_unlock(&(x)->l, true)

/* --- the kernel's own memory ----------------------------------------------- */

void *shim_alloc(size_t nr, size_t size, gfp_t gfp);
void shim_free(const void *p);
bool shim_alloc_fails(void);

#define kmalloc(size, gfp)	shim_alloc(1, size, gfp)
#define kzalloc(size, gfp)	shim_alloc(1, size, (gfp) | __GFP_ZERO)
#define kcalloc(n, size, gfp)	shim_alloc(n, size, (gfp) | __GFP_ZERO)
#define kmalloc_array(n, size, gfp) shim_alloc(n, size, gfp)
#define kvmalloc(size, gfp)	shim_alloc(1, size, (gfp) | GFP_KERNEL)
#define kvzalloc(size, gfp)	kvcalloc(1, size, gfp)
#define kvmalloc_array(n, size, gfp) shim_alloc(n, size, (gfp) | GFP_KERNEL)
#define kvcalloc(n, size, gfp)	shim_alloc(n, size, (gfp) | GFP_KERNEL | __GFP_ZERO)
#define vmalloc(size)		shim_alloc(1, size, GFP_KERNEL)
#define vzalloc(size)		vcalloc(1, size)
#define vmalloc_array(n, size)	shim_alloc(n, size, GFP_KERNEL)
#define vcalloc(n, size)	shim_alloc(n, size, GFP_KERNEL | __GFP_ZERO)
#define kzalloc_node(size, gfp, node) kzalloc(size, gfp)
#define kfree(p)		shim_free(p)
#define kvfree(p)		shim_free(p)
#define vfree(p)		shim_free(p)

#define alloc_percpu(type)	((type *)kcalloc(NR_CPUS, sizeof(type), GFP_KERNEL))
#define free_percpu(p)		shim_free(p)
#define per_cpu_ptr(p, cpu)	((p) + (cpu))
#define this_cpu_ptr(p)		((p) + smp_processor_id())
#define raw_cpu_ptr(p)		((p) + raw_smp_processor_id())

/* --- physical memory ------------------------------------------------------- */

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

enum shim_page_state {
	SHIM_PAGE_FREE,
	SHIM_PAGE_OWNED,	/* its allocation still holds a reference */
	SHIM_PAGE_ORPHAN,	/* freed, but somebody else has a reference */
};

struct page {
	int refs;
	u8 state;		/* enum shim_page_state */
	u8 order;		/* of the block; valid in its first page */
	bool tails;		/* the others have references, too; in the first */
	u32 head;		/* index of the block's first page */
	u32 alive;		/* pages of the block with references; in the first */
};

/* Beyond what 32 bits hold. */
#define SHIM_BASE_PFN	((4097UL << 20) >> PAGE_SHIFT)
#define SHIM_RAM_SIZE	(194UL << 20)
#define SHIM_NR_PAGES	(SHIM_RAM_SIZE >> PAGE_SHIFT)

extern struct page shim_mem_map[SHIM_NR_PAGES];
extern u8 *shim_ram;

#define page_to_pfn(page)	(SHIM_BASE_PFN + (unsigned long)((page) - shim_mem_map))
#define pfn_to_page(pfn)	(shim_mem_map + ((pfn) - SHIM_BASE_PFN))
#define page_to_phys(page)	PFN_PHYS(page_to_pfn(page))
#define phys_to_virt(pa)	((void *)(shim_ram + ((pa) - PFN_PHYS(SHIM_BASE_PFN))))
#define virt_to_phys(p)		(PFN_PHYS(SHIM_BASE_PFN) + (phys_addr_t)((u8 *)(p) - shim_ram))
#define page_address(page)	phys_to_virt(page_to_phys(page))
#define virt_to_page(p)		pfn_to_page(PHYS_PFN(virt_to_phys(p)))
#define nth_page(page, n)	((page) + (n))

/* The first page is the zero page, the second is no memory but a device's. */
#define is_zero_pfn(pfn)	((pfn) == SHIM_BASE_PFN)
#define page_is_ram(pfn)	((pfn) != SHIM_BASE_PFN + 1)
#define pfn_valid(pfn)		((pfn) - SHIM_BASE_PFN < SHIM_NR_PAGES)
#define node_end_pfn(nid)	(SHIM_BASE_PFN + SHIM_NR_PAGES)

struct page *shim_pages_alloc(unsigned int order, gfp_t gfp);
void shim_pages_free(struct page *page);
void shim_page_get(struct page *page);
void shim_page_put(struct page *page);
void shim_page_check(const struct page *page);

#define get_page(page)		shim_page_get(page)
#define put_page(page)		shim_page_put(page)
#define page_ref_count(page)	READ_ONCE((page)->refs)
#define page_count(page)	page_ref_count(page)
void shim_split_page(struct page *page, unsigned int order);
#define split_page(page, order)	shim_split_page(page, order)
#define alloc_pages(gfp, order)	shim_pages_alloc(order, gfp)
#define alloc_page(gfp)		shim_pages_alloc(0, gfp)
#define __free_pages(page, order) shim_pages_free(page)
#define __free_page(page)	shim_pages_free(page)
#define get_zeroed_page(gfp)	shim_get_free_page((gfp) | __GFP_ZERO)
#define __get_free_page(gfp)	shim_get_free_page(gfp)
#define free_page(addr)		shim_free_page(addr)
unsigned long shim_get_free_page(gfp_t gfp);
void shim_free_page(unsigned long addr);

/* Bytes that another thread may be writing: a daemon is not to be trusted. */
void shim_copy_shared(void *to, const void *from, size_t len);
void shim_copy_to_shared(void *to, const void *from, size_t len);
void shim_copy_from_shared(void *to, const void *from, size_t len);
void shim_zero_shared(void *to, size_t len);
void *shim_page_at(struct page *page, size_t offset, size_t len);

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

#endif /* SHIM_CUSTOM_H */
