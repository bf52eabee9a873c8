/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks that cost what the kernel's cost on x86.
 *
 * Spinlocks	fair, as qspinlock: free is 0, taken without a queue by one locked cmpxchg,
 *		released by a plain store.  Waiting threads queue (MCS), each spinning on a
 *		line of its own; only the head looks at the lock.  Left out: the pending bit,
 *		by which the kernel's second thread spins on the lock itself, and saves one
 *		line that is handed over.
 * rwlocks	one locked add to take for read and one to release, as qrwlock.  A waiting
 *		writer holds off readers.  Left out: the queue of waiting readers and writers.
 * Bit locks	one locked bit operation each way, not fair, as the kernel's.
 * Mutexes, semaphores	as spinlocks and rwlocks; waiting spins.  Not on the map path.
 * Preemption	off is a count of the thread, as in the kernel.  Interrupts cannot be turned
 *		off here: that is a flag, which costs a store and not the kernel's ten or so
 *		cycles.  So a thread can be preempted with a lock held; the programs bind one
 *		thread to a CPU.
 *
 * With MICRO_HOLDS every acquisition and release is timed, see holds.c: another program.
 */
#ifndef MICRO_LOCK_H
#define MICRO_LOCK_H

#include "shim-copied.h"

#define NR_CPUS		64
#define MICRO_NESTED	4	/* spinlocks that a thread may wait for while it holds others */

struct micro_waiter {
	struct micro_waiter *next;
	u32 waits;
};

/* A thread, which has a CPU for itself. */
struct micro_cpu {
	u32 cpu;
	unsigned long percpu;		/* bytes from CPU 0's part to this one's */
	unsigned long irqs_off;
	int preempt;
	u32 nested;
	struct micro_waiter waiter[MICRO_NESTED];
} ____cacheline_aligned;

extern __thread struct micro_cpu micro_self;
extern struct micro_cpu *micro_cpus[NR_CPUS];

#ifdef MICRO_HOLDS
#define MICRO_LOCK_NAME		const char *name;
#define MICRO_NAMED(n)	, .name = (n)
/* holds.c: around the time that a lock is held. */
void micro_hold_begin(const void *lock, const char *name, bool shared);
void micro_hold_end(const void *lock);

#define micro_lock_name(l, n)	((l)->name = (n))
#else
#define MICRO_LOCK_NAME
#define MICRO_NAMED(n)
#define micro_hold_begin(lock, name, shared)	((void)0)
#define micro_hold_end(lock)			((void)0)
#define micro_lock_name(l, n)			((void)0)
#endif

typedef struct {
	union {
		u64 all;
		struct {
			u32 taken;
			u32 last;	/* who waits: 0, or cpu * MICRO_NESTED + nested + 1 */
		};
	};
	MICRO_LOCK_NAME
} spinlock_t;

typedef struct {
	u32 count;		/* readers times MICRO_READER, and the bits below */
	MICRO_LOCK_NAME
} rwlock_t;

#define MICRO_WRITER	1U
#define MICRO_WRITER_WAITS 2U
#define MICRO_READER	4U

typedef spinlock_t raw_spinlock_t;
struct mutex { spinlock_t l; };
struct rw_semaphore { rwlock_t l; };

#ifndef cpu_relax		/* tests: with more threads than CPUs */
#define cpu_relax()		__builtin_ia32_pause()
#endif
#define raw_smp_processor_id()	(micro_self.cpu)
#define smp_processor_id()	raw_smp_processor_id()
#define preempt_disable()	do { micro_self.preempt++; barrier(); } while (0)
#define preempt_enable()	do { barrier(); micro_self.preempt--; } while (0)
#define get_cpu()		({ preempt_disable(); micro_self.cpu; })
#define put_cpu()		preempt_enable()
#define local_irq_save(flags)						\
do {									\
	(flags) = micro_self.irqs_off;					\
	micro_self.irqs_off = 1;					\
	barrier();							\
} while (0)
#define local_irq_restore(flags) do { barrier(); micro_self.irqs_off = (flags); } while (0)
#define local_irq_disable()	do { micro_self.irqs_off = 1; barrier(); } while (0)
#define local_irq_enable()	do { barrier(); micro_self.irqs_off = 0; } while (0)
#define irqs_disabled()		(micro_self.irqs_off != 0)
#define might_sleep()		((void)0)
#define cond_resched()		((void)0)

