/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `bouncelab micro`: the configuration and the result of a run, as plain structures
 * that the module, the native programs and the harness share.
 *
 * Times are ticks of the plane's clock; tick_khz is its rate.
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
#define MICRO_SIZE_MAX		(128U << 10)	/* bytes, the largest range of IOVA caches */
#define MICRO_PAGE		4096U

enum micro_flag {
	MICRO_REMOTE	= 1 << 0,	/* the next thread touches and unmaps */
	MICRO_COLD	= 1 << 1,	/* each mapping finds no bounce page */
	MICRO_NO_TOUCH	= 1 << 2,	/* the daemon does not touch the data */
	MICRO_VERIFY	= 1 << 3,	/* check the bytes; the times of such a run mean nothing */
};

struct micro_config {
	u32 size;		/* bytes of a mapping, 1..MICRO_SIZE_MAX */
	u32 offset;		/* of a mapping in its page, 0..MICRO_PAGE - 1 */
	u32 threads;		/* 1..MICRO_THREADS_MAX, one CPU each */
	u32 outstanding;	/* mappings that a thread holds at once, 1..MICRO_OUTSTANDING_MAX */
	u32 direction;		/* enum dma_data_direction, below DMA_NONE */
	u32 flags;		/* enum micro_flag */
	u32 slices;		/* timed parts, each of mappings and then of copies */
	u32 buffers;		/* originals of a thread, which uses them in turn; >= outstanding */
	u32 stride;		/* bytes from one original to the next */
	u32 step;		/* originals from one mapping to the next, 1..buffers */
	u32 seed;
	u32 verify;		/* mappings that a thread checks, unless as many maps of all
				   threads fail; 0 but for MICRO_VERIFY */
	u64 window;		/* bytes of streaming IOVA space */
	u64 warm_ns, slice_ns;	/* of each part: untimed, then timed */
};

/*
 * Buckets as in fio, but finer: each value below 512 has its own, and above that 256 buckets
 * share a power of two, so that a bucket's middle is within 1/512 of its values.  The last
 * bucket also has all larger values.
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

/* Return twice the middle of a bucket's values, since the middle can be half a tick. */
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
	MICRO_PAIR,	/* the sum of map and unmap of one mapping */
	MICRO_TURN,	/* from one unmap of a thread to its next: one turn of the loop */
	MICRO_TOUCH,	/* the daemon's access, with a fault if its page table has no entry */
	MICRO_COPY,	/* one memcpy() of the same size, in parts of its own */
	MICRO_TOTAL,	/* the sum of map, touch and unmap of one mapping */
	MICRO_DEFER,	/* one run of the work that the strategy deferred, where it is timed */
	MICRO_WHATS
};

/* The result of one thread, or the sum of several. */
struct micro_result {
	u64 operations;		/* mappings that were mapped and unmapped in timed parts */
	u64 ticks;		/* of the timed parts of mappings */
	u64 copies;
	u64 failures;		/* maps that failed, in all parts */
	u64 mismatches;		/* mappings with wrong bytes, in all parts */
	u64 verified;		/* mappings whose bytes were checked, in all parts */
	u64 bucket[MICRO_WHATS][MICRO_BUCKETS];
	/* The same where map, touch and unmap do nothing: the cost of the loop and the clock. */
	u64 floor[MICRO_WHATS][MICRO_BUCKETS];
};

#endif /* BL_MICRO_H */
