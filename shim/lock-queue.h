/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's queue locks, written from their published description: a queue of waiting
 * threads (Mellor-Crummey and Scott, 1991), packed into one word with a pending bit, and a lock
 * for readers and a writer over it (qspinlock and qrwlock).
 *
 * struct shim_queue_lock	One locked cmpxchg takes a free lock, and a plain store of one
 *		byte releases it.  The first thread that waits sets the pending byte and spins on
 *		the lock itself.  Further threads queue: each spins on a line of its own, and the
 *		head of the queue spins on the lock.
 * struct shim_queue_rwlock	A reader takes it by one locked add and drops it by another; a
 *		writer takes it by one locked cmpxchg and drops it by a store.  A thread that finds
 *		it taken waits for its turn in the queue of the inner lock, so that a waiting
 *		writer holds off later readers.
 *
 * Left out: what the kernel does only in a guest (paravirtual waiting, test-and-set locks where
 * there is none), and that a reader in an interrupt overtakes the queue: nothing interrupts here.
 */
#ifndef SHIM_LOCK_QUEUE_H
#define SHIM_LOCK_QUEUE_H

#include "atomic.h"
#include "thread.h"

/* The word of a lock, from its low end: locked, pending, tail of the queue. */
#define SHIM_LOCKED		1U
#define SHIM_PENDING		(1U << 8)
#define SHIM_LOCKED_MASK	0xffU
#define SHIM_OWNED_MASK		0xffffU		/* locked and pending */

struct shim_queue_lock {
	union {
		u32 val;
		struct {
			u8 locked, pending;
			u16 tail;	/* 0, or (cpu + 1) * SHIM_NESTED + nested */
		};
		u16 locked_pending;
	};
};

/* The word of a lock for readers: a writer's byte, a bit of a waiting writer, readers. */
#define SHIM_WRITER		0xffU
#define SHIM_WRITER_WAITS	(1U << 8)
#define SHIM_WRITER_MASK	(SHIM_WRITER | SHIM_WRITER_WAITS)
#define SHIM_READER		(1U << 9)

struct shim_queue_rwlock {
	union {
		u32 count;
		u8 writer;
	};
	struct shim_queue_lock wait;
};

/* --- waiting: lock-fast.c ---------------------------------------------------- */

/* Wait until the lock is free, and take it.  VAL: its word as it was seen last. */
void shim_queue_wait(struct shim_queue_lock *l, u32 val);
void shim_queue_read_wait(struct shim_queue_rwlock *l);
void shim_queue_write_wait(struct shim_queue_rwlock *l);

/* --- one thread at a time ---------------------------------------------------- */

static __always_inline bool shim_queue_change(struct shim_queue_lock *l, u32 *old, u32 new)
{
	/* Acquire, pairs with shim_queue_unlock(). */
	return __atomic_compare_exchange_n(&l->val, old, new, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static __always_inline void shim_queue_lock(struct shim_queue_lock *l)
{
	u32 val = 0;

	if (unlikely(!shim_queue_change(l, &val, SHIM_LOCKED)))
		shim_queue_wait(l, val);
}

static __always_inline bool shim_queue_trylock(struct shim_queue_lock *l)
{
	u32 val = READ_ONCE(l->val);

	return !val && shim_queue_change(l, &val, SHIM_LOCKED);
}

static __always_inline void shim_queue_unlock(struct shim_queue_lock *l)
{
	smp_store_release(&l->locked, 0);
}

/* --- readers and a writer ------------------------------------------------------ */

static __always_inline void shim_queue_read_lock(struct shim_queue_rwlock *l)
{
	/* Acquire, pairs with shim_queue_write_unlock(). */
	u32 count = __atomic_add_fetch(&l->count, SHIM_READER, __ATOMIC_ACQUIRE);

	if (unlikely(count & SHIM_WRITER_MASK))
		shim_queue_read_wait(l);
}

static __always_inline void shim_queue_read_unlock(struct shim_queue_rwlock *l)
{
	/* Release, pairs with shim_queue_write_lock(). */
	__atomic_sub_fetch(&l->count, SHIM_READER, __ATOMIC_RELEASE);
}

static __always_inline bool shim_queue_write_change(struct shim_queue_rwlock *l, u32 old)
{
	/* Acquire, pairs with both unlocks. */
	return __atomic_compare_exchange_n(&l->count, &old, SHIM_WRITER, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static __always_inline void shim_queue_write_lock(struct shim_queue_rwlock *l)
{
	if (unlikely(!shim_queue_write_change(l, 0)))
		shim_queue_write_wait(l);
}

static __always_inline void shim_queue_write_unlock(struct shim_queue_rwlock *l)
{
	smp_store_release(&l->writer, 0);
}

#endif /* SHIM_LOCK_QUEUE_H */
