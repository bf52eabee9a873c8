/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `bouncelab micro`: what is asked of a run and what comes out of it, as plain structures
 * that the module, the native programs and the harness share.
 *
 * Times are ticks of the plane's clock; tick_khz says how long one is.
 */
#ifndef BL_MICRO_H
#define BL_MICRO_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
typedef unsigned int u32;
typedef unsigned long long u64;
#endif

#define MICRO_THREADS_MAX	64
#define MICRO_OUTSTANDING_MAX	1024
#define MICRO_SIZE_MAX		(128U << 10)	/* bytes: the largest that IOVA caches hold */
#define MICRO_PAGE		4096U

enum micro_flag {
	MICRO_REMOTE	= 1 << 0,	/* a neighbour touches and unmaps */
	MICRO_COLD	= 1 << 1,	/* no bounce page is there yet, at each mapping */
	MICRO_NO_TOUCH	= 1 << 2,	/* the daemon leaves the data alone */
	MICRO_VERIFY	= 1 << 3,	/* check the bytes; such a run is not for its times */
};

struct micro_config {
	u32 size;		/* bytes of a mapping, 1..MICRO_SIZE_MAX */
	u32 offset;		/* of a mapping in its page, 0..MICRO_PAGE - 1 */
	u32 threads;		/* 1..MICRO_THREADS_MAX, one CPU each */
	u32 outstanding;	/* mappings a thread holds at once, 1..MICRO_OUTSTANDING_MAX */
	u32 direction;		/* enum dma_data_direction, below DMA_NONE */
	u32 flags;		/* enum micro_flag */
	u32 slices;		/* timed parts, each of mappings and then of copies */
	u32 buffers;		/* originals of a thread, used in turn; >= outstanding */
	u32 stride;		/* bytes from one original to the next */
	u32 seed;
	u32 verify;		/* mappings that a thread looks at, unless three seconds are not
				   enough; 0 but for MICRO_VERIFY */
	u64 window;		/* bytes of streaming IOVA space */
	u64 warm_ns, slice_ns;	/* of each part: before it is timed, and timed */
};

/*
 * As fio's buckets, but finer: values below 512 have one each, above that 256 share a power
 * of two, so that a bucket's middle is within 1/512 of what is in it.  What is too large for
 * the last one is in the last one.
 */
#ifndef MICRO_BUCKET_BITS	/* fewer where a clock's steps and a real machine's noise are wide */
#define MICRO_BUCKET_BITS	8
#endif
#define MICRO_BUCKETS		(29U << MICRO_BUCKET_BITS)

static inline u32 micro_bucket(u64 value)
{
	u32 top = 63 - __builtin_clzll(value | 1), shift, bucket;

	if (top <= MICRO_BUCKET_BITS)
		return value;
	shift = top - MICRO_BUCKET_BITS;
	bucket = ((shift + 1) << MICRO_BUCKET_BITS) +
		 ((value >> shift) & ((1U << MICRO_BUCKET_BITS) - 1));
	return bucket < MICRO_BUCKETS ? bucket : MICRO_BUCKETS - 1;
}

/* Twice the middle of a bucket's values, which can be half a tick. */
static inline u64 micro_bucket_twice(u32 bucket)
{
	u32 in_group = bucket & ((1U << MICRO_BUCKET_BITS) - 1), shift;

	if (bucket < 2U << MICRO_BUCKET_BITS)
		return 2ULL * bucket;
	shift = (bucket >> MICRO_BUCKET_BITS) - 1;
	return ((2ULL * ((1U << MICRO_BUCKET_BITS) + in_group) + 1) << shift) - 1;
}

enum micro_what {
	MICRO_MAP,
	MICRO_UNMAP,
	MICRO_PAIR,	/* map and unmap of one mapping, added */
	MICRO_TURN,	/* from one unmap to the next of a thread: all that the loop does */
	MICRO_TOUCH,	/* by the daemon: page table, fault if there is no entry, access */
	MICRO_COPY,	/* one memcpy() of the same size, between the mappings' timed parts */
	MICRO_WHATS
};

/* Of one thread, or added up. */
struct micro_result {
	u64 operations;		/* mapped and unmapped, in the timed parts */
	u64 ticks;		/* of the timed parts of mappings */
	u64 copies;
	u64 failures;		/* maps that failed, in all parts */
	u64 mismatches;		/* mappings with wrong bytes, in all parts */
	u64 verified;		/* mappings whose bytes were looked at, in all parts */
	u64 bucket[MICRO_WHATS][MICRO_BUCKETS];
};

#endif /* BL_MICRO_H */
