/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract between the domain core and a strategy.
 *
 * A strategy decides where the bytes of a streaming mapping are, when they are
 * copied, which ordering protects that, and what the daemon sees when it
 * touches an address.  The core owns everything else: the device, the rings,
 * the domain file, the IOTLB, the life of the domain.
 *
 * This file and the inline engines beside it (bounce.h, eager.h, lazy.h) name
 * kernel interfaces only, so that a strategy also compiles outside the kernel
 * over shims of them.
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

/*
 * Contexts.  map, unmap and the two syncs are called in any context, under
 * virtqueue locks, with interrupts off: they must not sleep, and a lock that
 * they share must be taken irq-safe.  The rest is called in process context
 * and may sleep.  The caller owns the IOVA range between map and unmap: no two
 * calls for one range run at once, except fault, which may run at any time for
 * any address, and set_user_pages / clear_user_pages.
 *
 * map and unmap are best `static __always_inline`: BL_STRATEGY_DEFINE compiles
 * DMA operations of the strategy's own around them, without a call in between.
 */
struct bl_strategy {
	/* Required.  The file's name without .c. */
	const char *name;

	/* The daemon can reach memory that nobody mapped for it. */
	bool unsafe;

	/*
	 * The window is all of memory rather than bounce_size, and fault gives
	 * pages that the strategy does not own: the core enters them in the
	 * daemon's page table without a reference.
	 */
	bool raw;

	/*
	 * Short mappings, or all, do not get their addresses from bl_iova_alloc(), so
	 * that a choice of allocator would say something untrue.  What init takes
	 * from there for itself is a quarter of the window at most.
	 */
	bool own_iova;

	/*
	 * After unmap, and once the work of bl_defer() is done, the daemon has no
	 * access to the range any more: not in its page table, and a page that it
	 * holds otherwise (by a pipe, by a registered buffer) is not used again.
	 */
	bool revokes;

	/*
	 * Optional.  Why D's options (granule, page_shift, prefill, backing,
	 * window) make no sense with this strategy, as the end of a sentence, or
	 * NULL.  Called before init, with nothing else set up.
	 */
	const char *(*refuse)(const struct bl_domain *d);

	/*
	 * Required.  Set up d->priv; for a raw strategy also d->base and
	 * d->window.  It may make d->page_shift smaller.  0 or -ENOMEM.
	 */
	int (*init)(struct bl_domain *d);

	/*
	 * Required.  Free all of it.  Nobody maps, faults or has it mapped any
	 * more.  Slots that are still in use are a driver's bug: say so.
	 */
	void (*exit)(struct bl_domain *d);

	/*
	 * Required.  Make SIZE (> 0) bytes of physically contiguous memory at
	 * PA reachable for the daemon.  COPY is false for
	 * DMA_ATTR_SKIP_CPU_SYNC: the caller syncs by itself.  Returns the
	 * IOVA, or DMA_MAPPING_ERROR, after which nothing may be left behind.
	 */
	dma_addr_t (*map)(struct bl_domain *d, phys_addr_t pa, size_t size,
			  enum dma_data_direction dir, bool copy);

	/*
	 * Required.  Undo map.  When it returns nothing may read or write the
	 * memory at PA any more, on any CPU (unless .unsafe).
	 */
	void (*unmap)(struct bl_domain *d, dma_addr_t iova, size_t size,
		      enum dma_data_direction dir, bool copy);

	/* Required.  Move the bytes of a part of a mapping that stays. */
	void (*sync_for_device)(struct bl_domain *d, dma_addr_t iova,
				size_t size, enum dma_data_direction dir);
	void (*sync_for_cpu)(struct bl_domain *d, dma_addr_t iova, size_t size,
			     enum dma_data_direction dir);

	/*
	 * Required.  The daemon touched IOVA, which lies in the window and is
	 * page aligned.  Returns the page to enter, with a reference taken
	 * unless .raw; NULL sends SIGBUS.
	 */
	struct page *(*fault)(struct bl_domain *d, u64 iova);

	/*
	 * Optional.  The page of a successful fault is now in the daemon's page
	 * table, or will not be: what fault took, so that bl_zap() cannot come in
	 * between, can be let go.  Same thread, same context as fault.
	 */
	void (*fault_done)(struct bl_domain *d, u64 iova);

	/*
	 * Optional.  The daemon reads (TO_DAEMON) or writes LEN bytes (> 0, all in
	 * the window) at IOVA through the domain file.  Moves them between ITER
	 * and where they are, by bl_copy_iter() or bl_copy_iter_bounce().  Returns
	 * the bytes moved, fewer if memory of the daemon has to be faulted in
	 * first (the core does that and comes back) or the mapping ends; -EFAULT
	 * if nothing is mapped there for that direction.  Process context.
	 */
	ssize_t (*access)(struct bl_domain *d, u64 iova, size_t len,
			  struct iov_iter *iter, bool to_daemon);

