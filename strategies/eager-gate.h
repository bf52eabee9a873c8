/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A gate for eager strategies that take user memory: mappers pass it without writing to a line
 * that they share, and only while pages are exchanged does each of them take a lock.
 *
 * A mapper is in a section from before it looks at the gate until it is done.  The exchange
 * closes the gate and waits until every section that began before has ended.  Each mapper that
 * comes later finds the gate closed and takes the lock, which the exchange takes for each
 * step.  How a section begins and ends, and how to wait for all of them, is the strategy's.
 */
#ifndef BL_EAGER_GATE_H
#define BL_EAGER_GATE_H

#include "eager.h"

/**
 * struct bl_gate - tables and a gate
 * @bounce: the tables
 * @closed: an exchange is on: mappers have to take @lock
 * @lock:   irq-safe; excludes mappers while the gate is closed
 * @flags:  of the interrupts; belongs to the mapper that has @lock
 */
struct bl_gate {
	struct bl_bounce bounce;
	bool closed;
	spinlock_t lock ____cacheline_aligned_in_smp;
	unsigned long flags;
};

static __always_inline struct bl_gate *bl_gate_of(struct bl_bounce *b)
{
	return container_of(b, struct bl_gate, bounce);
}

static inline const char *bl_gate_refuse(const struct bl_domain *d)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return "takes a lock where it must not sleep, which a PREEMPT_RT kernel does not do";
	return NULL;
}

/* As bl_bounce_init_size(), for a structure that begins with struct bl_gate. */
static inline int bl_gate_init_size(struct bl_domain *d, size_t size)
{
	int ret = bl_bounce_init_size(d, size);
	struct bl_gate *gate;

	if (ret)
		return ret;
	gate = bl_gate_of(d->priv);
	spin_lock_init(&gate->lock);
	bl_name_locks(d, "gate", &gate->lock, sizeof(gate->lock), 1);
	return 0;
}

/* The checker of locks cannot know that bl_gate_leave() has the same condition: do not tell it. */
static __always_inline void bl_gate_wait(struct bl_gate *gate)
{
	unsigned long flags;

	spin_lock_irqsave(&gate->lock, flags);
	__release(&gate->lock);
	gate->flags = flags;
}

/*
 * Pass the gate; the caller is in a section.  Return whether it was closed, as bl_gate_leave()
 * wants to know.
 */
static __always_inline bool bl_gate_enter(struct bl_gate *gate)
{
	/* Acquire: an open gate means that this section finds the tables as bl_gate_open() left them. */
	if (likely(!smp_load_acquire(&gate->closed)))
		return false;
	bl_gate_wait(gate);
	return true;
}

static __always_inline void bl_gate_leave(struct bl_gate *gate, bool was_closed)
{
	unsigned long flags;

	if (likely(!was_closed))
		return;
	flags = gate->flags;
	__acquire(&gate->lock);
	spin_unlock_irqrestore(&gate->lock, flags);
}

static __always_inline unsigned long bl_gate_lock_all(struct bl_bounce *b)
	__acquires(gate)
{
	unsigned long flags;

	spin_lock_irqsave(&bl_gate_of(b)->lock, flags);
	return flags;
}

static __always_inline void bl_gate_unlock_all(struct bl_bounce *b, unsigned long flags)
	__releases(gate)
{
	spin_unlock_irqrestore(&bl_gate_of(b)->lock, flags);
}

/*
 * Use PAGES instead of the kernel's, or the kernel's again if PAGES is NULL.  WAIT_FOR_ALL waits
 * for each section that has begun; it may sleep.  The core calls this once at a time.
 */
static __always_inline void bl_gate_exchange(struct bl_domain *d, struct page **pages,
					     void (*wait_for_all)(struct bl_gate *gate))
{
	struct bl_gate *gate = bl_gate_of(d->priv);

	WRITE_ONCE(gate->closed, true);
	wait_for_all(gate);
	bl_eager_exchange(d, pages, bl_gate_lock_all, bl_gate_unlock_all);
	/* Pairs with bl_gate_enter(). */
	smp_store_release(&gate->closed, false);
}

#endif /* BL_EAGER_GATE_H */
