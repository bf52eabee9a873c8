// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zap: truly lazy, every mapping faults; the page table entry goes with it
 *
 * Idea:   map only remembers.  The daemon's touch faults, and the fault makes the
 *         bounce page what the mapping says.  unmap copies back what was touched,
 *         and a worker, since that sleeps, takes the page out of the daemon's page
 *         table before the address is given out again; one that the daemon holds in
 *         another way it may keep, and the address gets a new one.  What the daemon
 *         never touches costs nothing: no page, no copy, no revocation.
 * Bounce: every access
 * Sync:   one spinlock for slots and pages; a semaphore between entering a page in
 *         a page table and taking it out
 * Wins:   data that the daemon does not look at (null devices, forwarded writes);
 *         and it is the only one after which the daemon has no stale data.
 * Loses:  everything else: a fault, and a TLB flush, per page and mapping.
 * Source: deferred invalidation of hardware IOMMUs; "truly lazy", which the review
 *         of v5 talks about and v5 was not
 */
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/rwsem.h>

#include "bounce-spin.h"

/* The state of a slot beside struct bl_slot.  The spinlock protects it. */
struct zap_slot {
	u32 next;	/* first slot of the next range that waits for the worker, or 0 */
	u32 nr;		/* slots of the waiting range that begins here */
	bool touched;	/* the slot's page may be in a page table */
};

struct zap {
	struct bl_bounce_spin spin;	/* its lock protects slots and pages */
	/*
	 * Readers hold it from reading a slot until its page is in the page table;
	 * writers take pages out of page tables and give pages up.  It is taken outside
	 * of the spinlock, in process context.
	 */
	struct rw_semaphore entering;
	u32 waiting;		/* first slot of the first waiting range; under the spinlock */
	struct zap_slot slots[];
};

static __always_inline struct zap *zap_of(struct bl_domain *d)
{
	struct bl_bounce *b = d->priv;

	return container_of(b, struct zap, spin.bounce);
}

static __always_inline dma_addr_t
zap_map(struct bl_domain *d, phys_addr_t pa, size_t size,
	enum dma_data_direction dir, bool copy)
{
	dma_addr_t iova = bl_iova_alloc(d, size);
	unsigned long flags;

	if (!iova)
		return DMA_MAPPING_ERROR;
	/*
	 * No slot of a new range is touched.  A daemon that does not wait for the
	 * address must find all slots of a page or none, because it faults once.
	 */
	flags = bl_bounce_lock(d->priv);
	bl_slots_set(d->priv, iova, size, pa, dir);
	bl_mapping_begin(d->priv, iova, size, dir);
	bl_bounce_unlock(d->priv, flags);
	return iova;
}

/*
 * Copy the bytes of the touched slots of a range if MOVE says so.  Return whether there is a
 * touched slot.  The caller holds the spinlock.
 */
static __always_inline bool zap_copy(struct bl_domain *d, dma_addr_t iova,
				     size_t size, bool move, bool to_device,
				     enum bl_path path)
{
	struct bl_bounce *b = d->priv;
	struct zap *z = zap_of(d);
	struct bl_slot *slot;
	bool touched = false;
	u64 at, chunk;

	bl_for_each_slot(b, slot, at, chunk, iova, size) {
		if (!z->slots[at >> BL_SLOT_SHIFT].touched)
			continue;
		touched = true;
		if (move)
			bl_bounce_copy_slot(d, b, slot, at, chunk, to_device, path);
	}
	return touched;
}

static __always_inline void
zap_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
	  enum dma_data_direction dir, bool copy)
{
	u64 first = iova >> BL_SLOT_SHIFT;
	struct bl_bounce *b = d->priv;
	struct zap *z = zap_of(d);
	unsigned long flags;
	bool touched;

	flags = bl_bounce_lock(b);
	if (unlikely(!bl_mapping_end(b, iova, size, dir, true))) {
		bl_bounce_unlock(b, flags);
		bl_stray_unmap(d, iova, size);
		return;
	}
	touched = zap_copy(d, iova, size, copy && bl_dir_from_device(dir), false,
			   BL_PATH_UNMAP);
	bl_slots_clear(b, iova, size);
	if (touched) {
		z->slots[first].nr = DIV_ROUND_UP_ULL(size, BL_SLOT_SIZE);
		z->slots[first].next = z->waiting;
		z->waiting = first;
	}
	bl_bounce_unlock(b, flags);

	if (touched)
		bl_defer(d);
	else
		bl_iova_free(d, iova, size);
}

/*
 * Give up pages that are in no page table and have references of others: they are in a
 * pipe, a registered buffer or the like.  The caller holds z->entering for write.
 */
static void zap_give_up_pinned(struct bl_domain *d, u64 from, u64 size)
{
	struct bl_bounce *b = d->priv;
	struct page *page;
	u64 at;

	for (at = from; at < from + size; at += PAGE_SIZE) {
		page = bl_bounce_page(d, b, at);
		if (!page || page_ref_count(page) == 1)
			continue;
		WRITE_ONCE(b->pages[at >> PAGE_SHIFT], NULL);
		bl_page_free(d, page);
	}
}

static void zap_revoke(struct bl_domain *d, u64 from, u64 size)
{
	bl_zap(d, from, size);
	zap_give_up_pinned(d, from, size);
}

/*
 * Take all waiting ranges out of the page tables, then free them.  Only this function uses
 * the chain of a range until the range is free.
 */
