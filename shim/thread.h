/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The running thread.  It has a simulated CPU for itself: what two tasks do to each other
 * on one CPU is left out.
 *
 * Preemption	off is a count of the thread, as in the kernel.
 * Interrupts	never come by themselves.  That they are off is a flag of the thread, which
 *		costs a store and not the kernel's ten or so cycles.  So a thread can be
 *		preempted while it holds a lock.
 *
 * Checked, the flag and the count decide whether the thread may sleep, and a test may let
 * an interrupt or another thread come in between (shim_before_access, shim_chaos()).
 * Fast, nothing is checked, and the program has to bind each thread to a CPU of its own.
 */
#ifndef SHIM_THREAD_H
#define SHIM_THREAD_H

#include "types.h"

#ifdef SHIM_CHECKED
#define NR_CPUS			16	/* numbers of CPUs; eleven of them are possible */
#else
#define NR_CPUS			64
#define SHIM_NESTED		4	/* spinlocks that a thread may wait for, holding others */

struct shim_waiter {
	struct shim_waiter *next;
	u32 waits;
};
#endif

struct shim_thread {
	u32 cpu;
	unsigned long percpu;		/* bytes from the part of CPU 0 to that of this CPU */
	unsigned long irqs_off;
	int preempt_count;		/* spinlocks held, preemption off */
	unsigned int rcu_depth;		/* read sections around */
#ifdef SHIM_CHECKED
	bool in_irq;			/* called as from an interrupt or under its lock */
	bool spared;			/* allocations of this thread do not fail */
	unsigned int spins;
	unsigned int calls, faults, exchanges, copies;	/* so far */
	unsigned int steps;		/* accesses until shim_before_access() acts */
	size_t copied;			/* bytes of the last shim_watched_copy() ... */
	const void *copied_from;	/* ... and what is behind them, at their source */
	unsigned int interrupting;	/* the interrupt that runs: its spins + 1; or 0 */
	u64 random;			/* state, for the rate of failing allocations */
#else
	u32 nested;			/* spinlocks that the thread waits for */
	u32 waits_pending, waits_queue;	/* spinlocks got as the pending thread, from the queue */
	struct shim_waiter waiter[SHIM_NESTED] ____cacheline_aligned;
#endif
} ____cacheline_aligned;

extern __thread struct shim_thread shim_self;

#define local_irq_save(flags)						\
do {									\
	(flags) = shim_self.irqs_off;					\
	shim_self.irqs_off = 1;						\
	barrier();							\
} while (0)
#define local_irq_restore(flags) do { barrier(); shim_self.irqs_off = (flags); } while (0)
#define local_irq_disable()	do { shim_self.irqs_off = 1; barrier(); } while (0)
#define local_irq_enable()	do { barrier(); shim_self.irqs_off = 0; } while (0)
#define irqs_disabled()		(shim_self.irqs_off != 0)
#define preempt_disable()	do { shim_self.preempt_count++; barrier(); } while (0)
#define preempt_enable()	do { barrier(); shim_self.preempt_count--; } while (0)
#define get_cpu()		({ preempt_disable(); shim_self.cpu; })
#define put_cpu()		preempt_enable()
#define raw_smp_processor_id()	(shim_self.cpu)

#define for_each_possible_cpu(cpu)					\
	for ((cpu) = 0; (cpu) < (int)nr_cpu_ids; (cpu)++)		\
		if (!cpu_possible(cpu))					\
			continue;					\
		else
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)
#define cpu_online(cpu)		cpu_possible(cpu)
#define num_online_cpus()	num_possible_cpus()

#ifdef SHIM_CHECKED
/*
 * Every third number is that of no CPU: the kernel, too, has gaps where firmware leaves out
 * CPUs.  So there are CPUs whose numbers are not below num_possible_cpus().
 */
#define nr_cpu_ids		((unsigned int)NR_CPUS)
#define cpu_possible(cpu)	((unsigned int)(cpu) < nr_cpu_ids && (cpu) % 3 != 1)
#define num_possible_cpus()	(nr_cpu_ids - nr_cpu_ids / 3)

/* Return the number of the Nth CPU. */
static inline u32 shim_nth_cpu(u32 n)
{
	return n + (n + 1) / 2;
}

/* If set, conform-step calls this before each access to memory and each call of a shim. */
extern void (*shim_before_access)(void);
#if defined(SHIM_STEP)
#define shim_step()							\
do {									\
	if (unlikely(shim_before_access))				\
		shim_before_access();					\
} while (0)
#else
#define shim_step()	((void)0)
#endif

extern bool shim_chaos_on;

/**
 * shim_chaos() - let short steps of this process take long now and then
 * @on: whether to begin or to end with that
 *
 * For tests with threads, so that another thread comes in between.
 */
void shim_chaos(bool on);

/**
 * shim_might_sleep() - check that the running thread may sleep
 * @what: the operation that may sleep, for the message
 */
void shim_might_sleep(const char *what);

/** shim_relax() - give another thread time, and find an interrupt that waits for ever */
void shim_relax(void);

/**
 * shim_processor_id() - check that the thread cannot change its CPU
 *
 * Return: the number of its CPU.
 */
u32 shim_processor_id(void);

/**
 * shim_possible_cpu() - check that there is a CPU of this number
 * @cpu: the number
 *
 * Return: the number.
 */
u32 shim_possible_cpu(u32 cpu);

#define smp_processor_id()	shim_processor_id()
#define cpu_relax()		shim_relax()
#define cond_resched()		shim_might_sleep("cond_resched()")
#define might_sleep()		shim_might_sleep("might_sleep()")
#else
extern u32 shim_nr_cpus;		/* CPUs of the simulated machine, at least one a thread */
extern struct shim_thread *shim_threads[NR_CPUS];	/* by CPU; each thread enters itself */

#define nr_cpu_ids		(shim_nr_cpus)
#define cpu_possible(cpu)	((u32)(cpu) < nr_cpu_ids)
#define num_possible_cpus()	(shim_nr_cpus)
#define shim_nth_cpu(n)		(n)
#define smp_processor_id()	raw_smp_processor_id()
#ifndef cpu_relax		/* tests have more threads than CPUs */
#define cpu_relax()		__builtin_ia32_pause()
#endif
#define cond_resched()		((void)0)
#define might_sleep()		((void)0)
#endif

#endif /* SHIM_THREAD_H */
