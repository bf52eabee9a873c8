/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of the core that runs for every I/O: the DMA operations, IOVA allocation,
 * copies, counters.  These functions are inline, so that the compiler makes one function
 * of a strategy's map (or unmap) and the core's work around it.  With calls in between,
 * the path of an I/O was 4 % longer than the stock driver's for the same algorithm.
 *
 * strategies/strategy.h includes this file and says what the functions promise.
 */
#ifndef BL_CORE_INLINE_H
#define BL_CORE_INLINE_H

#include <linux/align.h>
#include <linux/dma-map-ops.h>
#include <linux/highmem.h>
#include <linux/iova.h>
#include <linux/bit_spinlock.h>	/* needs the headers above and does not include them */

#include "core/counters.h"
#include "core/dma-device.h"
#include "core/trace.h"
#include "copy-path.h"
#include "domain-types.h"

static __always_inline void bl_count(struct bl_domain *d, enum bl_counter which, u64 n)
{
	this_cpu_add(d->counters->value[which], n);
}

/* --- bit locks -------------------------------------------------------------- */

/* lock-names.c: wait for the lock and take it. */
void bl_bit_lock_wait(int bit, unsigned long *lock) __acquires(bitlock);

static __always_inline void bl_bit_lock(int bit, unsigned long *lock)
{
	if (unlikely(!bit_spin_trylock(bit, lock)))
		bl_bit_lock_wait(bit, lock);
	trace_bl_lock_taken(lock);
}

static __always_inline void bl_bit_unlock(int bit, unsigned long *lock)
{
	trace_bl_lock_dropped(lock);
	bit_spin_unlock(bit, lock);
}

/* --- addresses ------------------------------------------------------------- */

static __always_inline unsigned long bl_iova_slots(const struct bl_domain *d, size_t size)
{
	return ALIGN(size, d->granule) >> BL_SLOT_SHIFT;
}

/* iova.c: the same for all allocators but `cached`, in slots. */
unsigned long bl_iova_alloc_other(struct bl_domain *d, unsigned long nr);
void bl_iova_free_other(struct bl_domain *d, unsigned long first, unsigned long nr);

/* A test of the allocator costs less than an indirect call would. */
static __always_inline dma_addr_t bl_iova_alloc(struct bl_domain *d, size_t size)
{
	unsigned long last = (d->window >> BL_SLOT_SHIFT) - 1;
	unsigned long nr = bl_iova_slots(d, size), first;
	dma_addr_t iova;

	if (likely(d->allocator == BL_ALLOC_CACHED))
		first = alloc_iova_fast(&d->stream, nr, last, true);
	else
		first = bl_iova_alloc_other(d, nr);
	iova = (dma_addr_t)first << BL_SLOT_SHIFT;
	if (likely(iova))
		bl_count(d, BL_COUNT_iova_alloc, 1);
	else
		bl_count(d, BL_COUNT_iova_alloc_fail, 1);
	trace_bl_iova_alloc(d, iova, size);
	return iova;
}

static __always_inline void bl_iova_free(struct bl_domain *d, dma_addr_t iova, size_t size)
{
	unsigned long first = iova >> BL_SLOT_SHIFT;

	bl_count(d, BL_COUNT_iova_free, 1);
	trace_bl_iova_free(d, iova, size);
	if (likely(d->allocator == BL_ALLOC_CACHED))
		free_iova_fast(&d->stream, first, bl_iova_slots(d, size));
	else
		bl_iova_free_other(d, first, bl_iova_slots(d, size));
}

/* --- copies ---------------------------------------------------------------- */

/* The kernel maps all memory in one piece, and no cache has to be flushed by software. */
#define BL_FLAT	(!IS_ENABLED(CONFIG_HIGHMEM) && !ARCH_IMPLEMENTS_FLUSH_DCACHE_PAGE)

