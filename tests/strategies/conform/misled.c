// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Litmus tests of two drivers and one range.  A driver whose ring the daemon has written to
 * unmaps the range of another one, which is in the middle of a call.
 *
 * twice	both unmap it: one of them does nothing
 * early	one maps it: when both are done, nothing stays mapped
 * resync	one syncs a part of it, and the other also maps the range again, for a buffer that the
 *		device may only read: nothing is written to that one
 * syncs	both sync it, as drivers may: the mapping stays what it was
 */
#include "litmus.h"

#define EARLY_UNMAPS	20	/* one after the other, to meet a map */

static void unmap_this(void)
{
	core_unmap(shared.driver.core, shared.driver.iova, shared.driver.size, shared.driver.dir,
		   true);
}

/* Unmap the range, and if that gave it away, get it. */
static void unmap_and_map(void)
{
	u64 before = sim.stray_unmaps;

	unmap_this();
	shared.daemon.iova = 0;
	if (sim.stray_unmaps == before)
		shared.daemon.iova = core_map(shared.driver.core, second_pa(), SECOND_SIZE,
					      DMA_TO_DEVICE, true);
}

void misled_other(void)
{
	unsigned int i;

	switch (shared.driver.test) {
	case LITMUS_EARLY:
		for (i = 0; i < EARLY_UNMAPS; i++)
			unmap_this();
		break;
	case LITMUS_RESYNC:
		unmap_and_map();
		break;
	case LITMUS_SYNCS:
		core_sync_for_device(shared.driver.core, shared.driver.iova, shared.driver.size,
				     shared.driver.dir);
		break;
	default:
		unmap_this();
		break;
	}
}

/* A sync copies only what the device has touched. The last slot may have another lock than the first. */
void misled_prepare(struct round *r)
{
	static u8 seen[MAX_BYTES];

	if (r->test != LITMUS_RESYNC && r->test != LITMUS_SYNCS)
		return;
	daemon_read(r->core, 0, r->iova, seen, r->size);
	if (r->nr % 2)
		return;
	r->part = (r->size - 1) & ~(u32)(BL_SLOT_SIZE - 1);
	r->part_len = r->size - r->part;
}

void misled_driver(struct round *r)
{
	switch (r->test) {
	case LITMUS_EARLY:
		map_buffer(r);
		core_unmap(r->core, r->iova, r->size, r->dir, true);
		break;
	case LITMUS_RESYNC:
	case LITMUS_SYNCS:
		core_sync_for_cpu(r->core, r->iova + r->part, r->part_len, r->dir);
		break;
	default:
		/* The buffer stays the driver's own until both are done. */
		core_unmap(r->core, r->iova, r->size, r->dir, true);
		break;
	}
}

/* The request has ended, so that its memory has a new owner. */
static void check_not_mapped(const struct round *r)
{
	static u8 seen[MAX_BYTES];
	size_t len, i;

	cell_close(0);
	memcpy(original(), pattern_of(SIM_SECRET, r->nr), r->size);
	len = daemon_read(r->core, 0, r->iova, seen, r->size);
	for (i = 0; i < len; i++)
		check(PROP_AFTER_UNMAP, seen[i] < SIM_SECRET,
		      "an unmap of what is being mapped: later the daemon reads %#x of its buffer",
		      seen[i]);
}

static void check_one_stray(const struct round *r)
{
	check(PROP_INTEGRITY, sim.strays == r->strays + 1,
	      "two unmaps of %#llx+%u at once: %s", r->iova, r->size,
	      sim.strays == r->strays ? "both are taken for the mapping's end" :
					"none is taken for the mapping's end");
}

void misled_check(struct round *r)
{
	switch (r->test) {
	case LITMUS_EARLY:
		check_not_mapped(r);
		break;
	case LITMUS_RESYNC:
		/* A copy to the second buffer has been refused: the device may not write it. */
		if (shared.daemon.iova)
			core_unmap(r->core, r->iova, SECOND_SIZE, DMA_TO_DEVICE, true);
		else
			core_unmap(r->core, r->iova, r->size, r->dir, true);
		cell_close(0);
		cell_close(1);
		break;
	case LITMUS_SYNCS:
		unmap_buffer(r);
		break;
	default:
		cell_close(0);
		check_one_stray(r);
		break;
	}
}
