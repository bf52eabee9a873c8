/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small generator: the same numbers on every machine. */
#ifndef SHIM_RANDOM_H
#define SHIM_RANDOM_H

#include "types.h"

/**
 * random_next() - draw 64 random bits
 * @state: the generator, set to a seed to begin with
 */
static inline u64 random_next(u64 *state)
{
	u64 x = *state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/**
 * random_below() - draw a number from 0 to @n - 1
 * @state: the generator
 * @n: how many numbers there are
 */
static inline u32 random_below(u64 *state, u32 n)
{
	return (u32)(((random_next(state) >> 32) * n) >> 32);
}

#endif /* SHIM_RANDOM_H */
