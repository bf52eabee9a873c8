/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collector "memory": a process of its own that reads the module's counters every
 * GUEST_MEMORY_MS, and the slow path of the kernel's IOVA allocator by a probe.
 */
#ifndef BL_GUEST_MEMORY_H
#define BL_GUEST_MEMORY_H

#include "guest/outcome.h"

#define GUEST_MEMORY_MS	50

struct guest_memory;

/* NULL with the verdict failed. Of the stock module, which has no counters, only the probe. */
struct guest_memory *guest_memory_start(struct guest_run *r);

/*
 * Stop, and write memory.csv: "ms" since the start, and a column for each counter. In the
 * run's document: "iova_slow", the calls of alloc_iova(), which searches the tree. NULL is
 * fine.
 */
void guest_memory_stop(struct guest_memory *m, struct guest_run *r);

#endif
