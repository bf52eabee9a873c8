// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * own-iova: one line that says what is different about it
 *
 * Idea:   Why it should be better, in a few lines.
 * Bounce: map
 * Sync:   ownership of an address; a bit for each address (or: what protects it from whom)
 * Wins:   the load under which it should win.
 * Loses:  the load under which it should lose.
 * Source: paper, patch or message that it comes from
 *
 * `make new-strategy NAME=x FROM=own-iova` copies this file.  The copy works as it is: it takes
 * a part of the window in init, and short mappings get their addresses from there by a map of
 * bits; longer ones, or all when it is full, go the way of eager-none.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/minmax.h>

#include "eager.h"

#define OWN_MOST	1024	/* addresses, if the window has four times as many */

struct own_iova {
	struct bl_bounce bounce;
	u64 from;		/* IOVA of the first address */
	unsigned int nr;	/* addresses, each for up to d->granule bytes */
	DECLARE_BITMAP(used, OWN_MOST);
};

static __always_inline struct own_iova *own_iova_of(struct bl_domain *d)
{
	struct bl_bounce *b = d->priv;

	return container_of(b, struct own_iova, bounce);
}

/* Any context.  Return an address, or 0. */
static __always_inline dma_addr_t template_own_iova_alloc(struct bl_domain *d, size_t size)
{
	struct own_iova *o = own_iova_of(d);
	unsigned long at;

	if (size > d->granule)
		return bl_iova_alloc(d, size);
	while ((at = find_first_zero_bit(o->used, o->nr)) < o->nr)
		/* Acquire, pairs with the release below: the owner before is done. */
		if (!test_and_set_bit_lock(at, o->used))
			return o->from + at * d->granule;
	return bl_iova_alloc(d, size);
}

/* Any context.  Another CPU may get the address at once. */
static __always_inline void template_own_iova_free(struct bl_domain *d, dma_addr_t iova,
						   size_t size)
{
	struct own_iova *o = own_iova_of(d);
	u64 at = (iova - o->from) / d->granule;

	if (iova < o->from || at >= o->nr)
		bl_iova_free(d, iova, size);
	else
		clear_bit_unlock(at, o->used);
}

/*
 * The compiler folds these functions into the hooks, so that no indirect call is left.  Replace
 * the first two by functions that protect the tables, if addresses have no owner.
 */
static const struct bl_eager_ops template_own_iova_ops = {
	.lock = bl_eager_no_lock,
	.unlock = bl_eager_no_unlock,
	.alloc = template_own_iova_alloc,
	.free = template_own_iova_free,
};

/* Required.  Process context, once, after everything is unmapped. */
static void template_own_iova_exit(struct bl_domain *d)
{
	struct own_iova *o = own_iova_of(d);

	if (o->from)
		bl_iova_free(d, o->from, o->nr * d->granule);
	bl_bounce_exit(d);
}

/* Required.  Process context, once, before anything is mapped. */
static int template_own_iova_init(struct bl_domain *d)
{
	int ret = bl_bounce_init_size(d, sizeof(struct own_iova));
	struct own_iova *o;

	if (ret)
		return ret;
	o = own_iova_of(d);
	/* At most a quarter of the window may be taken. */
	o->nr = min_t(u64, OWN_MOST, d->window / 4 / d->granule);
	o->from = bl_iova_alloc(d, o->nr * d->granule);
	if (o->from && !bl_bounce_preallocate(d, d->priv, o->from, o->nr * d->granule))
		return 0;
	template_own_iova_exit(d);
	return -ENOMEM;
}

/* Required.  Any context, interrupts off: no sleeping, GFP_ATOMIC. */
static __always_inline dma_addr_t
template_own_iova_map(struct bl_domain *d, phys_addr_t pa, size_t size,
		      enum dma_data_direction dir, bool copy)
{
	return bl_eager_map(d, pa, size, dir, copy, &template_own_iova_ops);
}

/* Required.  Any context.  No CPU may touch the buffer once it returns. */
static __always_inline void
template_own_iova_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
			enum dma_data_direction dir, bool copy)
{
	bl_eager_unmap(d, iova, size, dir, copy, &template_own_iova_ops);
}

/* Required.  Any context.  The driver wrote a buffer that stays mapped. */
static void template_own_iova_sync_for_device(struct bl_domain *d, dma_addr_t iova,
					      size_t size, enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_eager_sync(d, iova, size, true, &template_own_iova_ops);
}

/* Required.  Any context.  The driver wants to read what the device wrote. */
static void template_own_iova_sync_for_cpu(struct bl_domain *d, dma_addr_t iova,
					   size_t size, enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_eager_sync(d, iova, size, false, &template_own_iova_ops);
}

/* Required.  Process context, may sleep, at any time, for any address. */
static struct page *template_own_iova_fault(struct bl_domain *d, u64 iova)
{
	return bl_eager_fault(d, iova, &template_own_iova_ops);
}

/*
 * Optional members, left out here; strategy.h says what each is for:
 * .set_user_pages and .clear_user_pages (the daemon registers its memory), .access
 * (the daemon reads and writes through the file), .fault_done, .deferred (bl_zap() and
 * other work that sleeps), .reset, .refuse, .revokes, .unsafe.
 */
BL_STRATEGY_DEFINE(template_own_iova,
	.name = "template-own-iova",
	.own_iova = true,
	.init = template_own_iova_init,
	.exit = template_own_iova_exit,
	.map = template_own_iova_map,
	.unmap = template_own_iova_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = template_own_iova_sync_for_device,
	.sync_for_cpu = template_own_iova_sync_for_cpu,
	.fault = template_own_iova_fault,
);
