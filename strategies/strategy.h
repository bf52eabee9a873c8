/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract between the domain core and a strategy.
 *
 * A strategy decides where the bytes of a streaming mapping are, when they are copied,
 * which ordering protects that, and what the daemon sees when it touches an address.  The
 * core owns everything else: the device, the rings, the domain file, the IOTLB, the life
 * of the domain.
 *
 * This file and the inline engines beside it (bounce.h, eager.h, lazy.h) use kernel
 * interfaces only, so that a strategy also compiles in user space over shims of them.
 */
#ifndef BL_STRATEGY_H
#define BL_STRATEGY_H

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/types.h>

#include "copy-path.h"
#include "domain-types.h"

struct iov_iter;

/* First half: what a strategy provides. */

/**
 * struct bl_strategy - a bounce-buffer domain strategy
 *
 * Contexts: @map, @unmap and the two syncs are called in any context, under virtqueue
 * locks and with interrupts off: they must not sleep, and a lock that they share must be
 * taken irq-safe.  All other hooks are called in process context and may sleep.
 *
 * Ownership: the caller owns the IOVA range between map and unmap.  No two calls for one
 * range run at once, except syncs, and @fault, @access and @set_user_pages with
 * @clear_user_pages, which may run at any time.  @fault may ask for any address.
 *
 * A daemon that writes to its rings can break that rule: then an @unmap of the range comes at
 * any time, from a driver that does not own it.  An unmap that comes during @map or during a sync
 * must be stray (bl_stray_unmap()).  Of two unmaps at once exactly one must be stray.
 * bl_mapping_begin(), bl_mapping_end() and bl_sync_begin() of bounce.h do this.
 *
 * @map and @unmap are best `static __always_inline`: BL_STRATEGY_DEFINE() compiles DMA
 * operations of the strategy's own around them, without a call in between.
 */
struct bl_strategy {
	/** @name: Required.  The file's name without .c. */
	const char *name;

	/** @unsafe: The daemon can reach memory that no driver mapped for it. */
	bool unsafe;

	/**
	 * @raw: The window is all of memory rather than bounce_size, and @fault returns
	 * pages that the strategy does not own: the core enters them in the daemon's page
	 * table without a reference.
	 */
	bool raw;

	/**
	 * @own_iova: Some or all mappings get their addresses from the strategy instead of
	 * bl_iova_alloc(), so that a choice of allocator would be misleading.  @init may
	 * take at most half of the window from bl_iova_alloc() for that, at most a quarter
	 * at once.  If d->granule is more than BL_SLOT_SIZE, a mapping has whole granules for
	 * itself, as those from bl_iova_alloc() do.
	 */
	bool own_iova;

	/**
	 * @revokes: After @unmap, and once the work of bl_defer() is done, the daemon has
	 * no access to the range: it is not in the daemon's page table, and a page that
	 * the daemon holds in another way (a pipe, a registered buffer) is not used again.
	 */
	bool revokes;

	/**
	 * @refuse: Optional.  Return NULL, or why the options of D (granule, page_shift,
	 * prefill, backing, window) make no sense with this strategy, as the end of a
	 * sentence that begins with "it".  Called before @init, when nothing is set up.
	 */
	const char *(*refuse)(const struct bl_domain *d);

	/**
	 * @init: Required.  Set up d->priv; a raw strategy also sets d->base and
	 * d->window.  It may make d->page_shift smaller.  Return 0 or -ENOMEM.
	 */
	int (*init)(struct bl_domain *d);

	/**
	 * @exit: Required.  Free all that @init and the other hooks allocated.  No driver
	 * maps, no daemon faults or has the file mapped any more.  Slots that are still
	 * mapped are a driver's bug: log them.
	 */
	void (*exit)(struct bl_domain *d);

	/**
	 * @map: Required.  Make SIZE (> 0) bytes of physically contiguous memory at PA
	 * reachable for the daemon.  COPY is false for DMA_ATTR_SKIP_CPU_SYNC: the driver
	 * syncs by itself.  Return the IOVA, or DMA_MAPPING_ERROR with nothing left behind.
	 * Must not sleep.
	 */
	dma_addr_t (*map)(struct bl_domain *d, phys_addr_t pa, size_t size,
			  enum dma_data_direction dir, bool copy);

	/**
	 * @unmap: Required.  Undo @map, with the same SIZE, DIR and COPY.  When it returns,
	 * no CPU may read or write the memory at PA any more (unless @unsafe).  A daemon
	 * that writes to its rings can make a driver unmap a range that is not mapped, or
	 * is by now another mapping's: if IOVA, SIZE and DIR are not those of a mapping,
	 * call bl_stray_unmap() and do nothing.  Must not sleep.
	 */
	void (*unmap)(struct bl_domain *d, dma_addr_t iova, size_t size,
		      enum dma_data_direction dir, bool copy);

