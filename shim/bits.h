/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations on single bits, with the orders that the kernel's have. */
#ifndef SHIM_BITS_H
#define SHIM_BITS_H

#include "types.h"

#define BITS_PER_LONG	64
#define BIT(n)		(1UL << (n))
#define BIT_ULL(n)	(1ULL << (n))
#define BIT_MASK(n)	(1UL << ((n) % BITS_PER_LONG))
#define BIT_WORD(n)	((n) / BITS_PER_LONG)
#define BITS_TO_LONGS(n) DIV_ROUND_UP(n, BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]
#define GENMASK(h, l)	((~0UL << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))

static inline bool test_bit(long n, const unsigned long *map)
{
	return __atomic_load_n(map + BIT_WORD(n), __ATOMIC_RELAXED) & BIT_MASK(n);
}

static inline void set_bit(long n, unsigned long *map)
{
	__atomic_fetch_or(map + BIT_WORD(n), BIT_MASK(n), __ATOMIC_RELAXED);
}

static inline void clear_bit(long n, unsigned long *map)
{
	__atomic_fetch_and(map + BIT_WORD(n), ~BIT_MASK(n), __ATOMIC_RELAXED);
}

static inline void clear_bit_unlock(long n, unsigned long *map)
{
	__atomic_fetch_and(map + BIT_WORD(n), ~BIT_MASK(n), __ATOMIC_RELEASE);
}

static inline bool test_and_set_bit(long n, unsigned long *map)
{
	return __atomic_fetch_or(map + BIT_WORD(n), BIT_MASK(n), __ATOMIC_SEQ_CST) &
	       BIT_MASK(n);
}

static inline bool test_and_set_bit_lock(long n, unsigned long *map)
{
	return __atomic_fetch_or(map + BIT_WORD(n), BIT_MASK(n), __ATOMIC_ACQUIRE) &
	       BIT_MASK(n);
}

static inline bool test_and_clear_bit(long n, unsigned long *map)
{
	return __atomic_fetch_and(map + BIT_WORD(n), ~BIT_MASK(n), __ATOMIC_SEQ_CST) &
	       BIT_MASK(n);
}

static inline bool test_bit_acquire(long n, const unsigned long *map)
{
	return __atomic_load_n(map + BIT_WORD(n), __ATOMIC_ACQUIRE) & BIT_MASK(n);
}

static inline void change_bit(long n, unsigned long *map)
{
	__atomic_fetch_xor(map + BIT_WORD(n), BIT_MASK(n), __ATOMIC_RELAXED);
}

static inline void __set_bit(long n, unsigned long *map)
{
	map[BIT_WORD(n)] |= BIT_MASK(n);
}

static inline void __clear_bit(long n, unsigned long *map)
{
	map[BIT_WORD(n)] &= ~BIT_MASK(n);
}

static inline void __change_bit(long n, unsigned long *map)
{
	map[BIT_WORD(n)] ^= BIT_MASK(n);
}

static inline bool __test_and_set_bit(long n, unsigned long *map)
{
	bool was = map[BIT_WORD(n)] & BIT_MASK(n);

	__set_bit(n, map);
	return was;
}

static inline bool __test_and_clear_bit(long n, unsigned long *map)
{
	bool was = map[BIT_WORD(n)] & BIT_MASK(n);

	__clear_bit(n, map);
	return was;
}

#define assign_bit(n, map, v)	((v) ? set_bit(n, map) : clear_bit(n, map))
#define __assign_bit(n, map, v)	((v) ? __set_bit(n, map) : __clear_bit(n, map))

static inline unsigned long find_next_bit(const unsigned long *map,
					  unsigned long size, unsigned long from)
{
	for (; from < size; from++)
		if (test_bit(from, map))
			break;
	return min(from, size);
}

static inline unsigned long find_next_zero_bit(const unsigned long *map,
					       unsigned long size,
					       unsigned long from)
{
	for (; from < size; from++)
		if (!test_bit(from, map))
			break;
	return min(from, size);
}

#define find_first_bit(map, size)	find_next_bit(map, size, 0)
#define find_first_zero_bit(map, size)	find_next_zero_bit(map, size, 0)
#define for_each_set_bit(bit, map, size)				\
	for ((bit) = find_first_bit(map, size); (bit) < (size);		\
	     (bit) = find_next_bit(map, size, (bit) + 1))
#define for_each_clear_bit(bit, map, size)				\
	for ((bit) = find_first_zero_bit(map, size); (bit) < (size);	\
	     (bit) = find_next_zero_bit(map, size, (bit) + 1))

/* Return @size if no bit is set. */
static inline unsigned long find_last_bit(const unsigned long *map, unsigned long size)
{
	unsigned long at;

	for (at = size; at; at--)
		if (test_bit(at - 1, map))
			return at - 1;
	return size;
}

#define hweight8(w)	((unsigned int)__builtin_popcount((u8)(w)))
#define hweight16(w)	((unsigned int)__builtin_popcount((u16)(w)))
#define hweight32(w)	((unsigned int)__builtin_popcount((u32)(w)))
#define hweight64(w)	((unsigned long)__builtin_popcountll(w))
#define hweight_long(w)	hweight64(w)

#endif /* SHIM_BITS_H */
