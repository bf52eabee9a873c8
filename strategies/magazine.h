/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine of strategies that keep ready places for mappings on each CPU.
 *
 * A place is a range of the window with bounce memory that is contiguous for the kernel and
 * exists already, so that a mapping has one record and is copied in one go.  Places have a few
 * sizes, the classes.  For each class a CPU has a magazine, a stack of free places: map pops
 * one, unmap pushes it onto the magazine of the CPU that it runs on, with interrupts off and
 * no lock.  A depot per class gives to an empty magazine, and takes from a full one, several
 * places under a lock.  A depot that is empty carves a unit of a region into places.
 *
 * There are two regions, and a strategy uses one of them or both:
 *
 *	packed	places of 64, 128 and 256 bytes, many in a page; all its memory exists from the
 *		start.  The daemon sees a place's neighbours, which are mappings of its own device.
 *	blocks	places from a granule to 256K, carved from blocks of up to 2M, which the worker
 *		(->deferred) allocates as they are needed
 *
 * A mapping that has no class, or finds no place, is done slot by slot, as in eager-none.
 *
 * Ownership protects records and bytes, as in eager.h: the owner of a place is the only one
 * who reads or writes them between map and unmap.  struct bl_slot's `mapping` refuses unmaps
 * and syncs that a daemon has misled, see bounce.h.
 */
#ifndef BL_MAGAZINE_H
#define BL_MAGAZINE_H

#include "eager.h"
#include "places.h"

/* --- places: for each mapping ------------------------------------------------ */

/* Return the class of mappings of SIZE bytes; bl_class_is_used() says whether there is one. */
static __always_inline unsigned int bl_class_of(const struct bl_mag *m, size_t size,
						const struct bl_places *use)
{
	if (use->packed && size <= m->packed_max)
		return fls((size - 1) >> BL_PACKED_SHIFT);
	return BL_PACKED_NR + fls((size - 1) >> m->granule_shift);
}

static __always_inline bool bl_class_is_used(const struct bl_mag *m, unsigned int class,
					     const struct bl_places *use)
{
	return use->blocks ? class < m->nr_classes : class < BL_PACKED_NR;
}

/* Return a free place of a class, or 0. */
static __always_inline u64 bl_place_take(struct bl_domain *d, struct bl_mag *m, unsigned int class)
{
	struct bl_magazine *mag;
	unsigned long flags;
	u64 iova = 0;

	local_irq_save(flags);
	mag = &this_cpu_ptr(m->cpu)->of_class[class];
	if (likely(mag->nr) || bl_magazine_fill(d, &m->depot[class], mag))
		iova = (u64)mag->place[--mag->nr] << BL_PACKED_SHIFT;
	local_irq_restore(flags);
	return iova;
}

static __always_inline void bl_place_give(struct bl_mag *m, unsigned int class, u64 iova)
{
	struct bl_magazine *mag;
	unsigned long flags;

	local_irq_save(flags);
	mag = &this_cpu_ptr(m->cpu)->of_class[class];
	if (unlikely(mag->nr == mag->max))
		bl_magazine_drain(&m->depot[class], mag);
	mag->place[mag->nr++] = iova >> BL_PACKED_SHIFT;
	local_irq_restore(flags);
}

/* Return the record of a place. */
static __always_inline struct bl_slot *bl_place_slot(struct bl_mag *m, u64 iova, bool packed)
{
	return packed ? &m->packed_slots[(iova - m->packed.from) >> BL_PACKED_SHIFT] :
			&m->bounce.slots[iova >> BL_SLOT_SHIFT];
}

static __always_inline void *bl_place_memory(struct bl_mag *m, u64 iova, bool packed)
{
	return bl_region_memory(packed ? &m->packed : &m->blocks, iova);
}

/* Return whether IOVA is packed, in blocks, or else in neither region. */
static __always_inline bool bl_is_packed(const struct bl_mag *m, u64 iova,
					 const struct bl_places *use)
{
	return use->packed && bl_in_region(&m->packed, iova);
}

static __always_inline bool bl_is_in_block(const struct bl_mag *m, u64 iova,
					   const struct bl_places *use)
{
	return use->blocks && bl_in_region(&m->blocks, iova);
}

