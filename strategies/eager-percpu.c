// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * eager-percpu: everything in dma_map(), under a spinlock of the CPU
 *
 * Idea:   A mapper takes the lock of its own CPU, whose line no other CPU writes.
 *         The rare exchange of all bounce pages for the daemon's own memory closes
 *         a gate (eager-gate.h) and takes each of these locks once, one after the
 *         other: then every mapper either is done or comes later and sees the gate.
 * Bounce: map
 * Sync:   a spinlock per CPU
 * Wins:   the daemon registers its memory, and many CPUs map.
 * Loses:  one CPU: a lock is taken and dropped twice for each mapping, with
 *         interrupts off.
 * Source: this project; the kernel's lglock, removed in 4.9, was of this kind
 */
#include <linux/cpumask.h>
#include <linux/overflow.h>
#include <linux/smp.h>

#include "eager-gate.h"

/**
 * struct percpu_lock - the lock of a CPU
 * @lock:       taken with interrupts off
 * @flags:      of the interrupts; belongs to the mapper that has @lock
 * @was_closed: so does this: what bl_gate_enter() returned
 */
struct percpu_lock {
	spinlock_t lock;
	unsigned long flags;
	bool was_closed;
} ____cacheline_aligned_in_smp;

struct eager_percpu {
	struct bl_gate gate;
	struct percpu_lock cpu[];	/* nr_cpu_ids of them */
};

static __always_inline struct eager_percpu *percpu_of(struct bl_gate *gate)
{
	return container_of(gate, struct eager_percpu, gate);
}

static __always_inline unsigned long percpu_begin(struct bl_bounce *b, u64 iova)
	__acquires(percpu)
{
	struct bl_gate *gate = bl_gate_of(b);
	struct percpu_lock *here;
	unsigned long flags;

	local_irq_save(flags);
	here = &percpu_of(gate)->cpu[smp_processor_id()];
	spin_lock(&here->lock);
	here->flags = flags;
	here->was_closed = bl_gate_enter(gate);
	return 0;
}

static __always_inline void percpu_end(struct bl_bounce *b, u64 iova, unsigned long unused)
	__releases(percpu)
{
	struct bl_gate *gate = bl_gate_of(b);
	struct percpu_lock *here = &percpu_of(gate)->cpu[smp_processor_id()];
	unsigned long flags = here->flags;

	bl_gate_leave(gate, here->was_closed);
	spin_unlock(&here->lock);
	local_irq_restore(flags);
}

static void percpu_wait_for_all(struct bl_gate *gate)
{
	struct percpu_lock *lock;
	int cpu;

	for_each_possible_cpu(cpu) {
		lock = &percpu_of(gate)->cpu[cpu];
		spin_lock_irq(&lock->lock);
		spin_unlock_irq(&lock->lock);
		cond_resched();
	}
}

static int eager_percpu_init(struct bl_domain *d)
{
	struct eager_percpu *e;
	unsigned int i;
	int ret;

	ret = bl_gate_init_size(d, struct_size(e, cpu, nr_cpu_ids));
	if (ret)
		return ret;
	e = percpu_of(bl_gate_of(d->priv));
	for (i = 0; i < nr_cpu_ids; i++)
		spin_lock_init(&e->cpu[i].lock);
	bl_name_locks(d, "bounce", e->cpu, sizeof(e->cpu[0]), nr_cpu_ids);
	return 0;
}

static int eager_percpu_set_user_pages(struct bl_domain *d, struct page **pages)
{
	bl_gate_exchange(d, pages, percpu_wait_for_all);
	return 0;
}

static void eager_percpu_clear_user_pages(struct bl_domain *d)
{
	bl_gate_exchange(d, NULL, percpu_wait_for_all);
}

static const struct bl_eager_ops eager_percpu_ops = {
	.lock = percpu_begin,
	.unlock = percpu_end,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

static __always_inline dma_addr_t
eager_percpu_map(struct bl_domain *d, phys_addr_t pa, size_t size,
		 enum dma_data_direction dir, bool copy)
{
	return bl_eager_map(d, pa, size, dir, copy, &eager_percpu_ops);
}

static __always_inline void
eager_percpu_unmap(struct bl_domain *d, dma_addr_t iova, size_t size,
		   enum dma_data_direction dir, bool copy)
{
	bl_eager_unmap(d, iova, size, dir, copy, &eager_percpu_ops);
}

static void eager_percpu_sync_for_device(struct bl_domain *d, dma_addr_t iova, size_t size,
					 enum dma_data_direction dir)
{
	if (bl_dir_to_device(dir))
		bl_eager_sync(d, iova, size, true, &eager_percpu_ops);
}

static void eager_percpu_sync_for_cpu(struct bl_domain *d, dma_addr_t iova, size_t size,
				      enum dma_data_direction dir)
{
	if (bl_dir_from_device(dir))
		bl_eager_sync(d, iova, size, false, &eager_percpu_ops);
}

static struct page *eager_percpu_fault(struct bl_domain *d, u64 iova)
{
	return bl_eager_fault(d, iova, &eager_percpu_ops);
}

BL_STRATEGY_DEFINE(eager_percpu,
	.name = "eager-percpu",
	.refuse = bl_gate_refuse,
	.init = eager_percpu_init,
	.exit = bl_bounce_exit,
	.set_user_pages = eager_percpu_set_user_pages,
	.clear_user_pages = eager_percpu_clear_user_pages,
	.map = eager_percpu_map,
	.unmap = eager_percpu_unmap,
	.next_mapping = bl_bounce_next_mapping,
	.sync_for_device = eager_percpu_sync_for_device,
	.sync_for_cpu = eager_percpu_sync_for_cpu,
	.fault = eager_percpu_fault,
);
