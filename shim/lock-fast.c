// SPDX-License-Identifier: GPL-2.0-or-later
/* How a thread waits for a lock.  lock-fast.h has what it does with a free lock. */
#include "lock-fast.h"

__thread struct shim_thread shim_self;
struct shim_thread *shim_threads[NR_CPUS];

/* Return the waiter at the end of a queue. */
static struct shim_waiter *find_waiter(u32 last)
{
	return &shim_threads[(last - 1) / SHIM_NESTED]->waiter[(last - 1) % SHIM_NESTED];
}

/* Take the lock as soon as it is free.  The caller is the head of the queue. */
static void take_as_head(spinlock_t *l, struct shim_waiter *me, u32 my_number)
{
	u64 only_me = (u64)my_number << 32;
	struct shim_waiter *next;

	/* Acquire, pairs with shim_spin_unlock(). */
	while (smp_load_acquire(&l->taken))
		cpu_relax();
	/* No other thread takes the lock, since all see that there is a queue. */
	if (__atomic_compare_exchange_n(&l->all, &only_me, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return;
	WRITE_ONCE(l->taken, 1);
	/* Pairs with the store in shim_spin_wait(). */
	while (!(next = smp_load_acquire(&me->next)))
		cpu_relax();
	smp_store_release(&next->waits, 0);
}

void shim_spin_wait(spinlock_t *l)
{
	u32 my_number = shim_self.cpu * SHIM_NESTED + shim_self.nested + 1, before;
	struct shim_waiter *me = &shim_self.waiter[shim_self.nested++];

	me->next = NULL;
	me->waits = 1;
	/* Release for the two stores above, acquire for those of the waiter before. */
	before = __atomic_exchange_n(&l->last, my_number, __ATOMIC_ACQ_REL);
	if (before) {
		smp_store_release(&find_waiter(before)->next, me);
		/* Pairs with the end of take_as_head(). */
		while (smp_load_acquire(&me->waits))
			cpu_relax();
	}
	take_as_head(l, me, my_number);
	shim_self.nested--;
}

void shim_read_wait(rwlock_t *l)
{
	u32 count;

	do {
		__atomic_sub_fetch(&l->count, SHIM_READER, __ATOMIC_RELAXED);
		while (READ_ONCE(l->count) & (SHIM_READER - 1))
			cpu_relax();
		/* As in shim_read_lock(). */
		count = __atomic_add_fetch(&l->count, SHIM_READER, __ATOMIC_ACQUIRE);
	} while (count & (SHIM_READER - 1));
}

void shim_write_wait(rwlock_t *l)
{
	u32 count;

	for (;;) {
		count = READ_ONCE(l->count);
		if (count & ~SHIM_WRITER_WAITS) {
			__atomic_or_fetch(&l->count, SHIM_WRITER_WAITS, __ATOMIC_RELAXED);
			cpu_relax();
		} else if (__atomic_compare_exchange_n(&l->count, &count, SHIM_WRITER, false,
						       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
			return;
		}
	}
}
