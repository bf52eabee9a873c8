/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A second domain of the same strategy, as of a second device.  It lives and works while the tested
 * one does, with memory of its own, so that what a strategy keeps in a static variable, and not in
 * d->priv, goes wrong.  The model, the threads and the litmus test `apart` each have one.
 */
#ifndef TWIN_H
#define TWIN_H

#include "model.h"

#define TWIN_MOST	(32U * 1024)	/* bytes of a mapping */

struct twin {
	struct bl_core *core;	/* NULL: there is no second domain */
	struct twin_buf {
		bool live;
		enum dma_data_direction dir;
		u32 size, pattern;
		dma_addr_t iova;
	} bufs[NR_TWIN_CELLS];
	u64 touched;		/* the daemon has touched the pages before this */
	u8 mem[TWIN_MOST];
};

/* Make the second domain; nothing is done if no memory is left for it. */
void twin_begin(struct twin *twin, const struct config *config);

/*
 * Map one of its buffers, or let its device read and answer one and its driver unmap it; and let
 * its daemon touch a page that it has not touched before.
 */
void twin_use(struct twin *twin, u64 *random);

/* Unmap all, and destroy the second domain, if there is one. */
void twin_end(struct twin *twin);

/* Return CONFIG with a small window, if the strategy takes that: a domain is made quickly then. */
struct config twin_config(const struct config *config);

#endif /* TWIN_H */
