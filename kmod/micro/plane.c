// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `bouncelab micro` in the kernel: the plane of micro/loop.h.
 *
 * The loop plays the driver: it calls the strategy's DMA operations by pointer, as
 * dma_map_page() does.  The process that asked for the run plays the daemon: the domain's
 * file is mapped in it, and the threads borrow its memory by kthread_use_mm(), so that a
 * touch is a real access through a real page table, with traps, faults and the flushes of
 * zap.  Left out: the change to user mode and back (with its page table, where
 * the kernel is kept out of the user's), which is the same for all strategies.
 */
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#ifdef CONFIG_X86
#include <asm/msr.h>
#include <asm/tsc.h>
#endif

#include "core/core.h"
#include "micro/plane.h"

/* --- the clock ------------------------------------------------------------- */

#ifdef CONFIG_X86
static bool by_tsc __read_mostly;

/* The kernel may find a clock source unstable at any time, so each run chooses anew. */
u32 micro_choose_clock(void)
{
	by_tsc = tsc_khz && !check_tsc_unstable();
	return by_tsc ? tsc_khz : 1000000;
}

static __always_inline u64 micro_now(void)
{
	/* ktime_get_ns() takes several times as long. */
	return likely(by_tsc) ? rdtsc_ordered() : ktime_get_ns();
}
#else
u32 micro_choose_clock(void)
{
	return 1000000;
}

static __always_inline u64 micro_now(void)
{
	return ktime_get_ns();
}
#endif

/* --- what the loop needs ---------------------------------------------------- */

static __always_inline u64 micro_map(struct micro_worker *w, u32 buffer);
static __always_inline void micro_unmap(struct micro_worker *w, u64 iova);
static __always_inline u64 micro_map_nothing(struct micro_worker *w, u32 buffer);
static __always_inline void micro_unmap_nothing(struct micro_worker *w, u64 iova);
static __always_inline int micro_touch(struct micro_worker *w, u64 iova);
static __always_inline void micro_copy(struct micro_worker *w, u32 buffer, u32 turn);
static __always_inline void micro_idle(struct micro_worker *w);
static __always_inline void micro_wait(void);
static void micro_renew(struct micro_worker *w);
static void micro_fill(struct micro_worker *w, u32 buffer, u32 mark);
static bool micro_exchange(struct micro_worker *w, u64 iova, u32 mark);
static bool micro_check(struct micro_worker *w, u32 owner, u32 buffer, u32 mark);

static bool stopped(const struct micro_worker *w);
#define micro_stopped(w)	stopped(w)

#include "micro/loop.h"

/* --- the driver ------------------------------------------------------------ */

/*
 * Interrupts are off, as virtio-blk has them when it maps and unmaps under a virtqueue's
 * lock: nothing comes in between, and the strategy's own locks cost what they cost there.
 */
static __always_inline u64 micro_map(struct micro_worker *w, u32 buffer)
{
	const struct original *o = &w->plane.original[buffer];
	dma_addr_t iova;

	local_irq_disable();
	iova = w->plane.ops->map_page(w->plane.dev, o->page, o->offset, w->config->size,
				      w->config->direction, 0);
	local_irq_enable();
	BUILD_BUG_ON(DMA_MAPPING_ERROR != MICRO_FAILED);
	return iova;
}

static __always_inline void micro_unmap(struct micro_worker *w, u64 iova)
{
	local_irq_disable();
	w->plane.ops->unmap_page(w->plane.dev, iova, w->config->size, w->config->direction, 0);
	local_irq_enable();
}

static dma_addr_t nothing_map_page(struct device *dev, struct page *page, unsigned long offset,
				   size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	return 0;
}

static void nothing_unmap_page(struct device *dev, dma_addr_t iova, size_t size,
			       enum dma_data_direction dir, unsigned long attrs)
{
}

const struct dma_map_ops micro_nothing_ops = {
	.map_page = nothing_map_page,
	.unmap_page = nothing_unmap_page,
};

static __always_inline u64 micro_map_nothing(struct micro_worker *w, u32 buffer)
{
	const struct original *o = &w->plane.original[buffer];
	dma_addr_t iova;

	local_irq_disable();
	iova = w->plane.nothing->map_page(w->plane.dev, o->page, o->offset, w->config->size,
					  w->config->direction, 0);
	local_irq_enable();
	return iova;
}

static __always_inline void micro_unmap_nothing(struct micro_worker *w, u64 iova)
{
	local_irq_disable();
	w->plane.nothing->unmap_page(w->plane.dev, iova, w->config->size, w->config->direction, 0);
	local_irq_enable();
}

/* Copy slot by slot, with the function that the core copies with. */
static __always_inline void micro_copy(struct micro_worker *w, u32 buffer, u32 turn)
{
	const struct original *o = &w->plane.original[buffer];
	bool to_bounce = w->config->direction != DMA_FROM_DEVICE;
	phys_addr_t pa = page_to_phys(o->page) + o->offset;
	struct page *place = w->plane.place[turn];
	u32 at, chunk;

	for (at = 0; at < w->config->size; at += chunk) {
		chunk = min_t(u32, BL_SLOT_SIZE, w->config->size - at);
		bl_copy(place + (at >> PAGE_SHIFT), offset_in_page(at), pa + at, chunk, to_bounce);
	}
}

static bool stopped(const struct micro_worker *w)
{
	return READ_ONCE(w->plane.run->stop);
}

static __always_inline void micro_idle(struct micro_worker *w)
{
	cond_resched();
	if (likely(!stopped(w)))
		return;
	/* No part ends later or waits for more. */
	w->now = ~0ULL;
	w->result.verified = ~0ULL;
}

static __always_inline void micro_wait(void)
{
	cpu_relax();
	/* The others may wait for a worker that needs this CPU. */
	cond_resched();
}

/* --- the daemon ------------------------------------------------------------ */

/* Access 8 bytes of each cache line.  What is a SIGBUS for a daemon is an error here. */
static __always_inline int micro_touch(struct micro_worker *w, u64 iova)
{
	unsigned long at = ALIGN_DOWN(w->plane.user + iova, sizeof(u64));
	unsigned long end = w->plane.user + iova + w->config->size;
	u32 direction = w->config->direction;
	u64 __user *line;
	u64 value __maybe_unused;

	if (!user_access_begin((void __user *)at, end - at))
		return -EFAULT;
	for (; at < end; at += SMP_CACHE_BYTES) {
		line = (u64 __user *)at;
		if (direction != DMA_FROM_DEVICE)
			unsafe_get_user(value, line, fault);
		if (direction != DMA_TO_DEVICE)
			unsafe_put_user((u64)at, line, fault);
	}
	user_access_end();
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

int micro_map_daemon(struct run *run)
{
	struct bl_domain *d = run->d;
	unsigned long at;
	u32 i;

	/* A raw window is all of memory: map no more of it than the run uses. */
	run->mapped_len = PAGE_ALIGN(d->strategy->raw ? run->top : d->window);
	at = vm_mmap(bl_core_of(d)->file, 0, run->mapped_len, PROT_READ | PROT_WRITE, MAP_SHARED,
		     d->base);
	if (IS_ERR_VALUE(at))
		return at;
	run->mapped = at;
	for (i = 0; i < run->config.threads; i++)
		run->worker[i]->plane.user = at - d->base;
	return 0;
}

void micro_unmap_daemon(struct run *run)
{
	if (run->mapped)
		vm_munmap(run->mapped, run->mapped_len);
	run->mapped = 0;
}

static dma_addr_t dead_map_page(struct device *dev, struct page *page, unsigned long offset,
				size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	return DMA_MAPPING_ERROR;
}

/* For a domain whose strategy is gone.  Nothing is mapped, so no unmap is needed. */
static const struct dma_map_ops dead_ops = {
	.map_page = dead_map_page,
};

/* The other threads wait for this one, and see afterwards what it writes here. */
static void micro_renew(struct micro_worker *w)
{
	struct run *run = w->plane.run;
	u32 i;

	if (READ_ONCE(run->stop))
		return;
	micro_unmap_daemon(run);
	run->error = bl_domain_renew(run->d) ?: micro_map_daemon(run);
	if (!run->error)
		return;
	for (i = 0; i < run->config.threads; i++)
		run->worker[i]->plane.ops = &dead_ops;
	WRITE_ONCE(run->stop, true);
}

/* --- verification ---------------------------------------------------------- */

/* Return byte I of those that follow from MARK; that of ~MARK is its complement. */
static u8 byte_of(u32 mark, u32 i)
{
	u32 m = min(mark, ~mark);
	u8 byte = m * 0x9d + (m >> 8) + i * 0x35 + (i >> 8) * 0x11;

	return m == mark ? byte : ~byte;
}

static bool has_bytes(const u8 *at, u32 len, u32 mark)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (at[i] != byte_of(mark, i))
			return false;
	return true;
}

static void write_bytes(u8 *at, u32 len, u32 mark)
{
	u32 i;

	for (i = 0; i < len; i++)
		at[i] = byte_of(mark, i);
}

/* The blocks of originals are contiguous and never in high memory. */
static u8 *original_of(const struct micro_worker *w, u32 buffer)
{
	const struct original *o = &w->plane.original[buffer];

	return (u8 *)page_address(o->page) + o->offset;
}

static void micro_fill(struct micro_worker *w, u32 buffer, u32 mark)
{
	write_bytes(original_of(w, buffer), w->config->size, mark);
}

static bool micro_exchange(struct micro_worker *w, u64 iova, u32 mark)
{
	void __user *at = (void __user *)(w->plane.user + (unsigned long)iova);
	u32 size = w->config->size, direction = w->config->direction;
	bool right = true;

	if (bl_dir_to_device(direction))
		right = !copy_from_user(w->plane.scratch, at, size) &&
			has_bytes(w->plane.scratch, size, mark);
	if (!bl_dir_from_device(direction))
		return right;
	write_bytes(w->plane.scratch, size, ~mark);
	return !copy_to_user(at, w->plane.scratch, size) && right;
}

static bool micro_check(struct micro_worker *w, u32 owner, u32 buffer, u32 mark)
{
	const struct micro_worker *of = w->plane.run->worker[owner];

	if (bl_dir_from_device(w->config->direction))
		mark = ~mark;
	return has_bytes(original_of(of, buffer), w->config->size, mark);
}


/* --- for micro.c ----------------------------------------------------------- */

u32 micro_measure_clock(void)
{
	u64 *bucket = kvcalloc(MICRO_BUCKETS, sizeof(*bucket), GFP_KERNEL), seen = 0, from;
	u32 i;

	if (!bucket)
		return 0;
	for (i = 0; i < 10001; i++) {
		from = micro_now();
		bucket[micro_bucket(micro_now() - from)]++;
	}
	for (i = 0; seen + bucket[i] < 5001; i++)
		seen += bucket[i];
	kvfree(bucket);
	return micro_bucket_twice(i) / 2;
}

void micro_run_worker(struct micro_worker *w)
{
	micro_run(w);
}