static const struct bl_eager_ops bl_mag_slots = {
	.lock = bl_eager_no_lock,
	.unlock = bl_eager_no_unlock,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

static noinline dma_addr_t bl_mag_map_slots(struct bl_domain *d, phys_addr_t pa, size_t size,
					    enum dma_data_direction dir, bool copy)
{
	return bl_eager_map(d, pa, size, dir, copy, &bl_mag_slots);
}

static noinline void bl_mag_unmap_slots(struct bl_domain *d, dma_addr_t iova, size_t size,
					enum dma_data_direction dir, bool copy)
{
	bl_eager_unmap(d, iova, size, dir, copy, &bl_mag_slots);
}

/* Set the first content of a place. */
static __always_inline void bl_place_prefill(struct bl_domain *d, void *memory, phys_addr_t pa,
					     size_t size, enum bl_prefill how)
{
	if (how == BL_PREFILL_COPY)
		bl_copy_to_block(d, memory, pa, size, BL_PATH_MAP);
	else if (how == BL_PREFILL_ZERO)
		bl_zero_block(d, memory, size);
}

static __always_inline dma_addr_t
bl_mag_map(struct bl_domain *d, phys_addr_t pa, size_t size, enum dma_data_direction dir,
	   bool copy, const struct bl_places *use)
{
	struct bl_mag *m = bl_mag_of(d);
	unsigned int class = bl_class_of(m, size, use);
	bool packed = use->packed && class < BL_PACKED_NR;
	struct bl_slot *slot;
	u64 iova = 0;

	if (likely(bl_class_is_used(m, class, use)))
		iova = bl_place_take(d, m, class);
	if (unlikely(!iova))
		return bl_mag_map_slots(d, pa, size, dir, copy);
	slot = bl_place_slot(m, iova, packed);
	WRITE_ONCE(slot->orig, pa);
	bl_place_prefill(d, bl_place_memory(m, iova, packed), pa, size,
			 bl_choose_prefill(d, dir, copy));
	bl_slot_begin(slot, size, dir);
	return iova;
}

/* End the mapping of a place that has a record at SLOT. */
static __always_inline void
bl_place_unmap(struct bl_domain *d, struct bl_mag *m, struct bl_slot *slot, u64 iova, size_t size,
	       enum dma_data_direction dir, bool copy, bool packed, const struct bl_places *use)
{
	if (unlikely((iova & ((packed ? 1UL << BL_PACKED_SHIFT : BL_SLOT_SIZE) - 1)) ||
		     !bl_slot_end(slot, size, dir, false))) {
		bl_stray_unmap(d, iova, size);
		return;
	}
	if (copy && bl_dir_from_device(dir))
		bl_copy_from_block(d, bl_place_memory(m, iova, packed), slot->orig, size,
				   BL_PATH_UNMAP);
	bl_slot_clear(slot);
	bl_place_give(m, bl_class_of(m, size, use), iova);
}

static __always_inline void
bl_mag_unmap(struct bl_domain *d, dma_addr_t iova, size_t size, enum dma_data_direction dir,
	     bool copy, const struct bl_places *use)
{
	struct bl_mag *m = bl_mag_of(d);

	if (bl_is_packed(m, iova, use))
		bl_place_unmap(d, m, bl_place_slot(m, iova, true), iova, size, dir, copy, true, use);
	else if (likely(bl_is_in_block(m, iova, use)))
		bl_place_unmap(d, m, bl_place_slot(m, iova, false), iova, size, dir, copy, false, use);
	else
		bl_mag_unmap_slots(d, iova, size, dir, copy);
}

/* Return the first IOVA of the place around IOVA, or IOVA itself if nothing was carved there. */
static inline u64 bl_place_begin(const struct bl_region *r, u64 iova)
{
	u8 shift = READ_ONCE(r->shift[(iova - r->from) >> r->unit_shift]);

	return shift ? ALIGN_DOWN(iova, 1ULL << shift) : iova;
}

static inline void bl_place_sync(struct bl_domain *d, u64 iova, size_t size, bool to_device,
				 bool packed)
{
	struct bl_mag *m = bl_mag_of(d);
	u64 begin = bl_place_begin(packed ? &m->packed : &m->blocks, iova);
	struct bl_slot *slot = bl_place_slot(m, begin, packed);
	struct bl_sync sync;
	phys_addr_t orig;
	void *memory;

	if (unlikely(!bl_sync_begin_slot(slot, iova + size - begin, to_device, &sync))) {
		bl_stray_sync(d, iova, size);
		return;
	}
	orig = slot->orig + (iova - begin);
	memory = bl_place_memory(m, iova, packed);
	if (to_device)
		bl_copy_to_block(d, memory, orig, size, BL_PATH_SYNC);
	else
		bl_copy_from_block(d, memory, orig, size, BL_PATH_SYNC);
	bl_sync_end(&sync);
}

static __always_inline void bl_mag_sync(struct bl_domain *d, dma_addr_t iova, size_t size,
					bool to_device, const struct bl_places *use)
{
	struct bl_mag *m = bl_mag_of(d);

	if (bl_is_packed(m, iova, use))
		bl_place_sync(d, iova, size, to_device, true);
	else if (bl_is_in_block(m, iova, use))
		bl_place_sync(d, iova, size, to_device, false);
	else
		bl_eager_sync(d, iova, size, to_device, &bl_mag_slots);
}

static inline struct page *bl_mag_fault(struct bl_domain *d, u64 iova)
{
	return bl_eager_fault(d, iova, &bl_mag_slots);
}

/* The next_mapping of these strategies: the first of the two tables of records. */
static inline bool bl_mag_next_mapping(struct bl_domain *d, dma_addr_t *iova, size_t *size,
				       enum dma_data_direction *dir)
{
	struct bl_mag *m = bl_mag_of(d);
	u64 packed = *iova > m->packed.from ? *iova - m->packed.from : 0;
	bool found = bl_bounce_next_mapping(d, iova, size, dir);
	enum dma_data_direction packed_dir;
	size_t packed_size;

	if (!bl_slots_next_mapping(m->packed_slots, m->packed.size >> BL_PACKED_SHIFT,
				   BL_PACKED_SHIFT, &packed, &packed_size, &packed_dir) ||
	    (found && *iova < m->packed.from + packed))
		return found;
	*iova = m->packed.from + packed;
	*size = packed_size;
	*dir = packed_dir;
	return true;
}

#endif /* BL_MAGAZINE_H */
