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
 *
 * In conform-step the other driver's call stops between two accesses, at each of them in turn.
 */
#include "litmus.h"

#define EARLY_UNMAPS	20	/* one after the other, to meet a map */

#if defined(SHIM_STEP)
/*
 * Stop the other driver's call between two accesses, in each round at a later one, until this
 * driver's call has ended or copies; and stop that copy until the other call has ended.
 */
#define MISLED_ROUNDS	30

static struct {
	bool stopped;		/* this driver may begin */
	bool enough;		/* the other driver's call may go on */
	u32 at;			/* the access that stops; the other thread's */
} step;

static void set(bool *flag, bool value)
{
	__atomic_store_n(flag, value, __ATOMIC_RELAXED);
}

static bool is_set(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_RELAXED);
}

static bool is_enough(void)
{
	return is_set(&step.enough);
}

static void stop_other(void)
{
	if (!shim_self.cpu || !shim_self.steps || --shim_self.steps)
		return;
	set(&step.stopped, true);
	wait_a_while(is_enough);
}

static void stop_copy(phys_addr_t orig)
{
	if (shim_self.cpu || is_enough())
		return;
	set(&step.enough, true);
	wait_a_while(daemon_is_done);
}

void misled_begin(u32 nr)
{
	shim_before_access = stop_other;
	/* A domain has at least as many rounds with a long mapping. */
	step.at = nr % 2 * MISLED_ROUNDS;
}

void misled_end(void)
{
	shim_chaos(shim_chaos_on);
}

static void step_prepare(void)
{
	set(&step.stopped, false);
	set(&step.enough, false);
}

/* Do the other driver's first call.  After its last access begin with the first one again. */
static void step_call(void (*call)(void))
{
	shim_self.steps = ++step.at;
	call();
	if (shim_self.steps)
		step.at = 0;
	shim_self.steps = 0;
}

/* Wait for the stop; if the other call is too short for it, until it has ended. */
static void step_begin(void)
{
	while (!is_set(&step.stopped) && !daemon_is_done())
		shim_relax();
	sim.before_copy = stop_copy;
}

static void step_end(void)
{
	sim.before_copy = NULL;
	set(&step.enough, true);
}
#else
void misled_begin(u32 nr)
{
}

void misled_end(void)
{
}

static void step_prepare(void)
{
}

static void step_call(void (*call)(void))
{
	call();
}

static void step_begin(void)
{
}

static void step_end(void)
{
}
#endif

static void unmap_this(void)
{
	core_unmap(shared.driver.core, shared.driver.iova, shared.driver.size, shared.driver.dir,
		   true);
}

static void sync_this(void)
{
	core_sync_for_device(shared.driver.core, shared.driver.iova, shared.driver.size,
			     shared.driver.dir);
}

/* Unmap the range, and if that gave it away, get it. */
static void unmap_and_map(void)
{
	u64 before = sim.stray_unmaps;

	step_call(unmap_this);
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
		step_call(unmap_this);
		for (i = 1; i < EARLY_UNMAPS; i++)
			unmap_this();
		break;
	case LITMUS_RESYNC:
		unmap_and_map();
		break;
	case LITMUS_SYNCS:
		step_call(sync_this);
		break;
	default:
		step_call(unmap_this);
		break;
	}
}

/* A sync copies only what the device has touched. The last slot may have another lock than the first. */
void misled_prepare(struct round *r)
{
	static u8 seen[MAX_BYTES];

	step_prepare();
	if (r->test != LITMUS_RESYNC && r->test != LITMUS_SYNCS)
		return;
	daemon_read(r->core, 0, r->iova, seen, r->size);
	if (r->nr % 2 && r->size < MAX_BYTES)
		return;
	r->part = (r->size - 1) & ~(u32)(BL_SLOT_SIZE - 1);
	r->part_len = r->size - r->part;
}

void misled_driver(struct round *r)
{
	step_begin();
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
	step_end();
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
