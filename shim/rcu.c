// SPDX-License-Identifier: GPL-2.0-or-later
/* Waiting for read sections.  See rcu.h. */
#include <sys/syscall.h>
#include <unistd.h>

#include "rcu.h"
#ifdef SHIM_CHECKED
#include "property.h"
#endif

struct shim_rcu_cpu shim_rcu_cpus[NR_CPUS];

/* The callbacks: those whose sections are known, and those that came later. */
static struct {
	int lock;
	struct rcu_head *waiting, *next;
	unsigned long seen[NR_CPUS];	/* the counts when @waiting was set */
} calls;

#ifdef SHIM_CHECKED
void shim_rcu_check(void)
{
	check(PROP_CONTEXT, shim_self.rcu_depth, "rcu_dereference() outside of a read section");
}

#endif

/*
 * A barrier on every CPU that runs a thread of this process: a section that has begun is visible
 * after it.  The numbers are those of membarrier(2); the header with their names is one of
 * <linux/...>, which the shims stand for.
 */
static void order_all_cpus(void)
{
	const int expedited = 8, register_expedited = 16;

	if (!syscall(SYS_membarrier, expedited, 0, 0))
		return;
	syscall(SYS_membarrier, register_expedited, 0, 0);
	syscall(SYS_membarrier, expedited, 0, 0);
}

static unsigned long count_of(unsigned int cpu)
{
	/* Acquire, pairs with the end of a section. */
	return smp_load_acquire(&shim_rcu_cpus[cpu].count);
}

void synchronize_rcu(void)
{
	unsigned long seen;
	unsigned int cpu;

	might_sleep();
	order_all_cpus();
	for (cpu = 0; cpu < NR_CPUS; cpu++) {
		seen = count_of(cpu);
		while ((seen & 1) && count_of(cpu) == seen)
			cpu_relax();
	}
	order_all_cpus();
}

static void lock_calls(void)
{
	while (xchg_acquire(&calls.lock, 1))
		cpu_relax();
}

static void unlock_calls(void)
{
	smp_store_release(&calls.lock, 0);
}

/* Begin to wait for the callbacks that came meanwhile.  The caller holds the lock. */
static void begin_to_wait(void)
{
	unsigned int cpu;

	calls.waiting = calls.next;
	calls.next = NULL;
	order_all_cpus();
	for (cpu = 0; cpu < NR_CPUS; cpu++)
		calls.seen[cpu] = count_of(cpu);
}

static bool sections_have_ended(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < NR_CPUS; cpu++)
		if ((calls.seen[cpu] & 1) && count_of(cpu) == calls.seen[cpu])
			return false;
	return true;
}

static struct rcu_head *take_calls(bool wait)
{
	struct rcu_head *due = NULL;

	lock_calls();
	if (calls.waiting && (wait || sections_have_ended())) {
		due = calls.waiting;
		calls.waiting = NULL;
	}
	if (!calls.waiting && calls.next)
		begin_to_wait();
	unlock_calls();
	return due;
}

static void run_calls(struct rcu_head *head)
{
	struct rcu_head *next;

	for (; head; head = next) {
		next = head->next;
		if (head->func)
			head->func(head);
		else
			kvfree(head->memory);
	}
}

void shim_rcu_poll(void)
{
	struct rcu_head *due;

	if (likely(!READ_ONCE(calls.waiting) && !READ_ONCE(calls.next)))
		return;
	due = take_calls(false);
	preempt_disable();
	run_calls(due);
	preempt_enable();
}

void rcu_barrier(void)
{
	unsigned int times;

	/* Twice: those that wait, and those that came later. */
	for (times = 0; times < 2; times++) {
		synchronize_rcu();
		run_calls(take_calls(true));
	}
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	unsigned long flags;

	head->func = func;
	local_irq_save(flags);
	lock_calls();
	head->next = calls.next;
	WRITE_ONCE(calls.next, head);
	if (!calls.waiting)
		begin_to_wait();
	unlock_calls();
	local_irq_restore(flags);
}

void shim_kfree_rcu(struct rcu_head *head, void *memory)
{
	head->memory = memory;
	call_rcu(head, NULL);
}

unsigned int shim_rcu_forget(void)
{
	struct rcu_head *lists[] = { calls.waiting, calls.next }, *head, *next;
	unsigned int i, functions = 0;

	calls.waiting = calls.next = NULL;
	for (i = 0; i < ARRAY_SIZE(lists); i++)
		for (head = lists[i]; head; head = next) {
			next = head->next;
			functions += head->func != NULL;
			if (!head->func)
				kvfree(head->memory);
		}
	return functions;
}
