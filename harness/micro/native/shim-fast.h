/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory, addresses and devices, as far as strategies and kmod/core/core-inline.h use them,
 * with the work that the kernel does for them on the map path.
 *
 * Pages	physical memory is one mapping of huge pages, present before anything is
 *		timed.  Single pages come from a list of the CPU under its lock, filled by the
 *		batch from a list of all under another, as the kernel's per-CPU lists are;
 *		GFP flags say no more than whether a page is zeroed.  Left out: zones,
 *		watermarks, reclaim, memory cgroups, blocks that are split and joined.
 * References	of pages are atomic.
 * Slab, vmalloc	malloc(), written to before it is given out.
 * Per CPU	parts of one size at equal distance, found by the thread's offset.
 * IOVA		see iova.c.
 * Tracepoints	nothing, where the kernel has a patched-out jump.
 */
#ifndef SHIM_FAST_H
#define SHIM_FAST_H

#include "lock.h"

#define nr_cpu_ids		num_possible_cpus()
#define num_online_cpus()	num_possible_cpus()
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < (int)num_possible_cpus(); (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)

extern u32 micro_nr_cpus;	/* of the machine that is played, >= threads */
#define num_possible_cpus()	(micro_nr_cpus)

/* --- the kernel's own memory ----------------------------------------------- */

void *micro_alloc(size_t nr, size_t size, gfp_t gfp);
void micro_free(void *p);

#define kmalloc(size, gfp)	micro_alloc(1, size, gfp)
#define kzalloc(size, gfp)	micro_alloc(1, size, (gfp) | __GFP_ZERO)
#define kzalloc_node(size, gfp, node) kzalloc(size, gfp)
#define kmalloc_array(n, size, gfp) micro_alloc(n, size, gfp)
#define kcalloc(n, size, gfp)	micro_alloc(n, size, (gfp) | __GFP_ZERO)
#define kvmalloc(size, gfp)	kmalloc(size, gfp)
#define kvzalloc(size, gfp)	kzalloc(size, gfp)
#define kvmalloc_array(n, size, gfp) kmalloc_array(n, size, gfp)
#define kvcalloc(n, size, gfp)	kcalloc(n, size, gfp)
#define vmalloc(size)		kmalloc(size, GFP_KERNEL)
#define vzalloc(size)		kzalloc(size, GFP_KERNEL)
#define vmalloc_array(n, size)	kmalloc_array(n, size, GFP_KERNEL)
#define vcalloc(n, size)	kcalloc(n, size, GFP_KERNEL)
#define kfree(p)		micro_free(p)
#define kvfree(p)		micro_free(p)
#define vfree(p)		micro_free(p)

#define MICRO_PERCPU_PART	(64UL << 10)	/* bytes */

void *micro_percpu_alloc(size_t size);
void micro_percpu_free(void *p, size_t size);

#define alloc_percpu(type)	((type *)micro_percpu_alloc(sizeof(type)))
#define free_percpu(p)		micro_percpu_free(p, sizeof(*(p)))
#define micro_per_cpu(p, bytes)	((typeof(p))((char *)(p) + (bytes)))
#define per_cpu_ptr(p, cpu)	micro_per_cpu(p, (cpu) * MICRO_PERCPU_PART)
#define raw_cpu_ptr(p)		micro_per_cpu(p, micro_self.percpu)
#define this_cpu_ptr(p)		raw_cpu_ptr(p)
#define this_cpu_add(x, n)	((void)(*raw_cpu_ptr(&(x)) += (n)))
#define this_cpu_inc(x)		this_cpu_add(x, 1)
#define this_cpu_dec(x)		this_cpu_add(x, -1)
#define this_cpu_read(x)	(*raw_cpu_ptr(&(x)))
#define this_cpu_write(x, v)	((void)(*raw_cpu_ptr(&(x)) = (v)))

/* --- physical memory ------------------------------------------------------- */

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x)	ALIGN(x, PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & (PAGE_SIZE - 1))
#define PHYS_PFN(x)	((unsigned long)((x) >> PAGE_SHIFT))
#define PFN_PHYS(x)	((phys_addr_t)(x) << PAGE_SHIFT)
#define PFN_UP(x)	(((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)	((x) >> PAGE_SHIFT)
#define get_order(size)	order_base_2(DIV_ROUND_UP(size, PAGE_SIZE))
#define flush_dcache_page(page)	((void)(page))
#define ARCH_IMPLEMENTS_FLUSH_DCACHE_PAGE 0

/* As large as the kernel's: one cache line. */
struct page {
	int refs;
	u32 order;		/* of the block that it is the first of */
} ____cacheline_aligned;

#define MICRO_BASE_PFN	16UL	/* below it is nothing */

extern struct page *micro_mem_map;
extern u8 *micro_ram;
extern unsigned long micro_nr_pages;

#define page_to_pfn(page)	(MICRO_BASE_PFN + (unsigned long)((page) - micro_mem_map))
#define pfn_to_page(pfn)	(micro_mem_map + ((pfn) - MICRO_BASE_PFN))
#define page_to_phys(page)	PFN_PHYS(page_to_pfn(page))
#define phys_to_virt(pa)	((void *)(micro_ram + ((pa) - PFN_PHYS(MICRO_BASE_PFN))))
#define virt_to_phys(p)		(PFN_PHYS(MICRO_BASE_PFN) + (phys_addr_t)((u8 *)(p) - micro_ram))
#define page_address(page)	phys_to_virt(page_to_phys(page))
#define virt_to_page(p)		pfn_to_page(PHYS_PFN(virt_to_phys(p)))
#define nth_page(page, n)	((page) + (n))
#define is_zero_pfn(pfn)	((pfn) == MICRO_BASE_PFN)
#define pfn_valid(pfn)		((pfn) - MICRO_BASE_PFN < micro_nr_pages)
#define page_is_ram(pfn)	pfn_valid(pfn)
#define node_end_pfn(nid)	(MICRO_BASE_PFN + micro_nr_pages)