static __always_inline void bl_copy_flat(struct page *page, unsigned int offset,
					 phys_addr_t orig, size_t len, bool to_bounce)
{
	void *bounce = page_address(page) + offset;

	/* LEN is at most a slot.  The compiler learns it here and copies inline. */
	len = min_t(size_t, len, BL_SLOT_SIZE);
	if (to_bounce)
		memcpy(bounce, phys_to_virt(orig), len);
	else
		memcpy(phys_to_virt(orig), bounce, len);
}

/* Copy between a bounce page and an original, which may cross pages of high memory. */
static __always_inline void bl_copy(struct page *page, unsigned int offset,
				    phys_addr_t orig, size_t len, bool to_bounce)
{
	void *bounce, *at;
	size_t chunk;

	if (BL_FLAT) {
		bl_copy_flat(page, offset, orig, len, to_bounce);
		return;
	}
	bounce = kmap_local_page(page + (offset >> PAGE_SHIFT));
	at = bounce + offset_in_page(offset);

	for (; len; len -= chunk, orig += chunk, at += chunk) {
		struct page *orig_page = pfn_to_page(PHYS_PFN(orig));

		chunk = min_t(size_t, len, PAGE_SIZE - offset_in_page(orig));
		if (to_bounce)
			memcpy_from_page(at, orig_page, offset_in_page(orig), chunk);
		else
			memcpy_to_page(orig_page, offset_in_page(orig), at, chunk);
	}
	kunmap_local(bounce);
}

static __always_inline void bl_copy_to_bounce(struct bl_domain *d, struct page *page,
					      unsigned int offset, phys_addr_t orig,
					      size_t len, enum bl_path path)
{
	u64 begin = bl_trace_begin(bl_copy);

	bl_copy(page, offset, orig, len, true);
	bl_count(d, BL_COUNT_copy_to_bounce, 1);
	bl_count(d, BL_COUNT_copy_to_bounce_bytes, len);
	if (path == BL_PATH_FAULT)
		bl_count(d, BL_COUNT_copy_in_fault_bytes, len);
	bl_trace_end(bl_copy, begin, d, orig, len, true, path);
}

static __always_inline void bl_zero_bounce(struct bl_domain *d, struct page *page,
					   unsigned int offset, size_t len)
{
	memzero_page(page + (offset >> PAGE_SHIFT), offset_in_page(offset), len);
	bl_count(d, BL_COUNT_zero_bytes, len);
}

static __always_inline void bl_copy_from_bounce(struct bl_domain *d, struct page *page,
						unsigned int offset, phys_addr_t orig,
						size_t len, enum bl_path path)
{
	u64 begin = bl_trace_begin(bl_copy);

	bl_copy(page, offset, orig, len, false);
	bl_count(d, BL_COUNT_copy_from_bounce, 1);
	bl_count(d, BL_COUNT_copy_from_bounce_bytes, len);
	bl_trace_end(bl_copy, begin, d, orig, len, false, path);
}

/* --- copies of blocks: as long as a mapping, not slot by slot --------------- */

/*
 * Copy slot by slot, since the compiler copies inline only what it knows to be short.  It forgets
 * what the loop tells it, and is told again.
 */
static __always_inline void bl_memcpy_long(void *to, const void *from, size_t len)
{
	for (; len > BL_SLOT_SIZE; len -= BL_SLOT_SIZE) {
		memcpy(to, from, BL_SLOT_SIZE);
		to += BL_SLOT_SIZE;
		from += BL_SLOT_SIZE;
	}
	OPTIMIZER_HIDE_VAR(len);
	memcpy(to, from, min_t(size_t, len, BL_SLOT_SIZE));
}

