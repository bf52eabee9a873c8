// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses of the window.  What was freed is handed out again soon, mostly in
 * reverse order, sometimes in any: what a strategy leaves behind is found by the
 * next owner.
 */
#include <stdlib.h>

#include "check.h"
#include "sim.h"

int core_iova_init(struct bl_core *core)
{
	u32 granule = core->d.granule >> BL_SLOT_SHIFT;

	core->nr_slots = core->d.window >> BL_SLOT_SHIFT;
	core->slot_used = calloc(core->nr_slots, 1);
	core->range_slots = calloc(core->nr_slots, sizeof(u32));
	if (!core->slot_used || !core->range_slots)
		return -ENOMEM;
	memset(core->slot_used, 1, granule);	/* never 0 */
	core->hint = granule;
	if (core->nr_slots > 16384)	/* from there on numbers have more bits */
		core->hint = core->nr_slots - 8192;
	return 0;
}

void core_iova_exit(struct bl_core *core)
{
	free(core->slot_used);
	free(core->range_slots);
}

static void lock(struct bl_core *core)
{
	while (__atomic_exchange_n(&core->iova_lock, 1, __ATOMIC_ACQUIRE))
		shim_relax();
}

static void unlock(struct bl_core *core)
{
	__atomic_store_n(&core->iova_lock, 0, __ATOMIC_RELEASE);
}

static u32 slots_of(const struct bl_core *core, size_t size)
{
	return ALIGN(size, core->d.granule) >> BL_SLOT_SHIFT;
}

static u32 pop(struct bl_core *core, u32 nr)
{
	u32 *stack, i, j;

	if (nr >= IOVA_STACKS || !core->depth[nr])
		return 0;
	stack = core->stack[nr];
	i = --core->depth[nr];
	if (i && random_below(&core->random, 4) == 0) {
		j = random_below(&core->random, i);
		swap(stack[i], stack[j]);
	}
	return stack[i];
}

static void flush(struct bl_core *core)
{
	u32 nr;

	for (nr = 1; nr < IOVA_STACKS; nr++)
		while (core->depth[nr])
			memset(core->slot_used + core->stack[nr][--core->depth[nr]],
			       0, nr);
}

static u32 search(struct bl_core *core, u32 nr, u32 from, u32 end)
{
	u32 step = core->d.granule >> BL_SLOT_SHIFT, i;

	for (; from + nr <= end; from = ALIGN(from + i + 1, step)) {
		for (i = 0; i < nr && !core->slot_used[from + i]; i++)
			;
		if (i == nr)
			return from;
	}
	return 0;
}

static u32 find(struct bl_core *core, u32 nr)
{
	u32 step = core->d.granule >> BL_SLOT_SHIFT;
	u32 first = pop(core, nr);

	if (first)
		return first;
	first = search(core, nr, core->hint, core->nr_slots);
	if (!first) {
		flush(core);
		first = search(core, nr, step, core->nr_slots);
	}
	if (first) {
		memset(core->slot_used + first, 1, nr);
		core->hint = first + nr;
	}
	return first;
}

dma_addr_t core_iova_alloc(struct bl_domain *d, size_t size)
{
	struct bl_core *core = d->core;
	u32 nr = slots_of(core, size), first;

	shim_step();
	check(PROP_INTEGRITY, size > 0, "an address is asked for 0 bytes");
	if (core->forced)
		return core->forced + (shim_self.cpu ? core->forced_other : 0);
	lock(core);
	first = nr < core->nr_slots ? find(core, nr) : 0;
	if (first) {
		core->range_slots[first] = nr;
		core->used += nr;
	} else {
		core->full++;
	}
	unlock(core);
	return (dma_addr_t)first << BL_SLOT_SHIFT;
}

void core_iova_free(struct bl_domain *d, dma_addr_t iova, size_t size)
{
	struct bl_core *core = d->core;
	u32 nr = slots_of(core, size), first = iova >> BL_SLOT_SHIFT;

	shim_step();
	if (core->forced)
		return;
	/* Given out when it was. */
	if (core->was_forced && iova_in_window(d, iova, size) && !core->range_slots[first])
		return;
	check(PROP_EXHAUSTION,
	      iova_in_window(d, iova, size) && !(iova & (BL_SLOT_SIZE - 1)),
	      "an address is freed that was never given out: %#llx", iova);
	lock(core);
	check(PROP_EXHAUSTION, core->range_slots[first] == nr,
	      "%u slots at %#llx are freed, where %u are allocated", nr, iova,
	      core->range_slots[first]);
	core->range_slots[first] = 0;
	core->used -= nr;
	if (nr < IOVA_STACKS && core->depth[nr] < IOVA_STACK)
		core->stack[nr][core->depth[nr]++] = first;
	else
		memset(core->slot_used + first, 0, nr);
	unlock(core);
}