static void zap_deferred(struct bl_domain *d)
{
	struct bl_bounce *b = d->priv;
	struct zap *z = zap_of(d);
	unsigned long flags;
	u32 first, all, i;

	flags = bl_bounce_lock(b);
	all = z->waiting;
	z->waiting = 0;
	bl_bounce_unlock(b, flags);

	/* A fault that saw a mapping of these ranges has entered its page by now. */
	down_write(&z->entering);
	for (first = all; first; first = z->slots[first].next)
		zap_revoke(d, (u64)first << BL_SLOT_SHIFT,
			   (u64)z->slots[first].nr << BL_SLOT_SHIFT);
	up_write(&z->entering);

	while (all) {
		first = all;
		all = z->slots[first].next;
		/* The fault of a daemon that touches an unmapped slot reads `touched`. */
		flags = bl_bounce_lock(b);
		for (i = 0; i < z->slots[first].nr; i++)
			z->slots[first + i].touched = false;
		bl_bounce_unlock(b, flags);
		bl_iova_free(d, (dma_addr_t)first << BL_SLOT_SHIFT,
			     (size_t)z->slots[first].nr << BL_SLOT_SHIFT);
	}
}

static void zap_sync(struct bl_domain *d, dma_addr_t iova, size_t size, bool to_device)
{
	struct bl_bounce *b = d->priv;
	struct bl_sync sync;
	unsigned long flags;
	bool mapped;

	flags = bl_bounce_lock(b);
	mapped = bl_sync_begin(b, iova, size, to_device, &sync);
	if (likely(mapped)) {
		zap_copy(d, iova, size, true, to_device, BL_PATH_SYNC);
		bl_sync_end(&sync);
	}
	bl_bounce_unlock(b, flags);

	if (unlikely(!mapped))
		bl_stray_sync(d, iova, size);
}

static void zap_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
				enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		zap_sync(d, iova, size, true);
}

static void zap_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
			     enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		zap_sync(d, iova, size, false);
}

/*
 * Fill the mapped slots of PAGE, the bounce page at IOVA, that are not touched yet.  Return
 * false if no slot is mapped.  The caller holds the spinlock, so that unmap has not yet
 * reached a mapping that is seen here.
 */
static bool zap_fill(struct bl_domain *d, u64 iova, struct page *page)
{
	struct bl_bounce *b = d->priv;
	struct zap *z = zap_of(d);
	struct bl_slot *slot;
	bool mapped = false, *touched;
	phys_addr_t orig;
	u64 at, chunk;

	bl_for_each_slot(b, slot, at, chunk, iova, PAGE_SIZE) {
		touched = &z->slots[at >> BL_SLOT_SHIFT].touched;
		orig = slot->orig;
		mapped |= orig != BL_NOT_MAPPED;
		if (*touched)
			continue;
		/* Clear the old bytes, also beyond the mapping. */
		bl_zero_bounce(d, page, at - iova, BL_SLOT_SIZE);
		if (orig == BL_NOT_MAPPED)
			continue;
		if (bl_choose_prefill(d, slot->dir, true) == BL_PREFILL_COPY)
			bl_copy_to_bounce(d, page, at - iova, orig, slot->len,
					  BL_PATH_FAULT);
		*touched = true;
	}
	return mapped;
}

static void zap_fault_done(struct bl_domain *d, u64 iova)
{
	up_read(&zap_of(d)->entering);
}

static struct page *zap_fault(struct bl_domain *d, u64 iova)
{
	struct bl_bounce *b = d->priv;
	struct page *page, *new = NULL;
	unsigned long flags;
	bool mapped;

retry:
	/* Outside of the semaphore, because an allocation may wait for writeback. */
	if (!new && !bl_bounce_page(d, b, iova)) {
		new = bl_page_alloc(d, GFP_KERNEL_ACCOUNT);
		if (!new)
			return ERR_PTR(-ENOMEM);
	}

	down_read(&zap_of(d)->entering);
	page = bl_bounce_page(d, b, iova) ?: new;
	if (!page) {
		/* The worker gave the page up in between. */
		up_read(&zap_of(d)->entering);
		goto retry;
	}
	flags = bl_bounce_lock(b);
	page = bl_bounce_page(d, b, iova) ?: new;
	mapped = zap_fill(d, iova, page);
	if (mapped && page == new) {
		WRITE_ONCE(b->pages[iova >> d->page_shift], page);
		new = NULL;
	}
	bl_bounce_unlock(b, flags);

	if (new)
		bl_page_free(d, new);
	if (mapped)
		return bl_bounce_get_subpage(d, page, iova);
	zap_fault_done(d, iova);
	return NULL;
}

static int zap_init(struct bl_domain *d)
{
	struct zap *z;
	int ret;

	/* A page of the MMU is revoked; page_order only says how far apart mappings are. */
	d->page_shift = PAGE_SHIFT;
	ret = bl_bounce_spin_init_size(d, struct_size(z, slots, bl_nr_slots(d)));
	if (ret)
		return ret;
	z = zap_of(d);
	init_rwsem(&z->entering);
	bl_name_locks(d, "entering", &z->entering, sizeof(z->entering), 1);
	return 0;
}

static const char *zap_refuse(const struct bl_domain *d)
{
	if (d->granule < PAGE_SIZE)
		return "revokes whole pages, and a granule below PAGE_SIZE puts several mappings in one";
	if (d->backing == BL_BACKING_HUGE)
		return "revokes single pages, which a huge one has not";
	return NULL;
}

BL_STRATEGY_DEFINE(zap,
	.name = "zap",
	.revokes = true,
	.refuse = zap_refuse,
	.init = zap_init,
	.exit = bl_bounce_exit,
	.map = zap_map,
	.unmap = zap_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = zap_sync_for_device,
	.sync_for_cpu = zap_sync_for_cpu,
	.fault = zap_fault,
	.fault_done = zap_fault_done,
	.deferred = zap_deferred,
);
