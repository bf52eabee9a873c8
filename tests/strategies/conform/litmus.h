/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The litmus tests share this. One thread is a driver, the other one a daemon or another driver. */
#ifndef CONFORM_LITMUS_H
#define CONFORM_LITMUS_H

#include <sched.h>

#include "buf.h"

#define SECOND_SIZE	100	/* bytes of the other driver's buffer */
#define MAX_BYTES	(64UL * 1024 + BL_SLOT_SIZE)	/* of a buffer; in two of any 64K */

enum litmus_test {
	LITMUS_MAP, LITMUS_UNMAP, LITMUS_BACK, LITMUS_SYNC, LITMUS_TOUCH,
	LITMUS_SHARE, LITMUS_RESET, LITMUS_APART, LITMUS_WRITTEN,
	/* misled.c */
	LITMUS_TWICE, LITMUS_EARLY, LITMUS_RESYNC, LITMUS_SYNCS,
	LITMUS_NR
};

/* The two threads share this.  One thread writes each part. */
extern struct litmus_shared {
	struct {
		u64 go;			/* round that may start */
		u64 start;		/* by the processor's clock */
		u32 delay;		/* of the daemon */
		u64 iova;
		enum litmus_test test;
		u32 size;		/* of the mapping */
		enum dma_data_direction dir;
		struct bl_core *core;	/* NULL: end */
	} driver ____cacheline_aligned;
	struct {
		u64 done;
		u64 iova;
		u8 seen[MAX_BYTES];
		size_t len;
	} daemon ____cacheline_aligned;
} shared;

struct round {
	enum litmus_test test;
	bool stops;		/* the touch, see stop.c */
	bool syncs;		/* for the CPU, where else it would unmap */
	u32 look;		/* where in the buffer the daemon looks */
	u32 part, part_len;	/* of the buffer, that the driver syncs */
	struct bl_core *core;
	u64 iova;
	u32 size;
	u32 delay;		/* of the driver */
	u32 nr;
	u64 strays;		/* before the round */
	enum dma_data_direction dir;
};

/* The tests of misled.c, in which the other thread is another driver. */
static inline bool is_misled(enum litmus_test test)
{
	return test >= LITMUS_TWICE && test < LITMUS_NR;
}

/* The driver's buffer, and the address of the other driver's. */
static inline u8 *original(void)
{
	return phys_to_virt(cell_pa(0) + CELL_PAD);
}

static inline phys_addr_t second_pa(void)
{
	return cell_pa(1) + CELL_PAD;
}

void map_buffer(struct round *r);
void unmap_buffer(const struct round *r);

/*
 * Wait until ENDED(), but not for long: the thread that stops may hold a lock that the other one waits
 * for.  Yield once, since on a busy machine the other one may need this CPU.
 */
static inline void wait_a_while(bool (*ended)(void))
{
	u64 from = __builtin_ia32_rdtsc();

	while (!ended() && __builtin_ia32_rdtsc() - from < 100000)
		__builtin_ia32_pause();
	if (!ended())
		sched_yield();
}

/* Has the daemon of this round ended?  Relaxed: the answer orders nothing. */
static inline bool daemon_is_done(void)
{
	return __atomic_load_n(&shared.daemon.done, __ATOMIC_RELAXED) == shared.driver.go;
}

/*
 * stop.c: make a second domain; let the next copy stop; wait until the driver may go on;
 * wait until the second domain is not used; end it.
 */
void stop_begin(const struct config *config, u64 seed);
void stop_arm(void);
void stop_wait(void);
void stop_settle(void);
void stop_end(void);

/*
 * misled.c: around the rounds of a domain; before the race, what the other driver does, what the
 * driver does, the check after both.
 */
void misled_begin(u32 nr);
void misled_end(void);
void misled_prepare(struct round *r);
void misled_other(void);
void misled_driver(struct round *r);
void misled_check(struct round *r);

#endif