	/**
	 * @sync_for_device: Required.  The driver wrote SIZE (> 0) bytes of a mapping that
	 * stays: make them visible to the daemon.  If the range is not in one mapping, or
	 * that has the other direction, call bl_stray_sync() and do nothing.  Must not sleep.
	 */
	void (*sync_for_device)(struct bl_domain *d, dma_addr_t iova,
				size_t size, enum dma_data_direction dir);

	/**
	 * @sync_for_cpu: Required.  The driver wants to read SIZE (> 0) bytes of a mapping
	 * that stays: copy back what the daemon wrote.  As @sync_for_device for a range that
	 * is not in one mapping.  Must not sleep.
	 */
	void (*sync_for_cpu)(struct bl_domain *d, dma_addr_t iova, size_t size,
			     enum dma_data_direction dir);

	/**
	 * @fault: Required.  The daemon touched IOVA, which lies in the window and is
	 * aligned to PAGE_SIZE.  Return the page to enter in its page table, with a
	 * reference unless @raw; NULL sends SIGBUS; ERR_PTR(-ENOMEM) says that memory is
	 * missing, and the daemon faults again.  The caller holds mmap_lock or the lock of
	 * the VMA.  May sleep.
	 */
	struct page *(*fault)(struct bl_domain *d, u64 iova);

	/**
	 * @fault_done: Optional.  Called after each @fault that returned a page, when that
	 * page is in the daemon's page table or will not be entered.  Release what @fault
	 * took to keep bl_zap() away.  Same thread and context as @fault.
	 */
	void (*fault_done)(struct bl_domain *d, u64 iova);

	/**
	 * @access: Optional.  The daemon reads (TO_DAEMON) or writes LEN bytes (> 0, all in
	 * the window) at IOVA through the domain file.  Move them between ITER and their
	 * place, by bl_copy_iter() or bl_copy_iter_bounce().  Return the bytes moved.  They
	 * are fewer if memory of the daemon has to be faulted in first (the core does that
	 * and calls again) or if the mapping ends.  Return -EFAULT if no mapping of that
	 * direction is there.  May sleep.
	 */
	ssize_t (*access)(struct bl_domain *d, u64 iova, size_t len,
			  struct iov_iter *iter, bool to_daemon);

	/**
	 * @deferred: Optional.  Called some time after bl_defer(), never twice at once, and
	 * for all deferred work before @exit.  May sleep.
	 */
	void (*deferred)(struct bl_domain *d);

	/**
	 * @reset: Optional.  The device was reset.  Mappings may still exist and are
	 * unmapped later; the daemon may run and keep its page table.  May sleep.
	 */
	void (*reset)(struct bl_domain *d);

	/**
	 * @next_mapping: Required, unless the strategy is raw: without it memory of requests that
	 * are ended for a dead daemon stays mapped, and a later daemon can read what the
	 * next owner of that memory writes.  Find the first mapping at or behind *IOVA: set *IOVA,
	 * *SIZE and *DIR as @unmap takes them, and return true; return false if there is
	 * none.  By it the core unmaps what a driver has left behind.  No map, unmap or sync
	 * runs meanwhile, except by the caller.
	 */
	bool (*next_mapping)(struct bl_domain *d, dma_addr_t *iova, size_t *size,
			     enum dma_data_direction *dir);

	/**
	 * @set_user_pages: Optional, together with @clear_user_pages.  Use PAGES, d->window
	 * >> PAGE_SHIFT of them, instead of kernel pages from now on; mappings in flight
	 * keep their bytes.  The core holds references to the pages until
	 * @clear_user_pages has returned.  Return 0 or -ENOMEM.  May sleep.
	 */
	int (*set_user_pages)(struct bl_domain *d, struct page **pages);

	/** @clear_user_pages: Use kernel pages again.  May sleep. */
	void (*clear_user_pages)(struct bl_domain *d);

	/** @dma_ops: Set by BL_STRATEGY_DEFINE(): the core's, with @map and @unmap inlined. */
	const struct dma_map_ops *dma_ops;
};

/**
 * BL_STRATEGY_DEFINE() - define a strategy; once per file, at its end
 * @id:  the name with '_' for '-'; the build makes the table of strategies from file names
 * @...: members of struct bl_strategy
 */
#define BL_STRATEGY_DEFINE(id, ...)					\
	extern const struct bl_strategy bl_strategy_##id;		\
	BL_CORE_DEFINE(id);						\
	const struct bl_strategy bl_strategy_##id = {			\
		.dma_ops = &bl_dma_ops_##id,				\
		__VA_ARGS__						\
	}

