// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plant-lock: eager-spin that spends 100 us more under its lock
 *
 * Idea:   For tests/vm/trace.sh: a trace has to find it, name it and say how long.
 * Bounce: map
 * Sync:   one irq-safe spinlock, held for too long
 * Wins:   never.
 * Loses:  always.
 * Source: none
 */
#include "eager.h"

#define PLANT_NS	100000

struct planted {
	spinlock_t lock;
};

static __always_inline unsigned long planted_enter(struct bl_bounce *b, u64 iova)
{
	struct planted *p = b->extra;
	unsigned long flags;
	u64 end;

	spin_lock_irqsave(&p->lock, flags);
	end = ktime_get_mono_fast_ns() + PLANT_NS;
	while (ktime_get_mono_fast_ns() < end)
		cpu_relax();
	return flags;
}

static __always_inline void planted_leave(struct bl_bounce *b, u64 iova,
					  unsigned long flags)
{
	struct planted *p = b->extra;

	spin_unlock_irqrestore(&p->lock, flags);
}

static int plant_lock_init(struct bl_domain *d)
{
	int ret = bl_bounce_init_extra(d, 1, sizeof(struct planted));
	struct planted *p;

	if (ret)
		return ret;
	p = ((struct bl_bounce *)d->priv)->extra;
	spin_lock_init(&p->lock);
	bl_name_locks(d, "planted", p, sizeof(*p), 1);
	return 0;
}

static const struct bl_eager_ops plant_lock_ops = {
	.enter = planted_enter,
	.leave = planted_leave,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

BL_EAGER_STRATEGY(plant_lock, &plant_lock_ops,
	.name = "plant-lock",
	.init = plant_lock_init,
	.exit = bl_bounce_exit,
);
