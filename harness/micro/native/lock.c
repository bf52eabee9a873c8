// SPDX-License-Identifier: GPL-2.0-or-later
/* Waiting for a lock.  lock.h has what happens without. */
#include "shim.h"

__thread struct micro_cpu micro_self;
struct micro_cpu *micro_cpus[NR_CPUS];

/* Of a queue's end; behind it is nobody. */
static struct micro_waiter *waiter_of(u32 last)
{
	return &micro_cpus[(last - 1) / MICRO_NESTED]->waiter[(last - 1) % MICRO_NESTED];
}

/* At the head of the queue: the lock as soon as it is free. */
static void head_takes(spinlock_t *l, struct micro_waiter *me, u32 my_number)
{
	u64 only_me = (u64)my_number << 32;
	struct micro_waiter *next;

	/* Acquire, pairs with micro_spin_unlock(). */
	while (smp_load_acquire(&l->taken))
		cpu_relax();
	/* Nobody else takes it: others see that there is a queue. */
	if (__atomic_compare_exchange_n(&l->all, &only_me, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return;
	WRITE_ONCE(l->taken, 1);
	/* Pairs with the store in micro_spin_wait(). */
	while (!(next = smp_load_acquire(&me->next)))
		cpu_relax();
	smp_store_release(&next->waits, 0);
}

void micro_spin_wait(spinlock_t *l)
{
	u32 my_number = micro_self.cpu * MICRO_NESTED + micro_self.nested + 1, before;
	struct micro_waiter *me = &micro_self.waiter[micro_self.nested++];

	me->next = NULL;
	me->waits = 1;
	/* Release: the two stores above; acquire: the other's. */
	before = __atomic_exchange_n(&l->last, my_number, __ATOMIC_ACQ_REL);
	if (before) {
		smp_store_release(&waiter_of(before)->next, me);
		/* Pairs with the end of head_takes(). */
		while (smp_load_acquire(&me->waits))
			cpu_relax();
	}
	head_takes(l, me, my_number);
	micro_self.nested--;
}

void micro_read_wait(rwlock_t *l)
{
	u32 count;

	do {
		__atomic_sub_fetch(&l->count, MICRO_READER, __ATOMIC_RELAXED);
		while (READ_ONCE(l->count) & (MICRO_READER - 1))
			cpu_relax();
		/* As in micro_read_lock(). */
		count = __atomic_add_fetch(&l->count, MICRO_READER, __ATOMIC_ACQUIRE);
	} while (count & (MICRO_READER - 1));
}

void micro_write_wait(rwlock_t *l)
{
	u32 count;

	for (;;) {
		count = READ_ONCE(l->count);
		if (count & ~MICRO_WRITER_WAITS) {
			__atomic_or_fetch(&l->count, MICRO_WRITER_WAITS, __ATOMIC_RELAXED);
			cpu_relax();
		} else if (__atomic_compare_exchange_n(&l->count, &count, MICRO_WRITER, false,
						       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
			return;
		}
	}
}