/* Second half: what the core provides.  struct bl_domain is in domain-types.h. */

/**
 * bl_iova_alloc() - allocate IOVA space of the window
 * @d:    the domain
 * @size: bytes, > 0
 *
 * The space is aligned to the granule (4K, or a whole bounce page) and never begins at 0.
 *
 * Context: any.
 * Return: the IOVA, or 0 when the window is full.
 */
static dma_addr_t bl_iova_alloc(struct bl_domain *d, size_t size);

/**
 * bl_iova_free() - free IOVA space
 * @d:    the domain
 * @iova: what bl_iova_alloc() returned
 * @size: bytes, as allocated
 *
 * Another CPU may get the space at once.
 *
 * Context: any.
 */
static void bl_iova_free(struct bl_domain *d, dma_addr_t iova, size_t size);

/**
 * bl_stray_unmap() - count and report an unmap of what is no mapping
 * @d:    the domain
 * @iova: the IOVA
 * @size: bytes
 *
 * Context: any.
 */
void bl_stray_unmap(struct bl_domain *d, dma_addr_t iova, size_t size);

/**
 * bl_stray_sync() - count and report a sync of what is not in one mapping
 * @d:    the domain
 * @iova: the IOVA
 * @size: bytes
 *
 * Context: any.
 */
void bl_stray_sync(struct bl_domain *d, dma_addr_t iova, size_t size);

/**
 * bl_page_alloc() - allocate a bounce page
 * @d:   the domain
 * @gfp: GFP_ATOMIC in map, GFP_KERNEL (or GFP_KERNEL_ACCOUNT in fault) where it may sleep
 *
 * Context: any with GFP_ATOMIC.
 * Return: a page of 1 << d->page_shift bytes, zeroed unless d->backing says otherwise, or
 * NULL.
 */
struct page *bl_page_alloc(struct bl_domain *d, gfp_t gfp);

/**
 * bl_page_free() - free a bounce page
 * @d:    the domain
 * @page: what bl_page_alloc() returned
 *
 * Context: any.
 */
void bl_page_free(struct bl_domain *d, struct page *page);

/**
 * bl_block_alloc() - allocate a compound page, whose bytes are contiguous for the kernel
 * @d:    the domain
 * @size: bytes: a power of two, 1 << d->page_shift to BL_HUGE_SIZE
 *
 * Context: process, may sleep.
 * Return: the page, zeroed, or NULL.
 */
struct page *bl_block_alloc(struct bl_domain *d, size_t size);

/**
 * bl_block_free() - free a page of bl_block_alloc()
 * @d:    the domain
 * @page: the page
 * @size: bytes, as allocated
 *
 * Context: any.
 */
void bl_block_free(struct bl_domain *d, struct page *page, size_t size);

/**
 * bl_copy_to_bounce() - copy from the original to a bounce page
 * @d:      the domain
 * @page:   the bounce page
 * @offset: bytes from its beginning
 * @orig:   physical address of the original
 * @len:    bytes, 1..BL_SLOT_SIZE, all in one slot of the bounce page
 * @path:   why, for the trace
 *
 * Context: any.
 */
static void bl_copy_to_bounce(struct bl_domain *d, struct page *page,
			      unsigned int offset, phys_addr_t orig, size_t len,
			      enum bl_path path);

/**
 * bl_copy_from_bounce() - copy from a bounce page to the original
 * @d:      the domain
 * @page:   the bounce page
 * @offset: bytes from its beginning
 * @orig:   physical address of the original
 * @len:    bytes, 1..BL_SLOT_SIZE, all in one slot of the bounce page
 * @path:   why, for the trace
 *
 * Context: any.
 */
static void bl_copy_from_bounce(struct bl_domain *d, struct page *page,
				unsigned int offset, phys_addr_t orig,
				size_t len, enum bl_path path);

/**
 * bl_copy_to_block() - copy from the original to a block
 * @d:      the domain
 * @bounce: where in a block of bl_block_alloc(): page_address() of it and an offset
 * @orig:   physical address of the original
 * @len:    bytes, > 0, all in the block
 * @path:   why, for the trace
 *
 * Context: any.
 */
static void bl_copy_to_block(struct bl_domain *d, void *bounce, phys_addr_t orig, size_t len,
			     enum bl_path path);

/**
 * bl_copy_from_block() - copy from a block to the original
 * @d:      the domain
 * @bounce: where in a block of bl_block_alloc()
 * @orig:   physical address of the original
 * @len:    bytes, > 0, all in the block
 * @path:   why, for the trace
 *
 * Context: any.
 */
