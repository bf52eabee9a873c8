/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks that cost what the kernel's locks cost on x86.
 *
 * Spinlocks	are the kernel's queue locks, with the pending byte: lock-queue.h.
 * rwlocks	are the kernel's queue locks for readers and writers: lock-queue.h.
 * Bit locks	take one locked bit operation each way.  They are not fair, as in the kernel.
 * Mutexes, semaphores	are spinlocks and rwlocks: a thread that waits spins.  No map takes one.
 *
 * With SHIM_HOLDS, which makes another program, shim_hold_begin() and shim_hold_end() time
 * every acquisition and release.
 */
#ifndef SHIM_LOCK_FAST_H
#define SHIM_LOCK_FAST_H

#include "atomic.h"
#include "bits.h"
#include "lock-queue.h"
#include "thread.h"

#ifdef SHIM_HOLDS
#define SHIM_LOCK_NAME		const char *name;
#define SHIM_UNLOCKED(n)	{ .name = (n) }

/**
 * shim_hold_begin() - note that the running thread has taken a lock
 * @lock: its address
 * @name: the lock's name in the source
 * @shared: whether the lock is taken for reading
 *
 * The program over the shims defines this function and shim_hold_end().
 */
void shim_hold_begin(const void *lock, const char *name, bool shared);

/**
 * shim_hold_end() - note that the running thread is about to release a lock
 * @lock: its address
 */
void shim_hold_end(const void *lock);

#define shim_name_lock(l, n)	((l)->name = (n))
#else
#define SHIM_LOCK_NAME
#define SHIM_UNLOCKED(n)	{ }
#define shim_hold_begin(lock, name, shared)	((void)0)
#define shim_hold_end(lock)			((void)0)
#define shim_name_lock(l, n)			((void)0)
#endif

typedef struct {
	struct shim_queue_lock q;
	SHIM_LOCK_NAME
} spinlock_t;

typedef struct {
	struct shim_queue_rwlock q;
	SHIM_LOCK_NAME
} rwlock_t;

struct mutex { spinlock_t l; };
struct rw_semaphore { rwlock_t l; };

/* --- spinlocks ------------------------------------------------------------- */

static __always_inline void shim_spin_lock(spinlock_t *l)
{
	preempt_disable();
	shim_queue_lock(&l->q);
	shim_hold_begin(l, l->name, false);
}

static __always_inline bool shim_spin_trylock(spinlock_t *l)
{
	preempt_disable();
	if (likely(shim_queue_trylock(&l->q))) {
		shim_hold_begin(l, l->name, false);
		return true;
	}
	preempt_enable();
	return false;
}

static __always_inline void shim_spin_unlock(spinlock_t *l)
{
	shim_hold_end(l);
	shim_queue_unlock(&l->q);
	preempt_enable();
}

#define shim_spin_init(l, n)	do { (l)->q.val = 0; shim_name_lock(l, n); } while (0)
#define shim_spin_is_locked(l)	(READ_ONCE((l)->q.val) != 0)

#define shim_mutex_init(x, n)	shim_spin_init(&(x)->l, n)
#define shim_mutex_lock(x)	shim_spin_lock(&(x)->l)
#define shim_mutex_unlock(x)	shim_spin_unlock(&(x)->l)

/* --- readers and writers --------------------------------------------------- */

static __always_inline void shim_read_lock(rwlock_t *l)
{
	preempt_disable();
	shim_queue_read_lock(&l->q);
	shim_hold_begin(l, l->name, true);
}

static __always_inline void shim_read_unlock(rwlock_t *l)
{
	shim_hold_end(l);
	shim_queue_read_unlock(&l->q);
	preempt_enable();
}

static __always_inline void shim_write_lock(rwlock_t *l)
{
	preempt_disable();
	shim_queue_write_lock(&l->q);
	shim_hold_begin(l, l->name, false);
}

static __always_inline void shim_write_unlock(rwlock_t *l)
{
	shim_hold_end(l);
	shim_queue_write_unlock(&l->q);
	preempt_enable();
}

#define shim_rw_init(l, n)						\
do {									\
	(l)->q.count = 0;						\
	(l)->q.wait.val = 0;						\
	shim_name_lock(l, n);						\
} while (0)

#define shim_sem_init(x, n)	shim_rw_init(&(x)->l, n)
#define shim_sem_down_read(x)	shim_read_lock(&(x)->l)
#define shim_sem_up_read(x)	shim_read_unlock(&(x)->l)
#define shim_sem_down_write(x)	shim_write_lock(&(x)->l)
#define shim_sem_up_write(x)	shim_write_unlock(&(x)->l)

/* --- bit locks ------------------------------------------------------------- */

static __always_inline void shim_bit_lock(int bit, unsigned long *word, const char *name)
{
	preempt_disable();
	while (unlikely(test_and_set_bit_lock(bit, word))) {
		preempt_enable();
		do {
			cpu_relax();
		} while (test_bit(bit, word));
		preempt_disable();
	}
	shim_hold_begin(word, name, false);
}

static __always_inline bool shim_bit_trylock(int bit, unsigned long *word, const char *name)
{
	preempt_disable();
	if (likely(!test_and_set_bit_lock(bit, word))) {
		shim_hold_begin(word, name, false);
		return true;
	}
	preempt_enable();
	return false;
}

static __always_inline void shim_bit_unlock(int bit, unsigned long *word)
{
	shim_hold_end(word);
	clear_bit_unlock(bit, word);
	preempt_enable();
}

#endif /* SHIM_LOCK_FAST_H */
