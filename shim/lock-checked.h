/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks that check their use.  A lock is a word that is tested and set.  Wrong are: memory
 * that was never initialised as a lock, a lock that its owner takes again, one that another
 * thread releases, and one that is taken both with interrupts on and by map, unmap or sync.
 * Left out: fairness, except that a waiting writer holds off readers.
 */
#ifndef SHIM_LOCK_CHECKED_H
#define SHIM_LOCK_CHECKED_H

#include "atomic.h"
#include "bits.h"
#include "thread.h"

typedef struct {
	unsigned int word;	/* readers, or the writer's bit; mutexes too */
	unsigned int waiting;	/* writers */
	const void *owner;	/* the writer's shim_self */
	unsigned int seen;	/* how the lock was taken so far */
	unsigned int magic;	/* SHIM_LOCK_MAGIC, once it is initialised */
} shim_lock_t;

typedef struct { shim_lock_t l; } spinlock_t;
typedef struct { shim_lock_t l; } rwlock_t;
struct mutex { spinlock_t l; };
struct rw_semaphore { rwlock_t l; };

#define SHIM_LOCK_MAGIC		0x6c6f636bU
#define SHIM_UNLOCKED(name)	{ { 0, 0, NULL, 0, SHIM_LOCK_MAGIC } }

/* @sleeps: a mutex or a semaphore, which may be held where a thread may sleep. */
void shim_lock_init(shim_lock_t *l);
void shim_lock(shim_lock_t *l, bool sleeps);
bool shim_trylock(shim_lock_t *l);
void shim_unlock(shim_lock_t *l, bool sleeps);
void shim_lock_shared(shim_lock_t *l, bool sleeps);
void shim_unlock_shared(shim_lock_t *l, bool sleeps);
void shim_bit_lock_word(int bit, unsigned long *word);
bool shim_bit_trylock_word(int bit, unsigned long *word);
void shim_bit_unlock(int bit, unsigned long *word);

#define shim_spin_init(x, name)	shim_lock_init(&(x)->l)
#define shim_spin_lock(x)	shim_lock(&(x)->l, false)
#define shim_spin_trylock(x)	shim_trylock(&(x)->l)
#define shim_spin_unlock(x)	shim_unlock(&(x)->l, false)
#define shim_spin_is_locked(x)	(READ_ONCE((x)->l.word) != 0)

#define shim_rw_init(x, name)	shim_lock_init(&(x)->l)
#define shim_read_lock(x)	shim_lock_shared(&(x)->l, false)
#define shim_read_unlock(x)	shim_unlock_shared(&(x)->l, false)
#define shim_write_lock(x)	shim_lock(&(x)->l, false)
#define shim_write_unlock(x)	shim_unlock(&(x)->l, false)

#define shim_bit_lock(bit, word, name)		shim_bit_lock_word(bit, word)
#define shim_bit_trylock(bit, word, name)	shim_bit_trylock_word(bit, word)

#define shim_mutex_init(x, name) shim_lock_init(&(x)->l.l)
#define shim_mutex_lock(x)	shim_lock(&(x)->l.l, true)
#define shim_mutex_unlock(x)	shim_unlock(&(x)->l.l, true)

#define shim_sem_init(x, name)	shim_lock_init(&(x)->l.l)
#define shim_sem_down_read(x)	shim_lock_shared(&(x)->l.l, true)
#define shim_sem_up_read(x)	shim_unlock_shared(&(x)->l.l, true)
#define shim_sem_down_write(x)	shim_lock(&(x)->l.l, true)
#define shim_sem_up_write(x)	shim_unlock(&(x)->l.l, true)

#endif /* SHIM_LOCK_CHECKED_H */
