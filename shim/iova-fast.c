// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IOVAs with the work of the kernel's alloc_iova_fast().  A size of up to 32 slots is rounded
 * up to a power of two.  Each CPU has two magazines of each size, under the CPU's lock;
 * behind them each size has a depot of full magazines, and behind the depots one lock
 * protects all slots: a bitmap here, a tree in the kernel.
 *
 * Left out: giving the magazines back when the window is full, which it never nearly is.
 */
#include "iova.h"
#include "lock.h"
#include "slab.h"

#define ORDERS		6	/* 1, 2, .. 32 slots */
#define MAGAZINE	127

struct magazine {
	struct magazine *next;		/* in the depot */
	unsigned long nr;
	unsigned long first[MAGAZINE];
};

struct cpu_cache {
	spinlock_t lock;
	struct magazine *loaded, *previous;
} ____cacheline_aligned;

struct size_cache {
	spinlock_t lock;		/* of the depot; taken inside a CPU's lock */
	struct magazine *depot;
	struct cpu_cache cpu[NR_CPUS];
} ____cacheline_aligned;

struct shim_iova {
	struct size_cache size[ORDERS];
	spinlock_t lock;		/* of the members below; taken inside a CPU's lock */
	unsigned long nr, hint;
	unsigned long *used;
};

int shim_iova_init(struct iova_domain *d, u64 slots)
{
	struct shim_iova *m = kzalloc(sizeof(*m), GFP_KERNEL);
	u32 i, cpu;

	if (!m)
		return -ENOMEM;
	d->shim = m;
	m->nr = slots;
	m->used = kcalloc(BITS_TO_LONGS(slots), sizeof(long), GFP_KERNEL);
	if (!m->used)
		return -ENOMEM;
	__set_bit(0, m->used);		/* never handed out */
	shim_spin_init(&m->lock, "all addresses");
	for (i = 0; i < ORDERS; i++) {
		shim_spin_init(&m->size[i].lock, "depot of addresses");
		for (cpu = 0; cpu < NR_CPUS; cpu++) {
			shim_spin_init(&m->size[i].cpu[cpu].lock, "addresses of a CPU");
			m->size[i].cpu[cpu].loaded = kzalloc(sizeof(struct magazine), GFP_KERNEL);
			m->size[i].cpu[cpu].previous = kzalloc(sizeof(struct magazine), GFP_KERNEL);
			if (!m->size[i].cpu[cpu].loaded || !m->size[i].cpu[cpu].previous)
				return -ENOMEM;
		}
	}
	return 0;
}

/* --- all addresses --------------------------------------------------------- */

static bool is_free(const struct shim_iova *m, unsigned long first, unsigned long nr)
{
	while (nr--)
		if (test_bit(first + nr, m->used))
			return false;
	return true;
}

/* Find slots, aligned to NR rounded up to a power of two.  0: none.  The caller holds m->lock. */
static unsigned long search(struct shim_iova *m, unsigned long from, unsigned long nr)
{
	unsigned long step = roundup_pow_of_two(nr), i;

	for (from = ALIGN(from, step); from + nr <= m->nr; from += step) {
		if (!is_free(m, from, nr))
			continue;
		for (i = 0; i < nr; i++)
			__set_bit(from + i, m->used);
		m->hint = from + nr;
		return from;
	}
	return 0;
}

static unsigned long take_slots(struct shim_iova *m, unsigned long nr)
{
	unsigned long flags, first;

	spin_lock_irqsave(&m->lock, flags);
	first = search(m, m->hint, nr) ?: search(m, 0, nr);
	spin_unlock_irqrestore(&m->lock, flags);
	return first;
}

static void give_slots(struct shim_iova *m, unsigned long first, unsigned long nr)
{
	unsigned long flags;

	spin_lock_irqsave(&m->lock, flags);
	while (nr--)
		__clear_bit(first + nr, m->used);
	spin_unlock_irqrestore(&m->lock, flags);
}

/* --- the caches ------------------------------------------------------------ */

/* Replace two empty magazines.  The caller holds the CPU's lock. */
static bool take_from_depot(struct size_cache *s, struct cpu_cache *c)
{
	struct magazine *full;

	spin_lock(&s->lock);
	full = s->depot;
	if (full)
		s->depot = full->next;
	spin_unlock(&s->lock);
	if (!full)
		return false;
	kfree(c->loaded);
	c->loaded = full;
	return true;
}

/* Make room in two full magazines.  The caller holds the CPU's lock. */
static bool give_to_depot(struct size_cache *s, struct cpu_cache *c)
{
	struct magazine *empty = kzalloc(sizeof(*empty), GFP_ATOMIC);

	if (!empty)
		return false;
	spin_lock(&s->lock);
	c->loaded->next = s->depot;
	s->depot = c->loaded;
	spin_unlock(&s->lock);
	c->loaded = empty;
	return true;
}

static unsigned long pop_slots(struct size_cache *s)
{
	struct cpu_cache *c = &s->cpu[raw_smp_processor_id()];
	unsigned long flags, first = 0;

	spin_lock_irqsave(&c->lock, flags);
	if (unlikely(!c->loaded->nr) && c->previous->nr)
		swap(c->loaded, c->previous);
	if (likely(c->loaded->nr) || take_from_depot(s, c))
		first = c->loaded->first[--c->loaded->nr];
	spin_unlock_irqrestore(&c->lock, flags);
	return first;
}

static bool push_slots(struct size_cache *s, unsigned long first)
{
	struct cpu_cache *c = &s->cpu[raw_smp_processor_id()];
	unsigned long flags;
	bool is_in;

	spin_lock_irqsave(&c->lock, flags);
	if (unlikely(c->loaded->nr == MAGAZINE) && c->previous->nr < MAGAZINE)
		swap(c->loaded, c->previous);
	is_in = likely(c->loaded->nr < MAGAZINE) || give_to_depot(s, c);
	if (likely(is_in))
		c->loaded->first[c->loaded->nr++] = first;
	spin_unlock_irqrestore(&c->lock, flags);
	return is_in;
}

unsigned long alloc_iova_fast(struct iova_domain *d, unsigned long nr, unsigned long limit,
			      bool flush)
{
	unsigned int order = order_base_2(nr);
	unsigned long first;

	if (unlikely(order >= ORDERS))
		return take_slots(d->shim, nr);
	first = pop_slots(&d->shim->size[order]);
	return likely(first) ? first : take_slots(d->shim, 1UL << order);
}

void free_iova_fast(struct iova_domain *d, unsigned long first, unsigned long nr)
{
	unsigned int order = order_base_2(nr);

	if (unlikely(order >= ORDERS))
		give_slots(d->shim, first, nr);
	else if (unlikely(!push_slots(&d->shim->size[order], first)))
		give_slots(d->shim, first, 1UL << order);
}
