// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The IOTLB: the ranges that the daemon may map.  An entry is either the core's own (the
 * streaming window, a piece of coherent memory: opaque is NULL and the file is
 * the domain's) or a range of another file that vhost-vdpa passed with
 * set_map (opaque is a struct vdpa_map_file that holds the file).
 *
 * The core's own entries hold no reference to the domain's file: the file owns the IOTLB
 * and would never be released.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vdpa.h>
#include <uapi/linux/vduse.h>

#include "core/core.h"

/*
 * Interrupts are off under iotlb_lock, and a guest can have many ranges: so many entries are
 * removed at once.
 */
#define BATCH	64

/* The caller holds iotlb_lock, or no one else knows IOTLB. */
static int iotlb_add(struct vhost_iotlb *iotlb, u64 start, u64 last, u64 addr,
		     u32 perm, const struct vdpa_map_file *from)
{
	struct vdpa_map_file *copy = NULL;
	int ret;

	if (from) {
		copy = kmalloc(sizeof(*copy), GFP_ATOMIC);
		if (!copy)
			return -ENOMEM;
		copy->file = get_file(from->file);
		copy->offset = from->offset;
	}
	ret = vhost_iotlb_add_range_ctx(iotlb, start, last, addr, perm, copy);
	if (ret && copy) {
		fput(copy->file);
		kfree(copy);
	}
	return ret;
}

static void entry_free(struct vhost_iotlb *iotlb, struct vhost_iotlb_map *map)
{
	struct vdpa_map_file *from = map->opaque;

	if (from) {
		fput(from->file);
		kfree(from);
	}
	vhost_iotlb_map_free(iotlb, map);
}

/* Remove at most BATCH entries that overlap [START, LAST].  Return whether there may be more. */
static bool iotlb_del(struct bl_core *core, u64 start, u64 last)
{
	struct vhost_iotlb_map *map;
	unsigned int n;

	lockdep_assert_held(&core->iotlb_lock);

	for (n = 0; n < BATCH; n++) {
		map = vhost_iotlb_itree_first(core->iotlb, start, last);
		if (!map)
			return false;
		if (!map->opaque && map->start == core->d.base)
			WRITE_ONCE(core->d.window_on, false);
		entry_free(core->iotlb, map);
	}
	return true;
}

static void iotlb_del_all(struct bl_core *core, u64 start, u64 last)
{
	unsigned long flags;
	bool more;

	do {
		spin_lock_irqsave(&core->iotlb_lock, flags);
		more = iotlb_del(core, start, last);
		spin_unlock_irqrestore(&core->iotlb_lock, flags);
		cond_resched();
	} while (more);
}

void bl_iotlb_clear(struct bl_core *core)
{
	iotlb_del_all(core, 0, U64_MAX);
}

/* Free an IOTLB that no one else knows. */
static void iotlb_free(struct vhost_iotlb *iotlb)
{
	struct vhost_iotlb_map *map;

	while ((map = vhost_iotlb_itree_first(iotlb, 0, U64_MAX))) {
		entry_free(iotlb, map);
		cond_resched();
	}
	vhost_iotlb_free(iotlb);
}

/*
 * Can a range be the daemon's?  One without a file would look like the core's own.  The file
 * below one of overlayfs, which is what its memory belongs to, must not get a descriptor.
 */
static bool may_pass(const struct vdpa_map_file *from)
{
	return from && !(from->file->f_mode & FMODE_BACKING);
}

/* Return a copy of the ranges of IOTLB, or an error pointer. */
static struct vhost_iotlb *iotlb_copy(struct vhost_iotlb *iotlb)
{
	struct vhost_iotlb *copy = vhost_iotlb_alloc(BL_IOTLB_LIMIT, 0);
	struct vhost_iotlb_map *map;
	int ret = 0;

	if (!copy)
		return ERR_PTR(-ENOMEM);
	for (map = vhost_iotlb_itree_first(iotlb, 0, U64_MAX); map && !ret;
	     map = vhost_iotlb_itree_next(map, 0, U64_MAX)) {
		ret = -EINVAL;
		if (may_pass(map->opaque))
			ret = iotlb_add(copy, map->start, map->last, map->addr,
					map->perm, map->opaque);
	}
	if (!ret)
		return copy;
	iotlb_free(copy);
	return ERR_PTR(ret);
}

int bl_domain_set_map(struct bl_domain *d, struct vhost_iotlb *iotlb)
{
	struct bl_core *core = bl_core_of(d);
	struct vhost_iotlb *new = iotlb_copy(iotlb);
	unsigned long flags;

	if (IS_ERR(new)) {
		bl_iotlb_clear(core);
		return PTR_ERR(new);
	}
	spin_lock_irqsave(&core->iotlb_lock, flags);
	swap(core->iotlb, new);
	WRITE_ONCE(core->d.window_on, false);
	spin_unlock_irqrestore(&core->iotlb_lock, flags);
	iotlb_free(new);
	return 0;
}

