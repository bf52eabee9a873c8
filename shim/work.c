// SPDX-License-Identifier: GPL-2.0-or-later
/* The queue of work.  See work.h. */
#include "work.h"

#define MOST_WORKS	1024

struct workqueue_struct shim_queue;
bool shim_work_used;

/*
 * Pointers, and no list through the works, so that one that is freed while it is queued is found
 * and does not lead astray.
 */
static struct {
	int lock;
	unsigned int nr;
	struct work_struct *queued[MOST_WORKS];
	struct work_struct *running[NR_CPUS];	/* by the CPU of the thread that runs it */
} works;

static unsigned long lock_works(void)
{
	unsigned long flags;

	local_irq_save(flags);
	while (xchg_acquire(&works.lock, 1))
		cpu_relax();
	return flags;
}

static void unlock_works(unsigned long flags)
{
	smp_store_release(&works.lock, 0);
	local_irq_restore(flags);
}

bool shim_work_queue(struct work_struct *work)
{
	unsigned long flags;

	/* Full barrier, as in the kernel: the work sees what was written before. */
	if (xchg(&work->wanted, 1))
		return false;
	flags = lock_works();
	if (works.nr == MOST_WORKS)
		__builtin_trap();
	works.queued[works.nr++] = work;
	unlock_works(flags);
	return true;
}

bool shim_work_cancel(struct work_struct *work)
{
	unsigned long flags = lock_works();
	bool found = false;
	unsigned int i;

	for (i = 0; i < works.nr && !found; i++) {
		if (works.queued[i] != work)
			continue;
		found = true;
		works.nr--;
		memmove(works.queued + i, works.queued + i + 1,
			(works.nr - i) * sizeof(works.queued[0]));
		smp_store_release(&work->wanted, 0);
	}
	unlock_works(flags);
	return found;
}

static bool is_running(const struct work_struct *work)
{
	unsigned int cpu;

	for (cpu = 0; cpu < NR_CPUS; cpu++)
		/* Acquire, pairs with run_one(). */
		if (cpu != shim_self.cpu && smp_load_acquire(&works.running[cpu]) == work)
			return true;
	return false;
}

void shim_work_wait(struct work_struct *work)
{
	while (is_running(work))
		cpu_relax();
}

static bool run_one(void)
{
	unsigned long flags = lock_works();
	struct work_struct *work = NULL;

	/* Never twice at once, as in the kernel. */
	if (works.nr && !is_running(works.queued[0])) {
		work = works.queued[0];
		works.nr--;
		memmove(works.queued, works.queued + 1, works.nr * sizeof(works.queued[0]));
		smp_store_release(&works.running[shim_self.cpu], work);
		/* From here on it can be queued again. */
		xchg(&work->wanted, 0);
	}
	unlock_works(flags);
	if (!work)
		return false;
	work->func(work);
	/* The work may have freed itself. */
	smp_store_release(&works.running[shim_self.cpu], NULL);
	return true;
}

unsigned int shim_work_run(void)
{
	unsigned int nr = 0;

	if (likely(!READ_ONCE(works.nr)))
		return 0;
	while (nr < MOST_WORKS && run_one())
		nr++;
	return nr;
}

bool shim_work_is_queued(void)
{
	unsigned int cpu;

	if (READ_ONCE(works.nr))
		return true;
	for (cpu = 0; cpu < NR_CPUS; cpu++)
		if (cpu != shim_self.cpu && smp_load_acquire(&works.running[cpu]))
			return true;
	return false;
}

unsigned int shim_work_forget(void)
{
	unsigned int nr = works.nr;

	works.nr = 0;
	return nr;
}
