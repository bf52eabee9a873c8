/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work queues and completions.  There is one queue of work, and the program over the shims has a
 * thread run it by shim_work_run(), in process context.  Left out: more than one queue (a name
 * that a strategy creates is another name for it), priorities, CPUs, and time: delayed work is
 * due at once, which the kernel also allows for.
 */
#ifndef SHIM_WORK_H
#define SHIM_WORK_H

#include "atomic.h"
#include "slab.h"
#include "thread.h"

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	int wanted;		/* queued, and not begun */
	work_func_t func;
};

struct delayed_work {
	struct work_struct work;
};

struct workqueue_struct {
	int unused;
};

#define WQ_UNBOUND		0
#define WQ_HIGHPRI		0
#define WQ_MEM_RECLAIM		0
#define WQ_FREEZABLE		0
#define WQ_CPU_INTENSIVE	0
#define WQ_PERCPU		0

extern struct workqueue_struct shim_queue;
extern bool shim_work_used;	/* there may be work or callbacks of RCU */

#define system_wq		(&shim_queue)
#define system_highpri_wq	(&shim_queue)
#define system_unbound_wq	(&shim_queue)
#define system_long_wq		(&shim_queue)

static inline void INIT_WORK(struct work_struct *work, work_func_t func)
{
	shim_work_used = true;
	work->wanted = 0;
	work->func = func;
}

/** shim_work_queue() - queue work, from any context.  Return: false if it is queued already. */
bool shim_work_queue(struct work_struct *work);

/** shim_work_cancel() - take work off the queue.  Return: whether it was there. */
bool shim_work_cancel(struct work_struct *work);

/** shim_work_wait() - wait until no thread runs the work any more */
void shim_work_wait(struct work_struct *work);

/** shim_work_run() - run what is queued, also what that queues.  Return: how many ran. */
unsigned int shim_work_run(void);

/** shim_work_is_queued() - is anything queued or running? */
bool shim_work_is_queued(void);

/** shim_work_forget() - drop what is queued.  Return: how many. */
unsigned int shim_work_forget(void);

#define queue_work(q, work)	((void)(q), shim_work_queue(work))
#define queue_work_on(cpu, q, work) ((void)(cpu), queue_work(q, work))
#define schedule_work(work)	shim_work_queue(work)
#define work_pending(work)	(READ_ONCE((work)->wanted) != 0)

static inline bool cancel_work(struct work_struct *work)
{
	return shim_work_cancel(work);
}

static inline bool cancel_work_sync(struct work_struct *work)
{
	bool was = shim_work_cancel(work);

	might_sleep();
	shim_work_wait(work);
	return was;
}

static inline bool flush_work(struct work_struct *work)
{
	bool was = shim_work_cancel(work);

	might_sleep();
	if (was)
		work->func(work);
	shim_work_wait(work);
	return was;
}

#define alloc_workqueue(name, flags, max, ...)				\
	((struct workqueue_struct *)kzalloc(sizeof(struct workqueue_struct), GFP_KERNEL))
#define alloc_ordered_workqueue(name, flags, ...) alloc_workqueue(name, flags, 1)
#define create_singlethread_workqueue(name)	alloc_workqueue(name, 0, 1)

static inline void flush_workqueue(struct workqueue_struct *q)
{
	might_sleep();
	while (shim_work_run() || shim_work_is_queued())
		cpu_relax();
}

#define drain_workqueue(q)	flush_workqueue(q)

static inline void destroy_workqueue(struct workqueue_struct *q)
{
	flush_workqueue(q);
	kfree(q);
}

/* --- delayed work --------------------------------------------------------------- */

#define INIT_DELAYED_WORK(d, func)		INIT_WORK(&(d)->work, func)
#define to_delayed_work(w)			container_of(w, struct delayed_work, work)
#define schedule_delayed_work(d, delay)		((void)(delay), schedule_work(&(d)->work))
#define queue_delayed_work(q, d, delay)		((void)(delay), queue_work(q, &(d)->work))
#define mod_delayed_work(q, d, delay)		(!queue_delayed_work(q, d, delay))
#define delayed_work_pending(d)			work_pending(&(d)->work)
#define cancel_delayed_work(d)			cancel_work(&(d)->work)
#define cancel_delayed_work_sync(d)		cancel_work_sync(&(d)->work)
#define flush_delayed_work(d)			flush_work(&(d)->work)

/* --- completions ---------------------------------------------------------------- */

struct completion {
	unsigned int done;
};

static inline void init_completion(struct completion *c)
{
	WRITE_ONCE(c->done, 0);
}

static inline void complete(struct completion *c)
{
	__atomic_fetch_add(&c->done, 1, __ATOMIC_RELEASE);
}

static inline void complete_all(struct completion *c)
{
	__atomic_store_n(&c->done, UINT_MAX / 2, __ATOMIC_RELEASE);
}

static inline bool completion_done(const struct completion *c)
{
	return READ_ONCE(c->done);
}

static inline bool try_wait_for_completion(struct completion *c)
{
	unsigned int done = READ_ONCE(c->done);

	do {
		if (!done)
			return false;
	} while (!try_cmpxchg_acquire(&c->done, &done, done - 1));
	return true;
}

static inline void wait_for_completion(struct completion *c)
{
	might_sleep();
	while (!try_wait_for_completion(c))
		cpu_relax();
}

#define reinit_completion(c)	init_completion(c)

#endif /* SHIM_WORK_H */