struct page *micro_page_alloc(gfp_t gfp);
void micro_page_free(struct page *page);	/* its reference */
struct page *micro_block_alloc(unsigned int order, gfp_t gfp);
void micro_block_free(struct page *page);

static inline void get_page(struct page *page)
{
	__atomic_add_fetch(&page->refs, 1, __ATOMIC_RELAXED);
}

#define put_page(page)		micro_page_free(page)
#define page_ref_count(page)	READ_ONCE((page)->refs)
#define page_count(page)	page_ref_count(page)
#define alloc_page(gfp)		micro_page_alloc(gfp)
#define __free_page(page)	micro_page_free(page)
#define alloc_pages(gfp, order)	((order) ? micro_block_alloc(order, gfp) : micro_page_alloc(gfp))
#define __free_pages(page, order) ((order) ? micro_block_free(page) : micro_page_free(page))
#define split_page(page, order)	((void)(page))
#define get_zeroed_page(gfp)	((unsigned long)micro_page_at(micro_page_alloc((gfp) | __GFP_ZERO)))
#define __get_free_page(gfp)	((unsigned long)micro_page_at(micro_page_alloc(gfp)))
#define free_page(addr)		micro_page_free(virt_to_page((void *)(addr)))
#define alloc_pages_exact(size, gfp) micro_page_at(alloc_pages(gfp, get_order(size)))
#define free_pages_exact(addr, size) __free_pages(virt_to_page(addr), get_order(size))

static inline void *micro_page_at(struct page *page)
{
	return page ? page_address(page) : NULL;
}

#define kmap_local_page(page)	page_address(page)
#define kunmap_local(addr)	((void)(addr))
#define micro_in_page(page, off) ((u8 *)page_address(page) + (off))
#define memcpy_page(to, to_off, from, from_off, len)			\
	memcpy(micro_in_page(to, to_off), micro_in_page(from, from_off), len)
#define memcpy_from_page(to, page, off, len) memcpy(to, micro_in_page(page, off), len)
#define memcpy_to_page(page, off, from, len) memcpy(micro_in_page(page, off), from, len)
#define memzero_page(page, off, len) memset(micro_in_page(page, off), 0, len)
#define clear_highpage(page)	memzero_page(page, 0, PAGE_SIZE)

/* The daemon's memory, as read and written through the file. */
struct iov_iter {
	u8 *at;
	size_t left;
};

#define iov_iter_count(iter)	((iter)->left)

/* --- addresses: iova.c ----------------------------------------------------- */

struct micro_iova;

struct iova_domain {
	struct micro_iova *m;
};

struct iova {
	unsigned long pfn_lo, pfn_hi;
};

unsigned long alloc_iova_fast(struct iova_domain *d, unsigned long nr, unsigned long limit,
			      bool flush);
void free_iova_fast(struct iova_domain *d, unsigned long first, unsigned long nr);

/* --- what only has to be there --------------------------------------------- */

struct dentry;
struct vhost_iotlb;
struct kiocb;

struct device {
	int unused;
};

struct vdpa_device {
	struct device dev;
};

#define dev_to_vdpa(d)	container_of(d, struct vdpa_device, dev)

struct work_struct {
	int wanted;
};

#define DMA_ATTR_SKIP_CPU_SYNC	(1UL << 5)

struct dma_map_ops {
	dma_addr_t (*map_page)(struct device *dev, struct page *page, unsigned long offset,
			       size_t size, enum dma_data_direction dir, unsigned long attrs);
	void (*unmap_page)(struct device *dev, dma_addr_t iova, size_t size,
			   enum dma_data_direction dir, unsigned long attrs);
	void (*sync_single_for_device)(struct device *dev, dma_addr_t iova, size_t size,
				       enum dma_data_direction dir);
	void (*sync_single_for_cpu)(struct device *dev, dma_addr_t iova, size_t size,
				    enum dma_data_direction dir);
	void *(*alloc)(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
		       unsigned long attrs);
	void (*free)(struct device *dev, size_t size, void *addr, dma_addr_t handle,
		     unsigned long attrs);
	size_t (*max_mapping_size)(struct device *dev);
};

#define TP_PROTO(...)		__VA_ARGS__
#define TP_ARGS(...)
#define TP_STRUCT__entry(...)
#define TP_fast_assign(...)
#define TP_printk(...)
#define TRACE_DEFINE_ENUM(x)	struct micro_no_trace
#define DECLARE_EVENT_CLASS(name, ...)	struct micro_no_trace
#define TRACE_EVENT(name, proto, ...)						\
	static inline void trace_##name(proto) {}				\
	static inline bool trace_##name##_enabled(void) { return false; }
#define DEFINE_EVENT(class, name, proto, args)	TRACE_EVENT(name, PARAMS(proto))
#define PARAMS(...)		__VA_ARGS__

static inline u64 ktime_get_mono_fast_ns(void)
{
	return 0;	/* of events, which there are none */
}

#endif /* SHIM_FAST_H */
