/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regions of the window with memory that is contiguous for the kernel, carved into places of a
 * few sizes, and the depots of free places.  magazine.h says what for.
 */
#ifndef BL_PLACES_H
#define BL_PLACES_H

#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

#include "bounce.h"

#define BL_PACKED_SHIFT	6		/* the smallest packed place is a cache line */
#define BL_PACKED_NR	3		/* classes of the packed region */
#define BL_PACKED_MAX	(1UL << (BL_PACKED_SHIFT + BL_PACKED_NR - 1)) /* bytes of its largest place */
#define BL_BLOCK_NR	7		/* classes of blocks: the granule times 1 to 64 */
#define BL_CLASS_NR	(BL_PACKED_NR + BL_BLOCK_NR)

#define BL_PACKED_SIZE	(256UL << 10)	/* bytes of the packed region, if the window is large */
#define BL_SPARE_UNITS	2		/* allocated blocks that wait to be carved */
#define BL_DEPTH	64U		/* places in a magazine */

/* The regions that a strategy uses.  They are constants, so that code for others is compiled away. */
struct bl_places {
	bool packed, blocks;
};

/**
 * struct bl_region - a part of the window, carved unit by unit
 * @from:       first IOVA, aligned to @size
 * @size:       bytes, a power of two; 0: there is no such region
 * @block_size: bytes of memory that are contiguous
 * @unit_shift: log2 of the bytes that are carved at once; a unit is a block or a part of one
 * @lock:       protects @carved; irq-safe
 * @ready:      units whose memory exists: the first ones; only the worker changes it
 * @carved:     units that were carved: the first ones
 * @shift:      by unit: log2 of the bytes of its places, or 0
 * @block:      by block: the address of its memory
 */
struct bl_region {
	u64 from, size, block_size;
	unsigned int block_shift, unit_shift, nr_units;
	raw_spinlock_t lock;
	unsigned int ready, carved;
	u8 *shift;
	void **block;
};

/* A class: its places that no magazine has.  The lock is taken with interrupts off. */
struct bl_depot {
	raw_spinlock_t lock;
	unsigned int shift;		/* log2 of the bytes of a place */
	unsigned int batch;		/* places that a magazine takes or gives at once */
	unsigned int nr;
	u32 *place;			/* IOVA >> BL_PACKED_SHIFT */
	struct bl_region *region;
} ____cacheline_aligned_in_smp;

/* Free places of a class on a CPU.  Interrupts are off while they are used. */
struct bl_magazine {
	u32 nr, max;
	u32 place[BL_DEPTH];		/* IOVA >> BL_PACKED_SHIFT */
};

struct bl_magazines {
	struct bl_magazine of_class[BL_CLASS_NR];
};

/**
 * struct bl_mag - what a domain has of places
 * @bounce:        the tables, which also have the records of places in blocks
 * @granule_shift: log2 of the bytes of the smallest place in a block
 * @packed_max:    bytes of the largest packed place, or 0 if there is no packed region
 * @nr_classes:    the classes from here on have no places
 * @cpu:           the magazines
 * @packed_slots:  the records of packed places, by ((iova - packed.from) >> BL_PACKED_SHIFT)
 * @packed:        the packed region, or one of size 0
 * @blocks:        the region of blocks, or one of size 0
 * @depot:         by class
 */
struct bl_mag {
	struct bl_bounce bounce;
	unsigned int granule_shift, packed_max;
	unsigned int nr_classes;
	struct bl_magazines __percpu *cpu;
	struct bl_slot *packed_slots;
	struct bl_region packed, blocks;
	struct bl_depot depot[BL_CLASS_NR];
};

static __always_inline struct bl_mag *bl_mag_of(const struct bl_domain *d)
{
	struct bl_bounce *b = d->priv;

	return container_of(b, struct bl_mag, bounce);
}

/* --- carving --------------------------------------------------------------- */

static __always_inline bool bl_in_region(const struct bl_region *r, u64 iova)
{
	return iova - r->from < r->size;
}

/* Return the address of the memory of IOVA, which is in a unit that was carved. */
static __always_inline void *bl_region_memory(const struct bl_region *r, u64 iova)
{
	u64 at = iova - r->from;

	return READ_ONCE(r->block[at >> r->block_shift]) + (at & (r->block_size - 1));
}

/*
 * Return a unit that has memory and is not carved, for places of 1 << SHIFT bytes, or 0.  The
 * caller has turned interrupts off.
 */
static __always_inline u64 bl_region_carve(struct bl_domain *d, struct bl_region *r, unsigned int shift)
{
	unsigned int ready = smp_load_acquire(&r->ready), unit = ready;

	raw_spin_lock(&r->lock);
	if (r->carved < ready) {
		unit = r->carved;
		WRITE_ONCE(r->carved, unit + 1);
		WRITE_ONCE(r->shift[unit], shift);
	}
	raw_spin_unlock(&r->lock);
	if (ready < r->nr_units && (unit == ready || ready - unit <= BL_SPARE_UNITS))
		bl_defer(d);
	return unit < ready ? r->from + ((u64)unit << r->unit_shift) : 0;
}

