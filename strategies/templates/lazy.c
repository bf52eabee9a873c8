// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lazy: one line that says what is different about it
 *
 * Idea:   Why it should be better, in a few lines.
 * Bounce: first fault, then map
 * Sync:   one spinlock for the domain (or: what protects slots and pages from whom)
 * Wins:   the load under which it should win.
 * Loses:  the load under which it should lose.
 * Source: paper, patch or message that it comes from
 *
 * `make new-strategy NAME=x FROM=lazy` copies this file.  The copy works as it is: it does what
 * lazy-spin does, step by step, so that you can replace each step.  lazy.h says what the steps
 * have to keep: its promises A and B.
 */
#include "lazy.h"

/*
 * Required.  Any context, interrupts off: no sleeping.  After it, a fault that stores a page
 * finds the slots, or map finds the page (promise A).
 */
static __always_inline void
template_lazy_set_slots(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size,
			phys_addr_t pa, enum dma_data_direction dir)
{
	unsigned long flags = bl_bounce_lock(b);

	bl_slots_set(b, iova, size, pa, dir);
	bl_bounce_unlock(b, flags);
}

/* Required.  Any context.  After it, no fill reads the originals any more (promise B). */
static __always_inline void
template_lazy_clear_slots(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size)
{
	unsigned long flags = bl_bounce_lock(b);

	bl_slots_clear(b, iova, size);
	bl_bounce_unlock(b, flags);
}

/* Required.  Any context.  Fills that have begun in these pages have ended after it. */
static __always_inline void
template_lazy_wait_for_fill(struct bl_domain *d, struct bl_bounce *b, u64 iova, size_t size)
{
	unsigned long flags = bl_bounce_lock(b);

	bl_bounce_unlock(b, flags);
}

/*
 * The compiler folds these functions into the hooks, so that no indirect call is left.  Here
 * a fault holds the lock for as long as it fills, so that the last three steps do nothing.
 */
static const struct bl_lazy_ops template_lazy_ops = {
	.set_slots = template_lazy_set_slots,
	.clear_slots = template_lazy_clear_slots,
	.wait_for_fill = template_lazy_wait_for_fill,
	.lock_fault = bl_lazy_lock_fault,
	.unlock_fault = bl_lazy_unlock_fault,
	.announce_fill = bl_lazy_no_step,
	.order_fill = bl_lazy_no_step,
	.end_fill = bl_lazy_no_step,
};

/* Required.  Process context, once, before anything is mapped. */
static int template_lazy_init(struct bl_domain *d)
{
	return bl_bounce_spin_init(d);
}

/* Required.  Process context, once, after everything is unmapped. */
static void template_lazy_exit(struct bl_domain *d)
{
	bl_bounce_exit(d);
}

/* Required.  Any context, interrupts off: no sleeping, GFP_ATOMIC. */
static __always_inline dma_addr_t
template_lazy_map(struct bl_domain *d, phys_addr_t pa, size_t size,
		  enum dma_data_direction dir, bool copy)
{
	return bl_lazy_map(d, pa, size, dir, copy, &template_lazy_ops);
}

/* Required.  Any context.  No CPU may touch the buffer once it returns. */
static __always_inline void
template_lazy_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
		    enum dma_data_direction dir, bool copy)
{
	bl_lazy_unmap(d, iova, size, dir, copy, &template_lazy_ops);
}

/* Required.  Any context.  The driver wrote a buffer that stays mapped. */
static void template_lazy_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
					  enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_lazy_sync_for_device(d, iova, size, &template_lazy_ops);
}

/* Required.  Any context.  The driver wants to read what the device wrote. */
static void template_lazy_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				       enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_lazy_copy_back(d, iova, size, dir, BL_PATH_SYNC, &template_lazy_ops);
}

/* Required.  Process context, may sleep, at any time, for any address. */
static struct page *template_lazy_fault(struct bl_domain *d, u64 iova)
{
	return bl_lazy_fault(d, iova, &template_lazy_ops);
}

/*
 * Optional members, left out here; strategy.h says what each is for: .access (the daemon reads
 * and writes through the file), .fault_done, .deferred (bl_zap() and other work that sleeps),
 * .reset, .own_iova, .revokes, .unsafe.
 */
BL_STRATEGY_DEFINE(template_lazy,
	.name = "template-lazy",
	.refuse = bl_lazy_refuse,
	.init = template_lazy_init,
	.exit = template_lazy_exit,
	.map = template_lazy_map,
	.unmap = template_lazy_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = template_lazy_sync_for_device,
	.sync_for_cpu = template_lazy_sync_for_cpu,
	.fault = template_lazy_fault,
);
