/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sequence counts: a writer makes the count odd while it works, and a reader that saw an odd or
 * another count reads again.
 *
 * ThreadSanitizer does not know that a reader throws away what it read in a race, so what a
 * sequence count protects has to be read by READ_ONCE() and written by WRITE_ONCE().
 */
#ifndef SHIM_SEQLOCK_H
#define SHIM_SEQLOCK_H

#include "atomic.h"
#include "lock.h"
#include "thread.h"

typedef struct { unsigned int sequence; } seqcount_t;
/* The kernel checks by these that the writer holds its lock. */
typedef seqcount_t seqcount_spinlock_t;
typedef seqcount_t seqcount_raw_spinlock_t;
typedef seqcount_t seqcount_rwlock_t;
typedef seqcount_t seqcount_mutex_t;

#define SEQCNT_ZERO(name)	{ 0 }

static inline void seqcount_init(seqcount_t *s)
{
	s->sequence = 0;
}

#define seqcount_spinlock_init(s, lock)		seqcount_init(s)
#define seqcount_raw_spinlock_init(s, lock)	seqcount_init(s)
#define seqcount_rwlock_init(s, lock)		seqcount_init(s)
#define seqcount_mutex_init(s, lock)		seqcount_init(s)

static inline unsigned int raw_read_seqcount(const seqcount_t *s)
{
	return smp_load_acquire(&s->sequence);
}

static inline unsigned int read_seqcount_begin(const seqcount_t *s)
{
	unsigned int seen;

	/* Acquire, pairs with write_seqcount_end(). */
	while ((seen = raw_read_seqcount(s)) & 1)
		cpu_relax();
	return seen;
}

/* Return whether a writer came in between. */
static inline bool read_seqcount_retry(const seqcount_t *s, unsigned int begin)
{
	/* The data were read before the count: pairs with write_seqcount_begin(). */
	smp_rmb();
	return READ_ONCE(s->sequence) != begin;
}

static inline void write_seqcount_begin(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);
	/* The odd count before what is written: pairs with read_seqcount_retry(). */
	smp_wmb();
}

static inline void write_seqcount_end(seqcount_t *s)
{
	/* The data were written before the even count: pairs with read_seqcount_begin(). */
	smp_store_release(&s->sequence, s->sequence + 1);
}

#define raw_read_seqcount_begin(s)	read_seqcount_begin(s)
#define raw_write_seqcount_begin(s)	write_seqcount_begin(s)
#define raw_write_seqcount_end(s)	write_seqcount_end(s)
#define write_seqcount_invalidate(s)	WRITE_ONCE((s)->sequence, (s)->sequence + 2)

/* --- with a lock for the writers ------------------------------------------------ */

typedef struct {
	seqcount_t count;
	spinlock_t lock;
} seqlock_t;

#define seqlock_init(s)							\
do {									\
	seqcount_init(&(s)->count);					\
	spin_lock_init(&(s)->lock);					\
} while (0)

#define read_seqbegin(s)	read_seqcount_begin(&(s)->count)
#define read_seqretry(s, begin)	read_seqcount_retry(&(s)->count, begin)

#define write_seqlock(s)						\
do {									\
	spin_lock(&(s)->lock);						\
	write_seqcount_begin(&(s)->count);				\
} while (0)
#define write_sequnlock(s)						\
do {									\
	write_seqcount_end(&(s)->count);				\
	spin_unlock(&(s)->lock);					\
} while (0)
#define write_seqlock_irqsave(s, flags)					\
do {									\
	spin_lock_irqsave(&(s)->lock, flags);				\
	write_seqcount_begin(&(s)->count);				\
} while (0)
#define write_sequnlock_irqrestore(s, flags)				\
do {									\
	write_seqcount_end(&(s)->count);				\
	spin_unlock_irqrestore(&(s)->lock, flags);			\
} while (0)

#endif /* SHIM_SEQLOCK_H */
