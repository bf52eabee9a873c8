/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the operations (model.c) and the episodes (episode.c).
 */
#ifndef OPS_H
#define OPS_H

#include <stdio.h>

#include "buf.h"
#include "twin.h"

#define NR_GONE 64

struct model {
	struct bl_core *core;
	bool explain, ending, raw, acted;
	u64 warnings;		/* before this episode */
	u8 scratch[MODEL_MAX_SIZE], before[2][MODEL_MAX_SIZE];
	int nested;		/* 1: in an interrupt */
	struct {		/* ranges that were unmapped since ->deferred ran */
		u64 iova, size;
	} gone[NR_GONE];
	unsigned int nr_gone;
	const struct op *op;	/* that is running */
	u32 interrupts;		/* that came while it did */
	/*
	 * The buffer whose unmap runs.  Where it has given the address back, an interrupt may get
	 * it; if that was too early, bytes of one mapping come to the other.
	 */
	const struct buf *unmapping;
	struct twin twin;
	const struct config *twin_config;	/* NULL: this episode has no second domain */
};

extern struct model m;

#define say_more(...)				\
do {						\
	if (unlikely(m.explain))		\
		printf(__VA_ARGS__);		\
} while (0)

/* Note that an operation applies.  Each such operation calls this once. */
#define say(...)				\
do {						\
	m.acted = true;				\
	if (m.ending)				\
		say_more("   end  ");		\
	else					\
		say_more("  %4llu  ", finding->step + 1); \
	say_more(__VA_ARGS__);			\
} while (0)

void op_run(const struct op *op);

/* Is anything mapped in the page of IOVA? */
bool page_is_mapped(u64 iova);

/* Forget a buffer that is unmapped: after this nothing may touch its original. */
void forget(struct buf *b);

/* stray.c */
void op_stray(const struct op *op);
void stray_sync(void);		/* of the end of the window, if nothing is mapped there */
void take_back(void);		/* as the core does it, with next_mapping */

/* twin.c */
void op_twin(const struct op *op);

/* interrupt.c */
void interrupts_on(void);
void interrupts_off(void);

/* refill.c: fill, empty and fill again a window of a strategy with addresses of its own */
void refill_run(const struct config *of_episode, u64 seed);

/* pin.c */
void op_pin(const struct op *op);
void pin_deferred(void);	/* after the worker */
void pin_release(void);
void pin_reset(void);		/* for a new domain */

#endif /* OPS_H */
