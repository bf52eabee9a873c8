// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * template: one line that says what is different about it
 *
 * Idea:   Why it should be better, in a few lines.
 * Bounce: map (or: first fault, then map; every access; never)
 * Sync:   none (or: what protects slots and pages from whom)
 * Wins:   the load under which it should win.
 * Loses:  the load under which it should lose.
 * Source: paper, patch or message that it comes from
 *
 * `make new-strategy NAME=x` copies this file; build, `bouncelab list`, plans
 * and tests pick the copy up by its name.  The copy works as it is: it does what
 * eager-none does, hook by hook, so that you can replace each hook.
 * strategy.h says in which context each hook runs; bounce.h has the tables of
 * slots and pages.  If your idea is a variant of an engine, start from
 * eager-spin.c or lazy-spin.c instead: they are short.
 */
#include "eager.h"

/*
 * The compiler folds these functions into the hooks, so that no indirect call is left.  Replace
 * bl_eager_no_lock and bl_eager_no_unlock by functions that protect the tables.
 */
static const struct bl_eager_ops template_ops = {
	.lock = bl_eager_no_lock,
	.unlock = bl_eager_no_unlock,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

/* Required.  Process context, once, before anything is mapped. */
static int template_init(struct bl_domain *d)
{
	return bl_bounce_init(d);
}

/* Required.  Process context, once, after everything is unmapped. */
static void template_exit(struct bl_domain *d)
{
	bl_bounce_exit(d);
}

/* Required.  Any context, interrupts off: no sleeping, GFP_ATOMIC. */
static __always_inline dma_addr_t
template_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	     enum dma_data_direction dir, bool copy)
{
	return bl_eager_map(d, pa, size, dir, copy, &template_ops);
}

/* Required.  Any context.  No CPU may touch the buffer once it returns. */
static __always_inline void
template_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
	       enum dma_data_direction dir, bool copy)
{
	bl_eager_unmap(d, iova, size, dir, copy, &template_ops);
}

/* Required.  Any context.  The driver wrote a buffer that stays mapped. */
static void template_sync_for_device(struct bl_domain *d, dma_addr_t iova,
				     size_t size, enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_eager_sync(d, iova, size, true, &template_ops);
}

/* Required.  Any context.  The driver wants to read what the device wrote. */
static void template_sync_for_cpu(struct bl_domain *d, dma_addr_t iova,
				  size_t size, enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_eager_sync(d, iova, size, false, &template_ops);
}

/* Required.  Process context, may sleep, at any time, for any address. */
static struct page *template_fault(struct bl_domain *d, u64 iova)
{
	return bl_eager_fault(d, iova, &template_ops);
}

/*
 * Optional members, left out here; strategy.h says what each is for:
 * .set_user_pages and .clear_user_pages (the daemon registers its memory), .access
 * (the daemon reads and writes through the file), .fault_done, .deferred (bl_zap() and
 * other work that sleeps), .reset, .refuse, .own_iova, .revokes, .unsafe, .raw.
 */
BL_STRATEGY_DEFINE(template,
	.name = "template",
	.init = template_init,
	.exit = template_exit,
	.map = template_map,
	.unmap = template_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = template_sync_for_device,
	.sync_for_cpu = template_sync_for_cpu,
	.fault = template_fault,
);
