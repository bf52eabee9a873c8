// SPDX-License-Identifier: GPL-2.0-or-later
/* How a thread waits for a lock.  lock-queue.h has what it does with a free lock. */
#include "lock-queue.h"

#define HANDOVER_TRIES	512	/* while a lock goes from its holder to the pending thread */

__thread struct shim_thread shim_self;
struct shim_thread *shim_threads[NR_CPUS];

/* --- one thread at a time ---------------------------------------------------- */

/* Return the waiter whose number is in a lock's tail. */
static struct shim_waiter *find_waiter(u16 tail)
{
	return &shim_threads[tail / SHIM_NESTED - 1]->waiter[tail % SHIM_NESTED];
}

/*
 * Set the pending byte.  Return the word from before.  On x86 this is one locked instruction that
 * tells the old value of one bit, as in the kernel, and a plain read of the rest.
 */
static u32 set_pending(struct shim_queue_lock *l)
{
	u32 was = __atomic_fetch_or(&l->val, SHIM_PENDING, __ATOMIC_ACQUIRE) & SHIM_PENDING;

	return was | (READ_ONCE(l->val) & ~SHIM_PENDING);
}

/* Wait as the first of all waiters.  Return false if there is one already: then queue. */
static bool wait_as_pending(struct shim_queue_lock *l)
{
	u32 was = set_pending(l);

	if (was & ~SHIM_LOCKED_MASK) {
		/* If the byte is this thread's own, take it back. */
		if (!(was & SHIM_PENDING))
			WRITE_ONCE(l->pending, 0);
		return false;
	}
	/* Acquire, pairs with shim_queue_unlock(). */
	while (smp_load_acquire(&l->locked))
		cpu_relax();
	/* No other thread changes these bytes: the head of the queue waits for both. */
	WRITE_ONCE(l->locked_pending, SHIM_LOCKED);
	shim_self.waits_pending++;
	return true;
}

/* Wait until the lock is neither held nor promised.  Return its word. */
static u32 wait_as_head(struct shim_queue_lock *l)
{
	u32 val;

	/* Acquire, pairs with shim_queue_unlock(). */
	while ((val = smp_load_acquire(&l->val)) & SHIM_OWNED_MASK)
		cpu_relax();
	return val;
}

/* Take the lock as the head of the queue, and make the next waiter the head. */
static void take_as_head(struct shim_queue_lock *l, struct shim_waiter *me, u16 my_tail)
{
	u32 val = wait_as_head(l);
	struct shim_waiter *next;

	/* If nobody is behind, the queue becomes empty. */
	if (val >> 16 == my_tail && shim_queue_change(l, &val, SHIM_LOCKED))
		return;
	WRITE_ONCE(l->locked, SHIM_LOCKED);
	/* Pairs with the store in join_queue(). */
	while (!(next = smp_load_acquire(&me->next)))
		cpu_relax();
	smp_store_release(&next->waits, 0);
}

/* Enter the queue, and return as its head. */
static void join_queue(struct shim_queue_lock *l, struct shim_waiter *me, u16 my_tail)
{
	struct shim_waiter *next;
	u16 before;

	/* Release for the stores to ME, acquire for those of the waiter before. */
	before = __atomic_exchange_n(&l->tail, my_tail, __ATOMIC_ACQ_REL);
	if (!before)
		return;
	smp_store_release(&find_waiter(before)->next, me);
	/* Pairs with the end of take_as_head(). */
	while (smp_load_acquire(&me->waits))
		cpu_relax();
	next = READ_ONCE(me->next);
	if (next)
		__builtin_prefetch(next, 1);
}

static void wait_in_queue(struct shim_queue_lock *l)
{
	u32 nested = shim_self.nested++;
	u16 my_tail = (shim_self.cpu + 1) * SHIM_NESTED + nested;
	struct shim_waiter *me = &shim_self.waiter[nested];

	if (unlikely(nested >= SHIM_NESTED)) {
		while (!shim_queue_trylock(l))
			cpu_relax();
		goto out;
	}
	me->next = NULL;
	me->waits = 1;
	/* The line of ME may have taken a while to come. */
	if (shim_queue_trylock(l))
		goto out;
	join_queue(l, me, my_tail);
	take_as_head(l, me, my_tail);
	shim_self.waits_queue++;
out:
	shim_self.nested--;
}

void shim_queue_wait(struct shim_queue_lock *l, u32 val)
{
	int tries = HANDOVER_TRIES;

	while (val == SHIM_PENDING && tries--) {
		cpu_relax();
		val = READ_ONCE(l->val);
	}
	if (val & ~SHIM_LOCKED_MASK || !wait_as_pending(l))
		wait_in_queue(l);
}

/* --- readers and a writer ------------------------------------------------------ */

void shim_queue_read_wait(struct shim_queue_rwlock *l)
{
	__atomic_sub_fetch(&l->count, SHIM_READER, __ATOMIC_RELAXED);
	/* Threads that waited before come first. */
	shim_queue_lock(&l->wait);
	__atomic_add_fetch(&l->count, SHIM_READER, __ATOMIC_RELAXED);
	/* A writer that waits is behind in the queue; only one that is inside matters. */
	while (smp_load_acquire(&l->count) & SHIM_WRITER)
		cpu_relax();
	shim_queue_unlock(&l->wait);
}

void shim_queue_write_wait(struct shim_queue_rwlock *l)
{
	shim_queue_lock(&l->wait);
	if (!READ_ONCE(l->count) && shim_queue_write_change(l, 0))
		goto out;
	/* From here on, readers that come queue behind this thread. */
	__atomic_fetch_or(&l->count, SHIM_WRITER_WAITS, __ATOMIC_RELAXED);
	do {
		while (READ_ONCE(l->count) != SHIM_WRITER_WAITS)
			cpu_relax();
	} while (!shim_queue_write_change(l, SHIM_WRITER_WAITS));
out:
	shim_queue_unlock(&l->wait);
}
