// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Take the reports of kmod/core/core-inline.h, which is compiled into each strategy, to the rest of
 * the core: events and warnings, whose arguments are checked here.
 */
#include "check.h"
#include "sim.h"

/* --- events ---------------------------------------------------------------- */

void trace_bl_map(const struct bl_domain *d, u64 iova, size_t size, int dir, u64 ns)
{
}

void trace_bl_unmap(const struct bl_domain *d, u64 iova, size_t size, int dir, u64 ns)
{
}

/* The core copies a slot at most to a page or from it, and leaves out the rest. */
void trace_bl_copy(const struct bl_domain *d, u64 orig, size_t size, bool to_bounce, int path,
		   u64 ns)
{
	check(PROP_INTEGRITY, size > 0 && size == shim_self.copied,
	      "a copy of %zu bytes, of which the core copies %zu: they are not in one slot", size,
	      shim_self.copied);
	shim_self.copied_from = NULL;
	check(PROP_INTEGRITY, !sim.astray, "a call for what is no mapping copies %zu bytes", size);
}

void trace_bl_iova_alloc(const struct bl_domain *d, u64 iova, size_t size)
{
}

void trace_bl_iova_free(const struct bl_domain *d, u64 iova, size_t size)
{
	check(PROP_EXHAUSTION, !(iova & (BL_SLOT_SIZE - 1)),
	      "an address is freed that was never given out: %#llx", iova);
}

void trace_bl_page_alloc(const struct bl_domain *d, u64 size)
{
}

void trace_bl_page_free(const struct bl_domain *d, u64 size)
{
}

void trace_bl_lock_taken(const void *lock)
{
	check(PROP_CONTEXT, shim_self.preempt_count > 0, "a bit lock is taken and not counted");
}

void trace_bl_lock_dropped(const void *lock)
{
}

/* --- locks ----------------------------------------------------------------- */

/* Only tracing uses the names. */
void bl_name_locks(struct bl_domain *d, const char *name, const void *at, size_t size,
		   unsigned int nr)
{
	check(PROP_INTEGRITY, name && at && size && nr, "bl_name_locks() with nothing to name");
}

/* --- the DMA operations ---------------------------------------------------- */

static void stray(const char *call, dma_addr_t iova, size_t size)
{
	check(PROP_INTEGRITY, sim.astray || sim.twice, "%s of %#llx+%zu is taken for one of no mapping", call,
	      iova, size);
	__atomic_fetch_add(&sim.strays, 1, __ATOMIC_RELAXED);
}

void bl_stray_unmap(struct bl_domain *d, dma_addr_t iova, size_t size)
{
	stray("the unmap", iova, size);
	__atomic_fetch_add(&sim.stray_unmaps, 1, __ATOMIC_RELAXED);
}

void bl_stray_sync(struct bl_domain *d, dma_addr_t iova, size_t size)
{
	stray("the sync", iova, size);
}
