/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations that the parts of the program bugs share: one process drives and serves a device. */
#ifndef BUGS_H
#define BUGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blk.h"
#include "dmadrv/dmadrv.h"

#define NAME	"vduse0"
#define PAGE	4096u

enum { BIDI = 0, TO = 1, FROM = 2 };	/* enum dma_data_direction */
enum prefill { PREFILL_NONE, PREFILL_ZERO, PREFILL_COPY };

struct test {
	const char *strategy;
	enum prefill prefill;
	bool by_file;		/* the daemon uses pread() and pwrite() */
	bool direct;		/* no bounce: all of memory is the daemon's */
	bool revokes;
	uint64_t seed;
	unsigned int rounds;	/* of a race */
	bool large;		/* bounce pages of several slots */
	unsigned int granule;	/* bytes; the address space is given out in multiples of it */
	char detail[200];	/* says what was found */

	uint8_t *mem;		/* the driver's memory, DMADRV_MEM bytes */
	uint8_t *window;	/* the daemon's mapping of the window */
	int window_fd, dmadrv, daemon;
	uint64_t start, size;	/* the window */
};

/* A mapping of LEN bytes at OFFSET of the driver's memory. */
struct dma {
	uint32_t offset, len;
	int dir;
	uint64_t iova;
};

/* bugs-setup.c: a set-up that fails ends the program. */
void set_up(struct test *t, const char *options);
void take_down(struct test *t);
void choose(const char *options);
long counter(const char *name);

/* bugs-dma.c: the driver's half. */
int dma_map(struct test *t, struct dma *m, int flags);
void dma_unmap(struct test *t, const struct dma *m, int flags);
void dma_sync(struct test *t, const struct dma *m, uint32_t from, uint32_t len, bool to_device);
int dma_reset(struct test *t);
uint32_t dma_largest(struct test *t);	/* bytes that a mapping may have */
long dma_behind_config(struct test *t);	/* four bytes */
int dma_kick(struct test *t);		/* queue 0 */
int dma_generation(struct test *t);	/* of the configuration */
long dma_lowest_ring(struct test *t, uint32_t len);	/* page, where all are taken */

/*
 * Map at an address that was never given out before: the used ones are taken first and
 * kept until dma_unplug().
 */
int dma_map_fresh(struct test *t, struct dma *m);
void dma_unplug(struct test *t);

/* bugs-pin.c: go on on that CPU, if there is one, or on any with -1. */
void on_cpu(int cpu);

/* bugs-leak.c: is there a moment within 5 s at which the daemon has no access? */
bool shut(struct test *t, uint64_t iova);

/* The daemon's half. These return false after SIGBUS, or after an error with by_file. */
bool peek(struct test *t, uint64_t iova, void *buf, size_t len);
bool poke(struct test *t, uint64_t iova, const void *buf, size_t len);

/* Contents. A mark is 8 bytes of text, repeated. */
uint64_t next(uint64_t *state);
void fill_random(uint8_t *p, size_t len, uint64_t *state);
void fill_mark(uint8_t *p, size_t len, const char *mark);
long find_mark(const uint8_t *p, size_t len, const char *mark);
bool all_mark(const uint8_t *p, size_t len, const char *mark);
bool all_zero(const uint8_t *p, size_t len);
uint64_t now_ns(void);
void spin_ns(uint64_t ns);

/* A test returns its result, and explains it in t->detail. */
enum result { PASS, FAIL, NOT_PROMISED };
enum result found(struct test *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

typedef enum result bug_fn(struct test *t);

/* bugs-data.c */
bug_fn b1_shared_page, b2_sizes, b9_reset_storm, b10_kept_mapping, b11_reset_outstanding,
	b12_first_map, b16_sync;
/* bugs-device.c */
bug_fn generation, early_kick;
/* bugs-leak.c */
bug_fn b3_window, b4_neighbours, b5_direction, b6_stale, after_unmap;
/* bugs-pin.c */
bug_fn pinned;
/* bugs-pressure.c */
bug_fn drained, starved;
/* bugs-race.c */
bug_fn b7_fill_after_unmap, b8_unfilled, entered_twice;
/* bugs-memory.c */
bug_fn apart, b13_lost_pages, b14_rmmod, b15_private, b15_accounting, file_end, largest,
	mm_goes, pooled, b17_repeat_fault, each_allocator,
	mappings_left, ring_turns, rings_apart,
	user_memory;

#endif
