/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of the loop of `bouncelab micro`, for loop.h and for the planes.  The file that
 * includes this has defined struct micro_plane: what the plane keeps of a thread.
 */
#ifndef BL_MICRO_LOOP_TYPES_H
#define BL_MICRO_LOOP_TYPES_H

#include "uapi/micro.h"

#define MICRO_FAILED	(~(u64)0)	/* an IOVA: the mapping failed */

/* A mapping that a thread holds. */
struct micro_held {
	u64 iova;
	u32 buffer, mark;
	u64 map_ticks;
	bool timed;
};

/*
 * Mappings on their way from the thread that maps to the one that unmaps.  Each end has
 * cache lines of its own: reading the other end's position costs a miss, and is done only
 * when the ring seems full or empty.
 */
struct micro_ring {
	struct {
		u32 put, seen_taken;
	} ____cacheline_aligned in;
	struct {
		u32 taken, seen_put;
	} ____cacheline_aligned out;
	struct micro_held held[MICRO_OUTSTANDING_MAX] ____cacheline_aligned;
};

struct micro_shared {		/* threads poll these: each has a cache line */
	atomic_t met ____cacheline_aligned;
	atomic_t warm ____cacheline_aligned;
	atomic_t through ____cacheline_aligned;
	atomic_t failed;	/* MICRO_VERIFY: maps that failed, in all threads */
	u32 stop;		/* MICRO_COLD: thread 0 writes it between two meetings */
	u32 ended;		/* 0, or 1 + the first slice that is left out; thread 0 writes it */
};

/**
 * struct micro_worker - one thread of a run
 * @config:   the run's configuration; the plane sets it
 * @shared:   what all threads poll; the plane sets it
 * @in:       ring of the mappings that this thread unmaps; the plane sets it
 * @out:      ring of the mappings that this thread makes: @in, except with MICRO_REMOTE;
 *            the plane sets it
 * @nr:       0..threads - 1; the plane sets it
 * @tick_khz: ticks of the clock per millisecond; the plane sets it
 * @meetings: meetings of all threads so far
 * @parts:    parts so far
 * @buffer:   the original that the next turn uses
 * @turn:     the place that the next copy uses
 * @mark:     the last mark that a buffer was filled from
 * @timed:    the thread is in the timed part
 * @now:      the clock's last reading, in ticks
 * @unmapped: the clock at the last unmap, 0 in a part's first turn
 * @plane:    what the plane keeps
 * @result:   what the thread has measured
 */
struct micro_worker {
	const struct micro_config *config;
	struct micro_shared *shared;
	struct micro_ring *in, *out;
	u32 nr;
	u32 tick_khz;
	u32 meetings, parts;
	u32 buffer, turn, mark;
	bool timed;
	u64 now;
	u64 unmapped;
	struct micro_plane plane;
	struct micro_result result ____cacheline_aligned;
};

#endif /* BL_MICRO_LOOP_TYPES_H */
