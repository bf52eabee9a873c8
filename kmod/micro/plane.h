/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `bouncelab micro` in the kernel: the plane of micro/loop.h, for micro.c.
 *
 * The driver is the loop itself, which calls the strategy's DMA operations by pointer, as
 * dma_map_page() does.  The daemon is the process that asked for the run: the domain's
 * file is mapped in it, and the threads borrow its memory by kthread_use_mm(), so that a
 * touch is a real access through a real page table, with traps, faults and the flushes of
 * zap.  Left out of that: the change to user mode and back (with its page table, where
 * the kernel is kept out of the user's), which is the same for all strategies.
 */
#ifndef BL_MICRO_PLANE_H
#define BL_MICRO_PLANE_H

#include <linux/completion.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#ifdef CONFIG_X86
#include <asm/msr.h>
#include <asm/tsc.h>
#endif

#include "core/core.h"
#include "micro/null.h"

/* --- the clock ------------------------------------------------------------- */

#ifdef CONFIG_X86
static bool by_tsc __read_mostly;

/* For each run: a clock source can be found unstable at any time.  Returns kHz. */
static u32 clock_choose(void)
{
	by_tsc = tsc_khz && !check_tsc_unstable();
	return by_tsc ? tsc_khz : 1000000;
}

static __always_inline u64 micro_now(void)
{
	/* Where it can be read directly: ktime_get_ns() is several times as long. */
	return likely(by_tsc) ? rdtsc_ordered() : ktime_get_ns();
}
#else
static u32 clock_choose(void)
{
	return 1000000;
}

static __always_inline u64 micro_now(void)
{
	return ktime_get_ns();
}
#endif

/* --- what the loop needs ---------------------------------------------------- */

struct micro_worker;
struct run;

struct original {
	struct page *page;
	u32 offset;		/* in page */
};

struct micro_plane {
	const struct dma_map_ops *ops;
	struct device *dev;
	unsigned long user;	/* where IOVA 0 is, or would be, in the daemon's memory */
	struct original *original;
	struct page **place;	/* of copies: each contiguous */
	u8 *scratch;		/* for MICRO_VERIFY: bytes on their way from and to the daemon */
	struct run *run;
	struct page **block;	/* in which the originals are */
	u32 nr_blocks;
	size_t block_size;
};

static __always_inline u64 micro_map(struct micro_worker *w, u32 buffer);
static __always_inline void micro_unmap(struct micro_worker *w, u64 iova);
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

struct run {
	struct micro_config config;
	struct micro_shared shared;
	struct bl_domain *d;
	struct bl_vdpa vdpa;	/* never registered: the DMA operations find D by it */
	phys_addr_t top;	/* above all originals */

	struct mm_struct *mm;	/* the caller's, who waits */
	unsigned long mapped;	/* where the domain's file is in it, or 0 */
	size_t mapped_len;

	bool stop;		/* end soon, the results are worth nothing */
	int error;		/* of the thread that does micro_renew() */
	atomic_t running;
	struct completion done;
	struct task_struct *task[MICRO_THREADS_MAX];
	struct micro_worker *worker[MICRO_THREADS_MAX];
	struct micro_ring *ring[MICRO_THREADS_MAX];
};

/* --- the driver ------------------------------------------------------------ */

/*
 * Interrupts are off, as under a virtqueue's lock, where virtio-blk maps and unmaps:
 * nothing comes in between, and what the strategy's own locks pay for that is what they
 * pay there.
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

/* Slot by slot, by the function that the core copies with. */
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
	/* Later than the end of any part, and enough. */
	w->now = ~0ULL;
	w->result.verified = ~0ULL;
}

static __always_inline void micro_wait(void)
{
	cpu_relax();
	/* A worker of this CPU may have to run before the others get here. */
	cond_resched();
}

/* --- the daemon ------------------------------------------------------------ */

/* One access of 8 bytes to each cache line; a SIGBUS is an error here. */
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

/* The domain's file, in the memory of the process that current has.  0 or an error. */
static int daemon_map(struct run *run)
{
	struct bl_domain *d = run->d;
	unsigned long at;
	u32 i;

	/* Where the window is all of memory, no more than what is mapped in the run. */
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

static void daemon_unmap(struct run *run)
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

/* For a domain whose strategy is gone: nothing is mapped, so nothing is unmapped. */
static const struct dma_map_ops dead_ops = {
	.map_page = dead_map_page,
};

/* The others wait for this thread: what is written here they see afterwards. */
static void micro_renew(struct micro_worker *w)
{
	struct run *run = w->plane.run;
	u32 i;

	if (READ_ONCE(run->stop))
		return;
	daemon_unmap(run);
	run->error = bl_domain_renew(run->d) ?: daemon_map(run);
	if (!run->error)
		return;
	for (i = 0; i < run->config.threads; i++)
		run->worker[i]->plane.ops = &dead_ops;
	WRITE_ONCE(run->stop, true);
}

/* --- verification ---------------------------------------------------------- */

/* Byte I of what follows from MARK; that of ~MARK is its complement. */
static u8 byte_of(u32 mark, u32 i)
{
	u32 m = min(mark, ~mark);
	u8 byte = m * 0x9d + (m >> 8) + i * 0x35 + (i >> 8) * 0x11;

	return m == mark ? byte : ~byte;
}

static bool holds(const u8 *at, u32 len, u32 mark)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (at[i] != byte_of(mark, i))
			return false;
	return true;
}

static void put(u8 *at, u32 len, u32 mark)
{
	u32 i;

	for (i = 0; i < len; i++)
		at[i] = byte_of(mark, i);
}

/* Blocks are contiguous, and never in high memory. */
static u8 *original_of(const struct micro_worker *w, u32 buffer)
{
	const struct original *o = &w->plane.original[buffer];

	return (u8 *)page_address(o->page) + o->offset;
}

static void micro_fill(struct micro_worker *w, u32 buffer, u32 mark)
{
	put(original_of(w, buffer), w->config->size, mark);
}

static bool micro_exchange(struct micro_worker *w, u64 iova, u32 mark)
{
	void __user *at = (void __user *)(w->plane.user + (unsigned long)iova);
	u32 size = w->config->size, direction = w->config->direction;
	bool right = true;

	if (bl_dir_to_device(direction))
		right = !copy_from_user(w->plane.scratch, at, size) &&
			holds(w->plane.scratch, size, mark);
	if (!bl_dir_from_device(direction))
		return right;
	put(w->plane.scratch, size, ~mark);
	return !copy_to_user(at, w->plane.scratch, size) && right;
}

static bool micro_check(struct micro_worker *w, u32 owner, u32 buffer, u32 mark)
{
	const struct micro_worker *of = w->plane.run->worker[owner];

	if (bl_dir_from_device(w->config->direction))
		mark = ~mark;
	return holds(original_of(of, buffer), w->config->size, mark);
}

#endif /* BL_MICRO_PLANE_H */