static void bl_copy_from_block(struct bl_domain *d, const void *bounce, phys_addr_t orig,
			       size_t len, enum bl_path path);

/**
 * bl_zero_block() - set bytes of a block to zero
 * @d:      the domain
 * @bounce: where in a block of bl_block_alloc()
 * @len:    bytes, > 0, all in the block
 *
 * Context: any.
 */
static void bl_zero_block(struct bl_domain *d, void *bounce, size_t len);

/**
 * bl_copy_iter() - copy between the daemon's memory and an original
 * @d:         the domain
 * @orig:      physical address of the original
 * @len:       bytes
 * @iter:      the daemon's memory
 * @to_daemon: the direction
 *
 * The copy ends where a page of the daemon would have to be faulted in.
 *
 * Context: any, also with spinlocks held.
 * Return: the bytes copied, 0..@len.
 */
size_t bl_copy_iter(struct bl_domain *d, phys_addr_t orig, size_t len,
		    struct iov_iter *iter, bool to_daemon);

/**
 * bl_copy_iter_bounce() - copy between the daemon's memory and a bounce page
 * @d:         the domain
 * @page:      the bounce page
 * @offset:    bytes from its beginning
 * @len:       bytes, which may not cross a PAGE_SIZE of the bounce page
 * @iter:      the daemon's memory
 * @to_daemon: the direction
 *
 * The copy ends where a page of the daemon would have to be faulted in.
 *
 * Context: any, also with spinlocks held.
 * Return: the bytes copied, 0..@len.
 */
size_t bl_copy_iter_bounce(struct bl_domain *d, struct page *page,
			   unsigned int offset, size_t len,
			   struct iov_iter *iter, bool to_daemon);

/**
 * bl_zero_bounce() - set bytes of a bounce page to zero
 * @d:      the domain
 * @page:   the bounce page
 * @offset: bytes from its beginning
 * @len:    bytes, 1..BL_SLOT_SIZE, all in one slot of the bounce page
 *
 * Context: any.
 */
static void bl_zero_bounce(struct bl_domain *d, struct page *page,
			   unsigned int offset, size_t len);

/**
 * bl_zero_orig() - set bytes of an original to zero
 * @d:    the domain
 * @orig: physical address of the original
 * @len:  bytes
 *
 * Context: any.
 */
static void bl_zero_orig(struct bl_domain *d, phys_addr_t orig, size_t len);

/**
 * bl_zap() - take a range of the window out of every daemon's page table
 * @d:    the domain
 * @iova: first IOVA, aligned to PAGE_SIZE
 * @size: bytes, a multiple of PAGE_SIZE
 *
 * The next touch of the range is a fault.
 *
 * Context: process, may sleep.
 */
void bl_zap(struct bl_domain *d, u64 iova, u64 size);

/**
 * bl_defer() - have ->deferred called soon
 * @d: the domain
 *
 * Context: any.
 */
void bl_defer(struct bl_domain *d);

/**
 * bl_name_locks() - name locks for `bouncelab trace`
 * @d:    the domain
 * @name: their name, which lives as long as the module; the trace adds a number to it if
 *        there are several
 * @at:   the first of the locks, which live until exit
 * @size: bytes of each lock
 * @nr:   how many locks follow each other
 *
 * The trace shows a lock without a name by the function that waited for it.
 *
 * Context: init only.
 */
void bl_name_locks(struct bl_domain *d, const char *name, const void *at, size_t size,
		   unsigned int nr);

/**
 * bl_bit_lock() - take a bit spinlock that tracing sees
 * @bit:  number of the bit
 * @lock: the word that it is in
 *
 * bit_spin_lock() is inlined and, unlike other locks, does not report that it waits.
 *
 * Context: any.
 */
static void bl_bit_lock(int bit, unsigned long *lock);

/**
 * bl_bit_unlock() - release a bit spinlock of bl_bit_lock()
 * @bit:  number of the bit
 * @lock: the word that it is in
 *
 * Context: any.
 */
static void bl_bit_unlock(int bit, unsigned long *lock);

/* The static functions above, as the including build provides them: for the kernel, kmod/. */
#include "core/core-inline.h"

static inline bool bl_dir_to_device(enum dma_data_direction dir)
{
	return dir == DMA_TO_DEVICE || dir == DMA_BIDIRECTIONAL;
}

static inline bool bl_dir_from_device(enum dma_data_direction dir)
{
	return dir == DMA_FROM_DEVICE || dir == DMA_BIDIRECTIONAL;
}

#endif /* BL_STRATEGY_H */