/* Copy between a block and an original, which may cross pages of high memory. */
static __always_inline void bl_copy_long(void *bounce, phys_addr_t orig, size_t len,
					 bool to_bounce)
{
	struct page *orig_page;
	size_t chunk;

	if (BL_FLAT && to_bounce) {
		bl_memcpy_long(bounce, phys_to_virt(orig), len);
		return;
	}
	if (BL_FLAT) {
		bl_memcpy_long(phys_to_virt(orig), bounce, len);
		return;
	}
	for (; len; len -= chunk, orig += chunk, bounce += chunk) {
		orig_page = pfn_to_page(PHYS_PFN(orig));
		chunk = min_t(size_t, len, PAGE_SIZE - offset_in_page(orig));
		if (to_bounce)
			memcpy_from_page(bounce, orig_page, offset_in_page(orig), chunk);
		else
			memcpy_to_page(orig_page, offset_in_page(orig), bounce, chunk);
	}
}

static __always_inline void bl_copy_to_block(struct bl_domain *d, void *bounce,
					     phys_addr_t orig, size_t len, enum bl_path path)
{
	u64 begin = bl_trace_begin(bl_copy);

	bl_copy_long(bounce, orig, len, true);
	bl_count(d, BL_COUNT_copy_to_bounce, 1);
	bl_count(d, BL_COUNT_copy_to_bounce_bytes, len);
	bl_trace_end(bl_copy, begin, d, orig, len, true, path);
}

static __always_inline void bl_copy_from_block(struct bl_domain *d, const void *bounce,
					       phys_addr_t orig, size_t len, enum bl_path path)
{
	u64 begin = bl_trace_begin(bl_copy);

	bl_copy_long((void *)bounce, orig, len, false);
	bl_count(d, BL_COUNT_copy_from_bounce, 1);
	bl_count(d, BL_COUNT_copy_from_bounce_bytes, len);
	bl_trace_end(bl_copy, begin, d, orig, len, false, path);
}

static __always_inline void bl_zero_block(struct bl_domain *d, void *bounce, size_t len)
{
	size_t chunk;

	bl_count(d, BL_COUNT_zero_bytes, len);
	for (; len; len -= chunk, bounce += chunk) {
		chunk = min_t(size_t, len, PAGE_SIZE - offset_in_page(bounce));
		memzero_page(virt_to_page(bounce), offset_in_page(bounce), chunk);
	}
}

static __always_inline void bl_zero_orig(struct bl_domain *d, phys_addr_t orig, size_t len)
{
	size_t chunk;

	bl_count(d, BL_COUNT_zero_bytes, len);
	for (; len; len -= chunk, orig += chunk) {
		chunk = min_t(size_t, len, PAGE_SIZE - offset_in_page(orig));
		memzero_page(pfn_to_page(PHYS_PFN(orig)), offset_in_page(orig), chunk);
	}
}

/* --- the DMA operations ---------------------------------------------------- */

/* dma.c: the operations that are the same for all strategies. */
void bl_stray_unmap(struct bl_domain *d, dma_addr_t iova, size_t size);
void bl_dma_sync_for_device(struct device *dev, dma_addr_t iova, size_t size,
			    enum dma_data_direction dir);
void bl_dma_sync_for_cpu(struct device *dev, dma_addr_t iova, size_t size,
			 enum dma_data_direction dir);
void *bl_dma_alloc(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
		   unsigned long attrs);
void bl_dma_free(struct device *dev, size_t size, void *addr, dma_addr_t iova,
		 unsigned long attrs);
size_t bl_dma_max_mapping_size(struct device *dev);

/*
 * iotlb.c: put the streaming window into the IOTLB if it is not there.  Return 0 or
 * -ENOMEM.  Any context.
 */
int bl_window_put_in_iotlb(struct bl_domain *d);

/* Every map calls this. */
static __always_inline int bl_window_enable(struct bl_domain *d)
{
	if (likely(READ_ONCE(d->window_on)))
		return 0;
	return bl_window_put_in_iotlb(d);
}

/* Return whether SIZE is 1..window bytes; 0 wraps around to a large number. */
static __always_inline bool bl_size_fits(const struct bl_domain *d, u64 size)
{
	return size - 1 < d->window;
}

