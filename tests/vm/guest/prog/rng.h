/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers of the fuzzers: the same ones for the same seed. */
#ifndef RNG_H
#define RNG_H

#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline struct rng rng_of(uint64_t seed)
{
	return (struct rng){ .state = seed * 0x9e3779b97f4a7c15ULL | 1 };
}

static inline uint64_t rng_next(struct rng *r)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return r->state * 0x2545f4914f6cdd1dULL;
}

/* Return a number below N. */
static inline uint64_t rng_below(struct rng *r, uint64_t n)
{
	return (rng_next(r) >> 32) % n;
}

#endif