/* Allocate the memory of the next block.  Return 0 or -ENOMEM.  One caller at a time. */
static inline int bl_region_grow(struct bl_domain *d, struct bl_region *r)
{
	struct bl_bounce *b = d->priv;
	unsigned int units = r->block_size >> r->unit_shift, n = r->ready / units;
	u64 first = (r->from + n * r->block_size) >> d->page_shift, i;
	struct page *page = b->pages[first];

	if (!bl_bounce_is_huge(d)) {
		page = bl_block_alloc(d, r->block_size);
		if (!page)
			return -ENOMEM;
		/* Release: a fault finds zeroes.  Pairs with bl_bounce_page(). */
		for (i = 0; i < r->block_size >> d->page_shift; i++)
			smp_store_release(&b->pages[first + i],
					  page + (i << (d->page_shift - PAGE_SHIFT)));
	}
	WRITE_ONCE(r->block[n], page_address(page));
	/* Pairs with bl_region_carve(). */
	smp_store_release(&r->ready, (n + 1) * units);
	return 0;
}

/* The ->deferred of these strategies: keep some blocks ready. */
static inline void bl_mag_deferred(struct bl_domain *d)
{
	struct bl_region *r = &bl_mag_of(d)->blocks;

	while (r->ready < r->nr_units && r->ready - READ_ONCE(r->carved) < BL_SPARE_UNITS)
		if (bl_region_grow(d, r))
			return;
}

/* Fill a depot, which is empty, from a new unit.  The caller holds its lock. */
static __always_inline void bl_depot_carve(struct bl_domain *d, struct bl_depot *depot)
{
	u64 unit = bl_region_carve(d, depot->region, depot->shift), at;

	if (!unit)
		return;
	for (at = 0; at < 1ULL << depot->region->unit_shift; at += 1ULL << depot->shift)
		depot->place[depot->nr++] = (unit + at) >> BL_PACKED_SHIFT;
}

/* Fill a magazine, which is empty.  Return false if there is no place left.  Interrupts are off. */
static __always_inline bool bl_magazine_fill(struct bl_domain *d, struct bl_depot *depot,
				      struct bl_magazine *mag)
{
	raw_spin_lock(&depot->lock);
	if (!depot->nr)
		bl_depot_carve(d, depot);
	while (depot->nr && mag->nr < depot->batch)
		mag->place[mag->nr++] = depot->place[--depot->nr];
	raw_spin_unlock(&depot->lock);
	return mag->nr;
}

/* Make room in a magazine, which is full.  Interrupts are off. */
static __always_inline void bl_magazine_drain(struct bl_depot *depot, struct bl_magazine *mag)
{
	unsigned int i;

	raw_spin_lock(&depot->lock);
	for (i = 0; i < depot->batch; i++)
		depot->place[depot->nr++] = mag->place[--mag->nr];
	raw_spin_unlock(&depot->lock);
}

/* --- the life of it --------------------------------------------------------- */

/*
 * Take SIZE bytes of the window for a region, with nothing in it.  Return 0 or -ENOMEM; the caller
 * undoes it by bl_region_exit().
 */
static inline int bl_region_init(struct bl_domain *d, struct bl_region *r, u64 size, u64 block_size,
				 unsigned int unit_shift)
{
	raw_spin_lock_init(&r->lock);
	r->block_size = block_size;
	r->block_shift = ilog2(block_size);
	r->unit_shift = unit_shift;
	r->nr_units = size >> unit_shift;
	r->shift = kvzalloc(r->nr_units, GFP_KERNEL);
	r->block = kvcalloc(size >> r->block_shift, sizeof(*r->block), GFP_KERNEL);
	r->from = bl_iova_alloc(d, size);
	if (r->from)
		r->size = size;
	return r->shift && r->block && r->from ? 0 : -ENOMEM;
}

/* Free the blocks of a region, and give its part of the window back. */
static inline void bl_region_exit(struct bl_domain *d, struct bl_region *r)
{
	struct bl_bounce *b = d->priv;
	u64 n = r->ready << r->unit_shift >> r->block_shift, first, i;

	while (n-- && !bl_bounce_is_huge(d)) {
		first = (r->from + n * r->block_size) >> d->page_shift;
		bl_block_free(d, b->pages[first], r->block_size);
		for (i = 0; i < r->block_size >> d->page_shift; i++)
			b->pages[first + i] = NULL;
	}
	if (r->size)
		bl_iova_free(d, r->from, r->size);
	kvfree(r->shift);
	kvfree(r->block);
}

