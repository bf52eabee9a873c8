/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run of `bouncelab micro` in the kernel: what micro.c sets up and plane.c works on. */
#ifndef BL_MICRO_PLANE_H
#define BL_MICRO_PLANE_H

#include <linux/completion.h>
#include <linux/types.h>

#include "core/dma-device.h"
#include "core/domain.h"

struct original {
	struct page *page;
	u32 offset;		/* in page */
};

/* The plane's state of a thread. */
struct micro_plane {
	const struct dma_map_ops *ops;
	const struct dma_map_ops *nothing;	/* micro_nothing_ops, which no compiler sees here */
	struct device *dev;
	unsigned long user;	/* the daemon's address of IOVA 0, which it may not have mapped */
	struct original *original;
	struct page **place;	/* targets of copies, each contiguous */
	u8 *scratch;		/* MICRO_VERIFY: bytes on their way from and to the daemon */
	struct run *run;
	struct page **block;	/* the originals are in these */
	u32 nr_blocks;
	size_t block_size;
};

#include "micro/loop-types.h"

struct run {
	struct micro_config config;
	struct micro_shared shared;
	struct bl_domain *d;
	struct bl_vdpa vdpa;	/* never registered: the DMA operations find D by it */
	phys_addr_t top;	/* above all originals */

	struct mm_struct *mm;	/* of the caller, who waits */
	unsigned long mapped;	/* address of the domain's file in it, or 0 */
	size_t mapped_len;

	bool stop;		/* the threads end soon; the results are worth nothing */
	int error;		/* of the thread that calls micro_renew() */
	atomic_t running;
	struct completion done;
	struct task_struct *task[MICRO_THREADS_MAX];
	struct micro_worker *worker[MICRO_THREADS_MAX];
	struct micro_ring *ring[MICRO_THREADS_MAX];
};

/* Choose the clock of a run.  Return its rate in kHz.  Process context. */
u32 micro_choose_clock(void);

/* Return the ticks between two readings in a row, a median of many, or 0 without memory. */
u32 micro_measure_clock(void);

/*
 * Map the domain's file in the memory of the current process, which plays the daemon.
 * Return 0 or an error.  May sleep.
 */
int micro_map_daemon(struct run *run);
void micro_unmap_daemon(struct run *run);

/* Operations that do nothing, called as those of a strategy are. */
extern const struct dma_map_ops micro_nothing_ops;

/* Run the loop of one thread, which has the daemon's memory. */
void micro_run_worker(struct micro_worker *w);

#endif /* BL_MICRO_PLANE_H */