void bl_domain_clear_map(struct bl_domain *d, struct vhost_iotlb *iotlb)
{
	struct bl_core *core = bl_core_of(d);
	struct vhost_iotlb_map *map;

	for (map = vhost_iotlb_itree_first(iotlb, 0, U64_MAX); map;
	     map = vhost_iotlb_itree_next(map, 0, U64_MAX))
		iotlb_del_all(core, map->start, map->last);
}

/* Remove at most BATCH entries of vhost-vdpa.  Return whether there may be more. */
static bool iotlb_del_foreign(struct bl_core *core)
{
	struct vhost_iotlb_map *map, *next;
	unsigned int n = 0;

	lockdep_assert_held(&core->iotlb_lock);

	list_for_each_entry_safe(map, next, &core->iotlb->list, link) {
		if (!map->opaque)
			continue;
		if (n++ == BATCH)
			return true;
		entry_free(core->iotlb, map);
	}
	return false;
}

void bl_domain_drop_foreign(struct bl_domain *d)
{
	struct bl_core *core = bl_core_of(d);
	unsigned long flags;
	bool more;

	do {
		spin_lock_irqsave(&core->iotlb_lock, flags);
		more = iotlb_del_foreign(core);
		spin_unlock_irqrestore(&core->iotlb_lock, flags);
		cond_resched();
	} while (more);
}

int bl_window_put_in_iotlb(struct bl_domain *d)
{
	struct bl_core *core = bl_core_of(d);
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&core->iotlb_lock, flags);
	if (!core->d.window_on) {
		ret = iotlb_add(core->iotlb, d->base, d->base + d->window - 1, 0,
				VHOST_MAP_RW, NULL);
		if (!ret)
			WRITE_ONCE(core->d.window_on, true);
	}
	spin_unlock_irqrestore(&core->iotlb_lock, flags);
	return ret;
}

void bl_domain_reset(struct bl_domain *d)
{
	struct bl_core *core = bl_core_of(d);
	unsigned long flags;

	spin_lock_irqsave(&core->iotlb_lock, flags);
	if (core->d.window_on)
		iotlb_del(core, d->base, d->base + d->window - 1);
	spin_unlock_irqrestore(&core->iotlb_lock, flags);
	if (d->strategy->reset)
		d->strategy->reset(d);
}

int bl_iotlb_add_own(struct bl_core *core, u64 iova, size_t size,
		     phys_addr_t pa)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&core->iotlb_lock, flags);
	ret = iotlb_add(core->iotlb, iova, iova + size - 1, pa, VHOST_MAP_RW, NULL);
	spin_unlock_irqrestore(&core->iotlb_lock, flags);
	return ret;
}

void bl_iotlb_del_own(struct bl_core *core, u64 iova, size_t size)
{
	unsigned long flags;

	spin_lock_irqsave(&core->iotlb_lock, flags);
	iotlb_del(core, iova, iova + size - 1);
	spin_unlock_irqrestore(&core->iotlb_lock, flags);
}

/*
 * Only the core's own entries have a physical address.  Those of vhost-vdpa have a user
 * address, which a daemon that kept the domain's file must not get a page of.
 */
struct page *bl_iotlb_get_page(struct bl_core *core, u64 iova)
{
	struct vhost_iotlb_map *map;
	struct page *page = NULL;
	unsigned long flags;

	spin_lock_irqsave(&core->iotlb_lock, flags);
	map = vhost_iotlb_itree_first(core->iotlb, iova, iova + PAGE_SIZE - 1);
	if (map && !map->opaque && map->start != core->d.base &&
	    map->start <= iova) {
		page = pfn_to_page(PHYS_PFN(map->addr + iova - map->start));
		get_page(page);
	}
	spin_unlock_irqrestore(&core->iotlb_lock, flags);
	return page;
}

int bl_domain_lookup(struct bl_domain *d, u64 start, u64 last, bool want_file,
		     struct bl_iova_range *range)
{
	struct bl_core *core = bl_core_of(d);
	struct vhost_iotlb_map *map = NULL;
	const struct vdpa_map_file *from;
	unsigned long flags;

	memset(range, 0, sizeof(*range));
	if (start > last)
		return -EINVAL;

	spin_lock_irqsave(&core->iotlb_lock, flags);
	map = vhost_iotlb_itree_first(core->iotlb, start, last);
	if (map) {
		from = map->opaque;
		range->start = map->start;
		range->last = map->last;
		range->perm = map->perm;
		range->offset = from ? from->offset : map->start;
		range->umem_capable = !from && map->start == d->base &&
				      d->strategy->set_user_pages;
		if (want_file)
			range->file = get_file(from ? from->file : core->file);
	}
	spin_unlock_irqrestore(&core->iotlb_lock, flags);
	return map ? 0 : -EINVAL;
}
