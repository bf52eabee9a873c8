/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RCU.  Each CPU counts where its outermost read sections begin and end, so that an odd count
 * says that it is in one.  synchronize_rcu() waits for the sections that it finds; call_rcu()
 * keeps a callback until those that were there have ended.
 *
 * Checked, rcu_dereference() has to be in a read section, and a section may not sleep.  Callbacks
 * run in shim_rcu_poll() and in rcu_barrier().  A section costs two stores, the kernel's none.
 *
 * Left out: that any section with interrupts or preemption off counts as a read section, and most
 * names for that (rcu_dereference_sched() and others); SRCU.
 */
#ifndef SHIM_RCU_H
#define SHIM_RCU_H

#include "atomic.h"
#include "slab.h"
#include "thread.h"

#define __rcu

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);	/* NULL: free @memory */
	void *memory;
};

struct shim_rcu_cpu {
	unsigned long count;
} ____cacheline_aligned;

extern struct shim_rcu_cpu shim_rcu_cpus[NR_CPUS];

void synchronize_rcu(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void rcu_barrier(void);
void shim_kfree_rcu(struct rcu_head *head, void *memory);

/**
 * shim_rcu_poll() - run the callbacks whose read sections have ended
 *
 * Context: where a softirq may run.
 */
void shim_rcu_poll(void);

/**
 * shim_rcu_forget() - free what kfree_rcu() still holds, and drop all callbacks
 *
 * No thread is in a read section any more.  Return: how many functions were never called.
 */
unsigned int shim_rcu_forget(void);

/*
 * No barrier, as in the kernel: synchronize_rcu() has the kernel order this store on all CPUs.
 * Release at the end of a section, pairs with synchronize_rcu().
 */
static inline void shim_rcu_step(void)
{
	unsigned long *count = &shim_rcu_cpus[shim_self.cpu].count;

	smp_store_release(count, *count + 1);
	barrier();
}

static inline void rcu_read_lock(void)
{
	if (!shim_self.rcu_depth++)
		shim_rcu_step();
}

static inline void rcu_read_unlock(void)
{
	if (!--shim_self.rcu_depth)
		shim_rcu_step();
}

/* The kernel's only turns preemption off. */
static inline void rcu_read_lock_sched(void)
{
	preempt_disable();
	rcu_read_lock();
}

static inline void rcu_read_unlock_sched(void)
{
	rcu_read_unlock();
	preempt_enable();
}

static inline bool rcu_read_lock_held(void)
{
	return shim_self.rcu_depth;
}

#ifdef SHIM_CHECKED
/** shim_rcu_check() - check that the running thread is in a read section */
void shim_rcu_check(void);
#else
#define shim_rcu_check()	((void)0)
#endif

#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_dereference_raw(p)		READ_ONCE(p)
#define rcu_dereference(p)		({ shim_rcu_check(); READ_ONCE(p); })
#define rcu_dereference_protected(p, c)	({ (void)(c); (p); })
#define rcu_dereference_check(p, c)	({ if (!(c)) shim_rcu_check(); READ_ONCE(p); })
#define rcu_assign_pointer(p, v)	smp_store_release(&(p), v)
#define rcu_replace_pointer(p, v, c)					\
({									\
	typeof(p) old_ = rcu_dereference_protected(p, c);		\
									\
	rcu_assign_pointer(p, v);					\
	old_;								\
})
#define RCU_INIT_POINTER(p, v)		WRITE_ONCE(p, v)
#define kfree_rcu(p, member)		shim_kfree_rcu(&(p)->member, p)
#define kvfree_rcu(p, member)		kfree_rcu(p, member)

#endif /* SHIM_RCU_H */
