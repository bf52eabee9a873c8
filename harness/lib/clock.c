// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/clock.h"
#include "lib/util.h"

#include <limits.h>
#include <x86intrin.h>

#define TRIES	8

void bl_read_clock(struct bl_clock *c)
{
	unsigned long long least = ULLONG_MAX;

	for (int i = 0; i < TRIES; i++) {
		unsigned long long before = __rdtsc(), took;
		double mono = bl_mono();

		took = __rdtsc() - before;
		if (took >= least)
			continue;
		least = took;
		c->mono = mono;
		c->ticks = before + took / 2;
	}
}

double bl_find_khz(const struct bl_clock *a, const struct bl_clock *b)
{
	double ms = 1000 * (b->mono - a->mono);

	return ms > 0 ? (double)(long long)(b->ticks - a->ticks) / ms : 0;
}