static __always_inline bool bl_in_window(const struct bl_domain *d, u64 iova, u64 size)
{
	return bl_size_fits(d, size) && iova - d->base <= d->window - size;
}

/*
 * Map a buffer by the strategy's hook MAP, which is a constant here, so that it is inlined.
 * virtio-blk calls this with a virtqueue's lock held and interrupts off, virtio-net from
 * softirq: it must not sleep.
 */
static __always_inline dma_addr_t
bl_dma_map_page(dma_addr_t (*map)(struct bl_domain *d, phys_addr_t pa, size_t size,
				  enum dma_data_direction dir, bool copy),
		struct device *dev, struct page *page, unsigned long offset, size_t size,
		enum dma_data_direction dir, unsigned long attrs)
{
	struct bl_domain *d = bl_domain_of(dev);
	phys_addr_t pa = page_to_phys(page) + offset;
	dma_addr_t iova = DMA_MAPPING_ERROR;
	u64 begin = bl_trace_begin(bl_map);

	if (likely(bl_size_fits(d, size) && !bl_window_enable(d)))
		iova = map(d, pa, size, dir, !(attrs & DMA_ATTR_SKIP_CPU_SYNC));

	if (likely(iova != DMA_MAPPING_ERROR)) {
		bl_count(d, BL_COUNT_map, 1);
		bl_count(d, BL_COUNT_map_bytes, size);
	} else {
		bl_count(d, BL_COUNT_map_fail, 1);
	}
	bl_trace_end(bl_map, begin, d, iova, size, dir);
	return iova;
}

/* Unmap a buffer by the strategy's hook UNMAP.  The context is that of bl_dma_map_page(). */
static __always_inline void
bl_dma_unmap_page(void (*unmap)(struct bl_domain *d, dma_addr_t iova, size_t size,
				enum dma_data_direction dir, bool copy),
		  struct device *dev, dma_addr_t iova, size_t size,
		  enum dma_data_direction dir, unsigned long attrs)
{
	struct bl_domain *d = bl_domain_of(dev);
	u64 begin = bl_trace_begin(bl_unmap);

	bl_count(d, BL_COUNT_unmap, 1);
	bl_count(d, BL_COUNT_unmap_bytes, size);
	if (unlikely(!bl_in_window(d, iova, size))) {
		bl_stray_unmap(d, iova, size);
		return;
	}
	unmap(d, iova, size, dir, !(attrs & DMA_ATTR_SKIP_CPU_SYNC));
	bl_trace_end(bl_unmap, begin, d, iova, size, dir);
}

/* BL_STRATEGY_DEFINE() defines the DMA operations of strategy ID by this. */
#define BL_CORE_DEFINE(id)								\
static dma_addr_t bl_dma_map_##id(struct device *dev, struct page *page,		\
				  unsigned long offset, size_t size,			\
				  enum dma_data_direction dir, unsigned long attrs)	\
{											\
	return bl_dma_map_page(bl_strategy_##id.map, dev, page, offset, size, dir,	\
			       attrs);							\
}											\
											\
static void bl_dma_unmap_##id(struct device *dev, dma_addr_t iova, size_t size,		\
			      enum dma_data_direction dir, unsigned long attrs)		\
{											\
	bl_dma_unmap_page(bl_strategy_##id.unmap, dev, iova, size, dir, attrs);		\
}											\
											\
static const struct dma_map_ops bl_dma_ops_##id = {					\
	.map_page		= bl_dma_map_##id,					\
	.unmap_page		= bl_dma_unmap_##id,					\
	.sync_single_for_device	= bl_dma_sync_for_device,				\
	.sync_single_for_cpu	= bl_dma_sync_for_cpu,					\
	.alloc			= bl_dma_alloc,						\
	.free			= bl_dma_free,						\
	.max_mapping_size	= bl_dma_max_mapping_size,				\
}

#endif /* BL_CORE_INLINE_H */