/* Set up the depot of CLASS, with no place, and its magazines.  Return 0 or -ENOMEM. */
static inline int bl_depot_init(struct bl_mag *m, unsigned int class)
{
	struct bl_depot *depot = &m->depot[class];
	bool packed = class < BL_PACKED_NR;
	int cpu;

	depot->region = packed ? &m->packed : &m->blocks;
	depot->shift = packed ? BL_PACKED_SHIFT + class : m->granule_shift + class - BL_PACKED_NR;
	depot->batch = clamp((1U << depot->region->unit_shift >> depot->shift) / 2, 1U,
			     BL_DEPTH / 2);
	for_each_possible_cpu(cpu)
		per_cpu_ptr(m->cpu, cpu)->of_class[class].max = 2 * depot->batch;
	depot->place = kvcalloc(depot->region->size >> depot->shift, sizeof(*depot->place),
				GFP_KERNEL);
	return depot->place ? 0 : -ENOMEM;
}

/* Set up the packed region with all of its memory.  Return 0 or -ENOMEM. */
static inline int bl_packed_init(struct bl_domain *d, struct bl_mag *m, u64 size)
{
	int ret = bl_region_init(d, &m->packed, size, size, BL_SLOT_SHIFT);
	u64 nr = size >> BL_PACKED_SHIFT, i;

	ret = ret ?: bl_region_grow(d, &m->packed);
	m->packed_slots = vcalloc(nr, sizeof(*m->packed_slots));
	if (!m->packed_slots)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		m->packed_slots[i].orig = BL_NOT_MAPPED;
	m->packed_max = BL_PACKED_MAX;
	for (i = 0; i < BL_PACKED_NR; i++)
		ret = ret ?: bl_depot_init(m, i);
	return ret;
}

/* Set up the region of blocks, with some of them.  Return 0 or -ENOMEM. */
static inline int bl_blocks_init(struct bl_domain *d, struct bl_mag *m, u64 size)
{
	u64 least = max_t(u64, d->granule, 1ULL << d->page_shift), block_size;
	int ret;
	u32 i;

	block_size = clamp_t(u64, size / 8, least, BL_HUGE_SIZE);
	m->nr_classes = min(BL_PACKED_NR + ilog2(block_size) - m->granule_shift + 1, BL_CLASS_NR);
	ret = bl_region_init(d, &m->blocks, size, block_size, ilog2(block_size));
	for (i = 0; i < BL_SPARE_UNITS || bl_bounce_is_huge(d); i++) {
		if (ret || m->blocks.ready == m->blocks.nr_units)
			break;
		ret = bl_region_grow(d, &m->blocks);
	}
	for (i = BL_PACKED_NR; i < m->nr_classes; i++)
		ret = ret ?: bl_depot_init(m, i);
	return ret;
}

/* The ->exit of these strategies. */
static inline void bl_mag_exit(struct bl_domain *d)
{
	struct bl_mag *m = bl_mag_of(d);
	u64 i, busy = 0;

	for (i = 0; i < m->packed.size >> BL_PACKED_SHIFT && m->packed_slots; i++)
		busy += m->packed_slots[i].orig != BL_NOT_MAPPED;
	if (busy)
		pr_warn("%s: %llu packed places were never unmapped\n", d->strategy->name, busy);
	for (i = 0; i < BL_CLASS_NR; i++)
		kvfree(m->depot[i].place);
	bl_region_exit(d, &m->blocks);
	bl_region_exit(d, &m->packed);
	vfree(m->packed_slots);
	free_percpu(m->cpu);
	bl_bounce_exit(d);
}

/* The ->refuse of these strategies. */
static inline const char *bl_mag_refuse(const struct bl_domain *d)
{
	if (d->backing == BL_BACKING_PREALLOC)
		return "allocates its memory in blocks; backing=huge has all of it from the start";
	return NULL;
}

/* Set up places in a part of the window, in the regions of USE.  Return 0 or -ENOMEM.  May sleep. */
static inline int bl_mag_init(struct bl_domain *d, const struct bl_places *use)
{
	u64 part = rounddown_pow_of_two(d->window) / 4;
	struct bl_mag *m;
	int ret, i;

	ret = bl_bounce_init_size(d, sizeof(*m));
	if (ret)
		return ret;
	m = bl_mag_of(d);
	m->granule_shift = ilog2(d->granule);
	for (i = 0; i < BL_CLASS_NR; i++)
		raw_spin_lock_init(&m->depot[i].lock);
	bl_name_locks(d, "depot", m->depot, sizeof(m->depot[0]), BL_CLASS_NR);
	bl_name_locks(d, "region", &m->packed.lock, sizeof(m->packed), 2);
	m->cpu = alloc_percpu(struct bl_magazines);
	if (!m->cpu)
		ret = -ENOMEM;
	if (use->blocks)
		ret = ret ?: bl_blocks_init(d, m, part);
	/* With granule=page, mappings must not share a page. */
	if (use->packed && d->granule == BL_SLOT_SIZE)
		ret = ret ?: bl_packed_init(d, m, clamp_t(u64, part / 8, 1ULL << d->page_shift,
							  BL_PACKED_SIZE));
	if (ret)
		bl_mag_exit(d);
	return ret;
}

#endif /* BL_PLACES_H */
