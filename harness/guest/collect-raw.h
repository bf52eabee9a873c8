/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collectors "stages" and "holds": events as they are, with timestamps, in the kernel's
 * ring buffer, which is read when the run is over. What did not fit is counted by the kernel,
 * and makes the run invalid.
 */
#ifndef BL_GUEST_RAW_H
#define BL_GUEST_RAW_H

#include "guest/outcome.h"

struct guest_raw;

/* Events of @collect, of COLLECT_RAW. NULL with the verdict failed. */
struct guest_raw *guest_raw_start(struct guest_run *r, unsigned int collect);

/*
 * Stop, and leave trace.dat, as trace-cmd writes and reads it, with the events in its buffer
 * instance TRACE_INSTANCE (trace-events.h); in the run's document "raw": "lost", "buffer_mb",
 * "request_bytes" (of struct request: what virtio-blk calls its own follows it in memory).
 * NULL is fine.
 */
void guest_raw_stop(struct guest_raw *w, struct guest_run *r);

#endif
