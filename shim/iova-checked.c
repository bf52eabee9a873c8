// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IOVAs of a window, checked, from two allocators.  That of alloc_iova_fast() aligns a range to
 * its size, rounded up to a power of two, as the kernel does, and hands out freed slots again
 * soon, mostly in reverse order, sometimes in any, so that the next owner finds what a strategy
 * left behind.  The packed one, as the allocator genalloc of the module, takes the first place
 * that is large enough: only the granule aligns a range, and it can lie across the boundary of
 * two bounce pages.
 */
#include <stdlib.h>

#include "atomic.h"
#include "iova.h"
#include "property.h"
#include "random.h"
#include "thread.h"

int shim_iova_init(struct iova_domain *d, u64 slots, u32 step, u64 seed)
{
	struct shim_iova *m = calloc(1, sizeof(*m));

	d->shim = m;
	if (!m)
		return -ENOMEM;
	m->nr_slots = slots;
	m->step = step;
	m->random = seed;
	m->slot_used = calloc(slots, 1);
	m->range_slots = calloc(slots, sizeof(u32));
	if (!m->slot_used || !m->range_slots)
		return -ENOMEM;
	memset(m->slot_used, 1, step);	/* 0 is no address */
	m->hint = step;
	if (slots > 16384)	/* from there on numbers have more bits */
		m->hint = slots - 8192;
	return 0;
}

void shim_iova_exit(struct iova_domain *d)
{
	free(d->shim->slot_used);
	free(d->shim->range_slots);
	free(d->shim);
}

static void lock(struct shim_iova *m)
{
	while (__atomic_exchange_n(&m->lock, 1, __ATOMIC_ACQUIRE))
		shim_relax();
}

static void unlock(struct shim_iova *m)
{
	__atomic_store_n(&m->lock, 0, __ATOMIC_RELEASE);
}

static u32 pop_slots(struct shim_iova *m, u32 nr)
{
	u32 *stack, i, j;

	if (nr >= SHIM_IOVA_STACKS || !m->depth[nr])
		return 0;
	stack = m->stack[nr];
	i = --m->depth[nr];
	if (i && random_below(&m->random, 4) == 0) {
		j = random_below(&m->random, i);
		swap(stack[i], stack[j]);
	}
	return stack[i];
}

static void flush(struct shim_iova *m)
{
	u32 nr;

	for (nr = 1; nr < SHIM_IOVA_STACKS; nr++)
		while (m->depth[nr])
			memset(m->slot_used + m->stack[nr][--m->depth[nr]], 0, nr);
}

static u32 search(struct shim_iova *m, u32 nr, u32 from, u32 align)
{
	u32 i;

	from = ALIGN(from, align);
	for (; from + nr <= m->nr_slots; from = ALIGN(from + i + 1, align)) {
		for (i = 0; i < nr && !m->slot_used[from + i]; i++)
			;
		if (i == nr)
			return from;
	}
	return 0;
}

static u32 find(struct shim_iova *m, u32 nr)
{
	u32 align = max_t(u32, m->step, roundup_pow_of_two(nr)), first = pop_slots(m, nr);

	if (first)
		return first;
	first = search(m, nr, m->hint, align);
	if (!first) {
		flush(m);
		first = search(m, nr, m->step, align);
	}
	if (first)
		m->hint = first + nr;
	return first;
}

/* Take a range where one of the allocators finds it. */
static u32 take(struct shim_iova *m, unsigned long nr, bool packed)
{
	u32 first = 0;

	if (nr < m->nr_slots)
		first = packed ? search(m, nr, m->step, m->step) : find(m, nr);
	if (!first) {
		m->full++;
		return 0;
	}
	memset(m->slot_used + first, 1, nr);
	m->range_slots[first] = nr;
	m->used += nr;
	return first;
}

static u32 alloc_range(struct iova_domain *d, unsigned long nr, bool packed)
{
	struct shim_iova *m = d->shim;
	u32 first;

	shim_step();
	check(PROP_INTEGRITY, nr > 0, "an address is asked for 0 bytes");
	if (m->forced)
		return m->forced + (shim_self.cpu ? m->forced_other : 0);
	lock(m);
	first = take(m, nr, packed);
	unlock(m);
	return first;
}

unsigned long alloc_iova_fast(struct iova_domain *d, unsigned long nr, unsigned long limit,
			      bool flush_caches)
{
	return alloc_range(d, nr, false);
}

unsigned long shim_iova_alloc_packed(struct iova_domain *d, unsigned long nr)
{
	return alloc_range(d, nr, true);
}

static void free_range(struct iova_domain *d, unsigned long first, unsigned long nr, bool packed)
{
	struct shim_iova *m = d->shim;
	bool is_inside = nr <= m->nr_slots && first <= m->nr_slots - nr;

	shim_step();
	if (m->forced)
		return;
	/* This address was handed out while addresses were forced. */
	if (m->was_forced && is_inside && !m->range_slots[first])
		return;
	check(PROP_EXHAUSTION, is_inside,
	      "an address is freed that was never given out: slot %#lx", first);
	lock(m);
	check(PROP_EXHAUSTION, m->range_slots[first] == nr,
	      "%lu slots at slot %#lx are freed, where %u are allocated", nr, first,
	      m->range_slots[first]);
	m->range_slots[first] = 0;
	m->used -= nr;
	if (!packed && nr < SHIM_IOVA_STACKS && m->depth[nr] < SHIM_IOVA_STACK)
		m->stack[nr][m->depth[nr]++] = first;
	else
		memset(m->slot_used + first, 0, nr);
	unlock(m);
}

void free_iova_fast(struct iova_domain *d, unsigned long first, unsigned long nr)
{
	free_range(d, first, nr, false);
}

void shim_iova_free_packed(struct iova_domain *d, unsigned long first, unsigned long nr)
{
	free_range(d, first, nr, true);
}
