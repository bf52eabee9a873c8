// SPDX-License-Identifier: GPL-2.0-or-later
/* The running thread, checked.  See thread.h. */
#include <sched.h>

#include "atomic.h"
#include "property.h"
#include "random.h"
#include "thread.h"

__thread struct shim_thread shim_self;
bool shim_chaos_on;
void (*shim_before_access)(void);
void (*shim_before_exchange)(void);

#if defined(__SANITIZE_THREAD__)
unsigned int shim_fence;
#endif

void shim_might_sleep(const char *what)
{
	check(PROP_CONTEXT, !shim_self.irqs_off && !shim_self.preempt_count,
	      "%s may sleep, with interrupts off or a spinlock held", what);
	check(PROP_CONTEXT, !shim_self.rcu_depth, "%s may sleep, in an RCU read section", what);
}

u32 shim_processor_id(void)
{
	check(PROP_CONTEXT, shim_self.irqs_off || shim_self.preempt_count,
	      "smp_processor_id() where the CPU can change");
	return shim_self.cpu;
}

u32 shim_possible_cpu(u32 cpu)
{
	check(PROP_INTEGRITY, cpu_possible(cpu), "there is no CPU %u", cpu);
	return cpu;
}

/* There are more threads than CPUs: the awaited thread may need this one. */
void shim_relax(void)
{
	check(PROP_CONTEXT, !shim_self.interrupting || ++shim_self.interrupting < 10000,
	      "an interrupt waits for what it interrupted");
	if (++shim_self.spins % 64 == 0)
		sched_yield();
	else
		__builtin_ia32_pause();
}

static void yield_sometimes(void)
{
	if (++shim_self.exchanges % 61 == 0)
		sched_yield();
}

/* Yield after 64 accesses on average: sometimes between two that belong together. */
static void step_sometimes(void)
{
	if (shim_self.steps--)
		return;
	shim_self.steps = random_below(&shim_self.random, 128);
	sched_yield();
}

void shim_chaos(bool on)
{
	shim_chaos_on = on;
	shim_before_access = on ? step_sometimes : NULL;
	shim_before_exchange = on ? yield_sometimes : NULL;
}
