/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random arguments for the ioctls of VDUSE. Most are nearly right, since nonsense gets no further
 * than the first check.
 */
#ifndef ARGS_H
#define ARGS_H

#include <stddef.h>
#include <stdint.h>

#include "rng.h"

#define WINDOW		(64ull << 20)	/* the default bounce_size */
#define FUZZ_NAMES	4		/* devices that are made are called fuzz0 to fuzz3 */

/* Bad addresses. */
#define KERNEL_ADDR	((void *)0xffff888000001000UL)
#define UNMAPPED_ADDR	((void *)0x10000UL)

/* Return a pointer to SIZE bytes, at most a page, behind which nothing is mapped. */
void *half_mapped(size_t size);

/* Return a number that is often at an edge of what is valid. */
uint64_t args_edge(struct rng *r);

/* Fill with words of edge values, with zeroes and a few of them, or with noise. */
void args_fill(struct rng *r, void *p, size_t size);

/* A call of ioctl(). */
struct args_call {
	unsigned long cmd;
	void *arg;
	int on_control;		/* else on a device */
};

/* Return a random call. Its argument is good until the next one. */
struct args_call args_next(struct rng *r);

#endif
