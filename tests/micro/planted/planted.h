/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the fixtures of tests/micro/micro.sh: the eager engine under one spinlock, as
 * eager-spin.c, around what the fixture has defined otherwise before it includes this.
 */
#ifndef FIXTURE_PLANTED_H
#define FIXTURE_PLANTED_H

#define PLANTED_TICKS	50000	/* of the processor's counter; tests/micro/micro.sh knows it */

static inline void planted_spin(void)
{
	u64 end = __builtin_ia32_rdtsc() + PLANTED_TICKS;

	while (__builtin_ia32_rdtsc() < end)
		;
}

#ifndef PLANTED_BEFORE
#define PLANTED_BEFORE()	((void)0)
#endif
#ifndef PLANTED_UNDER_LOCK
#define PLANTED_UNDER_LOCK()	((void)0)
#endif

static __always_inline unsigned long planted_enter(struct bl_bounce *b, u64 iova)
{
	unsigned long flags;

	PLANTED_BEFORE();
	flags = bl_bounce_lock(b);
	PLANTED_UNDER_LOCK();
	return flags;
}

static __always_inline void planted_leave(struct bl_bounce *b, u64 iova,
					  unsigned long flags)
{
	bl_bounce_unlock(b, flags);
}

static const struct bl_eager_ops planted_ops = {
	.enter = planted_enter,
	.leave = planted_leave,
	.alloc = bl_iova_alloc,
	.free = bl_iova_free,
};

#define PLANTED_STRATEGY(id, its_name)					\
	BL_EAGER_STRATEGY(id, &planted_ops,				\
		.name = its_name,					\
		.init = bl_bounce_init_spin,				\
		.exit = bl_bounce_exit,					\
	)

#endif /* FIXTURE_PLANTED_H */