/* lock.c: when it is not free. */
void micro_spin_wait(spinlock_t *l);
void micro_read_wait(rwlock_t *l);
void micro_write_wait(rwlock_t *l);

/* --- spinlocks ------------------------------------------------------------- */

static __always_inline bool micro_spin_take(spinlock_t *l)
{
	u64 was_free = 0;

	/* Acquire, pairs with micro_spin_release(). */
	return __atomic_compare_exchange_n(&l->all, &was_free, 1, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static __always_inline void micro_spin_lock(spinlock_t *l)
{
	preempt_disable();
	if (unlikely(!micro_spin_take(l)))
		micro_spin_wait(l);
	micro_hold_begin(l, l->name, false);
}

static __always_inline bool micro_spin_trylock(spinlock_t *l)
{
	preempt_disable();
	if (likely(micro_spin_take(l))) {
		micro_hold_begin(l, l->name, false);
		return true;
	}
	preempt_enable();
	return false;
}

static __always_inline void micro_spin_unlock(spinlock_t *l)
{
	micro_hold_end(l);
	smp_store_release(&l->taken, 0);
	preempt_enable();
}

#define micro_spin_init(l, n)	do { (l)->all = 0; micro_lock_name(l, n); } while (0)
#define DEFINE_SPINLOCK(x)	spinlock_t x = { .all = 0 MICRO_NAMED(#x) }
#define DEFINE_MUTEX(x)		struct mutex x = { .l = { .all = 0 MICRO_NAMED(#x) } }

#define spin_lock_init(x)	micro_spin_init(x, #x)
#define spin_lock(x)		micro_spin_lock(x)
#define spin_trylock(x)		micro_spin_trylock(x)
#define spin_lock_nested(x, class)	spin_lock(x)
#define spin_lock_nest_lock(x, outer)	do { (void)(outer); spin_lock(x); } while (0)
#define spin_unlock(x)		micro_spin_unlock(x)
#define spin_lock_irqsave(x, flags)	do { local_irq_save(flags); spin_lock(x); } while (0)
#define spin_unlock_irqrestore(x, flags) do { spin_unlock(x); local_irq_restore(flags); } while (0)
#define spin_lock_irq(x)	do { local_irq_disable(); spin_lock(x); } while (0)
#define spin_unlock_irq(x)	do { spin_unlock(x); local_irq_enable(); } while (0)
#define spin_trylock_irqsave(x, flags)					\
({									\
	bool got_;							\
									\
	local_irq_save(flags);						\
	got_ = spin_trylock(x);						\
	if (!got_)							\
		local_irq_restore(flags);				\
	got_;								\
})
#define spin_is_locked(x)	(READ_ONCE((x)->taken) != 0)
#define raw_spin_lock_init(x)	spin_lock_init(x)
#define raw_spin_lock(x)	spin_lock(x)
#define raw_spin_unlock(x)	spin_unlock(x)
#define raw_spin_lock_irqsave(x, flags) spin_lock_irqsave(x, flags)
#define raw_spin_unlock_irqrestore(x, flags) spin_unlock_irqrestore(x, flags)

#define mutex_init(x)		micro_spin_init(&(x)->l, #x)
#define mutex_destroy(x)	((void)(x))
#define mutex_lock(x)		spin_lock(&(x)->l)
#define mutex_unlock(x)		spin_unlock(&(x)->l)

/* --- readers and writers --------------------------------------------------- */

static __always_inline void micro_read_lock(rwlock_t *l)
{
	u32 count;

	preempt_disable();
	/* Acquire, pairs with micro_write_unlock(). */
	count = __atomic_add_fetch(&l->count, MICRO_READER, __ATOMIC_ACQUIRE);
	if (unlikely(count & (MICRO_READER - 1)))
		micro_read_wait(l);
	micro_hold_begin(l, l->name, true);
}

static __always_inline void micro_read_unlock(rwlock_t *l)
{
	micro_hold_end(l);
	/* Release, pairs with micro_write_lock(). */
	__atomic_sub_fetch(&l->count, MICRO_READER, __ATOMIC_RELEASE);
	preempt_enable();
}

static __always_inline void micro_write_lock(rwlock_t *l)
{
	u32 was_free = 0;

	preempt_disable();
	/* Acquire, pairs with both unlocks. */
	if (unlikely(!__atomic_compare_exchange_n(&l->count, &was_free, MICRO_WRITER, false,
						  __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		micro_write_wait(l);
	micro_hold_begin(l, l->name, false);
}

static __always_inline void micro_write_unlock(rwlock_t *l)
{
	micro_hold_end(l);
	__atomic_and_fetch(&l->count, ~MICRO_WRITER, __ATOMIC_RELEASE);
	preempt_enable();
}

#define micro_rw_init(l, n)	do { (l)->count = 0; micro_lock_name(l, n); } while (0)
#define DEFINE_RWLOCK(x)	rwlock_t x = { .count = 0 MICRO_NAMED(#x) }
#define rwlock_init(x)		micro_rw_init(x, #x)
#define read_lock(x)		micro_read_lock(x)
#define read_unlock(x)		micro_read_unlock(x)
#define write_lock(x)		micro_write_lock(x)
#define write_unlock(x)		micro_write_unlock(x)
#define read_lock_irqsave(x, flags)	do { local_irq_save(flags); read_lock(x); } while (0)
#define read_unlock_irqrestore(x, flags) do { read_unlock(x); local_irq_restore(flags); } while (0)
#define write_lock_irqsave(x, flags)	do { local_irq_save(flags); write_lock(x); } while (0)
#define write_unlock_irqrestore(x, flags) do { write_unlock(x); local_irq_restore(flags); } while (0)
#define write_lock_irq(x)	do { local_irq_disable(); write_lock(x); } while (0)
#define write_unlock_irq(x)	do { write_unlock(x); local_irq_enable(); } while (0)

#define init_rwsem(x)		micro_rw_init(&(x)->l, #x)
#define down_read(x)		read_lock(&(x)->l)
#define up_read(x)		read_unlock(&(x)->l)
#define down_write(x)		write_lock(&(x)->l)
#define up_write(x)		write_unlock(&(x)->l)

/* --- bit locks ------------------------------------------------------------- */

static __always_inline void micro_bit_lock(int bit, unsigned long *word, const char *name)
{
	preempt_disable();
	while (unlikely(test_and_set_bit_lock(bit, word))) {
		preempt_enable();
		do {
			cpu_relax();
		} while (test_bit(bit, word));
		preempt_disable();
	}
	micro_hold_begin(word, name, false);
}

static __always_inline bool micro_bit_trylock(int bit, unsigned long *word, const char *name)
{
	preempt_disable();
	if (likely(!test_and_set_bit_lock(bit, word))) {
		micro_hold_begin(word, name, false);
		return true;
	}
	preempt_enable();
	return false;
}

static __always_inline void micro_bit_unlock(int bit, unsigned long *word)
{
	micro_hold_end(word);
	clear_bit_unlock(bit, word);
	preempt_enable();
}

/* Has no init, so it is called by what it locks. */
#define bit_spin_lock(bit, word)	micro_bit_lock(bit, word, "bit of " #word)
#define bit_spin_trylock(bit, word)	micro_bit_trylock(bit, word, "bit of " #word)
#define bit_spin_unlock(bit, word)	micro_bit_unlock(bit, word)
#define bit_spin_is_locked(bit, word)	test_bit(bit, word)

#endif /* MICRO_LOCK_H */
