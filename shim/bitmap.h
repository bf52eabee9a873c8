/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maps of many bits.  None of these functions is atomic, as in the kernel. */
#ifndef SHIM_BITMAP_H
#define SHIM_BITMAP_H

#include "bits.h"
#include "slab.h"

#define shim_map_bytes(bits)	(BITS_TO_LONGS(bits) * sizeof(long))

#define bitmap_alloc(bits, gfp)		((unsigned long *)kmalloc(shim_map_bytes(bits), gfp))
#define bitmap_zalloc(bits, gfp)	((unsigned long *)kzalloc(shim_map_bytes(bits), gfp))
#define bitmap_free(map)		kfree(map)
#define bitmap_zero(map, bits)		memset(map, 0, shim_map_bytes(bits))
#define bitmap_fill(map, bits)		memset(map, 0xff, shim_map_bytes(bits))
#define bitmap_copy(to, from, bits)	__builtin_memcpy(to, from, shim_map_bytes(bits))
#define bitmap_empty(map, bits)		(find_first_bit(map, bits) == (bits))
#define bitmap_full(map, bits)		(find_first_zero_bit(map, bits) == (bits))

static inline void bitmap_set(unsigned long *map, unsigned int from, unsigned int nr)
{
	for (; nr; nr--, from++)
		__set_bit(from, map);
}

static inline void bitmap_clear(unsigned long *map, unsigned int from, unsigned int nr)
{
	for (; nr; nr--, from++)
		__clear_bit(from, map);
}

static inline unsigned int bitmap_weight(const unsigned long *map, unsigned int bits)
{
	unsigned int sum = 0, at;

	for (at = 0; at + BITS_PER_LONG <= bits; at += BITS_PER_LONG)
		sum += hweight_long(map[BIT_WORD(at)]);
	for (; at < bits; at++)
		sum += test_bit(at, map);
	return sum;
}

static inline bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	unsigned int at;

	for (at = 0; at < bits; at++)
		if (test_bit(at, a) != test_bit(at, b))
			return false;
	return true;
}

static inline bool bitmap_intersects(const unsigned long *a, const unsigned long *b,
				     unsigned int bits)
{
	unsigned int at;

	for (at = 0; at < bits; at++)
		if (test_bit(at, a) && test_bit(at, b))
			return true;
	return false;
}

static inline void bitmap_or(unsigned long *to, const unsigned long *a, const unsigned long *b,
			     unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = a[i] | b[i];
}

static inline bool bitmap_and(unsigned long *to, const unsigned long *a, const unsigned long *b,
			      unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = a[i] & b[i];
	return !bitmap_empty(to, bits);
}

/* Return the first of @nr zeroes that follow each other, aligned; more than @bits if none do. */
static inline unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long bits,
						       unsigned long from, unsigned int nr,
						       unsigned long align_mask)
{
	unsigned long at, end;

	for (at = from; ; at = end + 1) {
		at = find_next_zero_bit(map, bits, at);
		at = (at + align_mask) & ~align_mask;
		if (at + nr > bits)
			return bits + 1;
		end = find_next_bit(map, at + nr, at);
		if (end >= at + nr)
			return at;
	}
}

#endif /* SHIM_BITMAP_H */