	/*
	 * Optional.  Runs some time after bl_defer(), in process context, never
	 * twice at once.  Everything deferred is done before exit is called.
	 */
	void (*deferred)(struct bl_domain *d);

	/*
	 * Optional.  The device was reset.  Mappings may still be there and are
	 * unmapped later; the daemon may run and keep its page table.
	 */
	void (*reset)(struct bl_domain *d);

	/*
	 * Optional, both or none.  Use PAGES, d->window >> PAGE_SHIFT of them,
	 * instead of kernel pages from now on; mappings in flight keep their
	 * bytes.  The core holds the pages' references until after
	 * clear_user_pages.  0 or -ENOMEM.
	 */
	int (*set_user_pages)(struct bl_domain *d, struct page **pages);
	void (*clear_user_pages)(struct bl_domain *d);

	/* Set by BL_STRATEGY_DEFINE: the core's, with map and unmap compiled in. */
	const struct dma_map_ops *dma_ops;
};

/*
 * Once per strategy file, at its end.  ID is the name with '_' for '-'; the
 * build makes the table of strategies from the file names.
 */
#define BL_STRATEGY_DEFINE(id, ...)					\
	extern const struct bl_strategy bl_strategy_##id;		\
	BL_CORE_DEFINE(id);						\
	const struct bl_strategy bl_strategy_##id = {			\
		.dma_ops = &bl_dma_ops_##id,				\
		__VA_ARGS__						\
	}

/* Second half: what the core provides. */

/*
 * Allocate IOVA space for SIZE bytes, aligned to the granule (4K, or a whole
 * bounce page), never at 0.  Returns 0 when the window is full.  Any context.
 */
static dma_addr_t bl_iova_alloc(struct bl_domain *d, size_t size);

/* Free what bl_iova_alloc(d, SIZE) gave; it may be handed out at once. */
static void bl_iova_free(struct bl_domain *d, dma_addr_t iova, size_t size);

/*
 * A bounce page of 1 << d->page_shift bytes, or NULL; zeroed unless d->backing
 * says otherwise.  GFP_ATOMIC on the map path, GFP_KERNEL where sleeping is
 * allowed.
 */
struct page *bl_page_alloc(struct bl_domain *d, gfp_t gfp);
void bl_page_free(struct bl_domain *d, struct page *page);

/*
 * A compound page of BL_HUGE_SIZE bytes, zeroed, or NULL.  May sleep.
 */
struct page *bl_huge_alloc(struct bl_domain *d);
void bl_huge_free(struct bl_domain *d, struct page *page);

/*
 * Copy LEN bytes between the memory at ORIG and OFFSET in bounce page PAGE, all in
 * one slot of it.  Any context.
 */
static void bl_copy_to_bounce(struct bl_domain *d, struct page *page,
			      unsigned int offset, phys_addr_t orig, size_t len,
			      enum bl_path path);
static void bl_copy_from_bounce(struct bl_domain *d, struct page *page,
				unsigned int offset, phys_addr_t orig,
				size_t len, enum bl_path path);

/*
 * Copy LEN bytes between ITER, the daemon's memory, and ORIG or OFFSET in bounce
 * page PAGE (not across a PAGE_SIZE of it).  Page faults are not served: returns
 * the bytes copied.  Any context, also with spinlocks held.
 */
size_t bl_copy_iter(struct bl_domain *d, phys_addr_t orig, size_t len,
		    struct iov_iter *iter, bool to_daemon);
size_t bl_copy_iter_bounce(struct bl_domain *d, struct page *page,
			   unsigned int offset, size_t len,
			   struct iov_iter *iter, bool to_daemon);

/* Set LEN bytes at OFFSET in bounce page PAGE to zero; as bl_copy_to_bounce(). */
static void bl_zero_bounce(struct bl_domain *d, struct page *page,
			   unsigned int offset, size_t len);

/* Set LEN bytes of the memory at ORIG to zero.  Any context. */
static void bl_zero_orig(struct bl_domain *d, phys_addr_t orig, size_t len);

/*
 * Take a range of the window out of every daemon's page table: the next touch is
 * a fault.  May sleep.
 */
void bl_zap(struct bl_domain *d, u64 iova, u64 size);

/* Have ->deferred called soon.  Any context. */
void bl_defer(struct bl_domain *d);

/*
 * NR locks, each in SIZE bytes, from AT on: what `bouncelab trace` is to call them, with
 * the number of each if there are several.  To be called by init; AT lives until exit,
 * NAME for ever.  A lock without a name goes by the function that waited for it.
 */
void bl_name_locks(struct bl_domain *d, const char *name, const void *at, size_t size,
		   unsigned int nr);

/*
 * As bit_spin_lock() and bit_spin_unlock(), and seen by tracing: those are inlined, and
 * unlike other locks they do not say that somebody waits.  Any context.
 */
static void bl_bit_lock(int bit, unsigned long *lock);
static void bl_bit_unlock(int bit, unsigned long *lock);

/* What is static above, from where this is built: of the kernel, kmod/. */
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
