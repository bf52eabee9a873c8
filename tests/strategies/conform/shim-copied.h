/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What means the same here as in the kernel: types, arithmetic, barriers,
 * atomics, bit operations.
 *
 * Left out: READ_ONCE() of more than a machine word.  The orders are those of
 * C11, which promise no less than the kernel's names do; on x86 both become the
 * same instructions, except that relaxed atomics that return a value are full
 * barriers there in any case.
 *
 * Under ThreadSanitizer, which knows no fences, a barrier is a read and write
 * of one shared word: whoever comes later is ordered after whoever came before,
 * which is more than the kernel's barrier promises.  A READ_ONCE() of a pointer
 * is an acquire there, in place of the address dependency.
 */
#ifndef SHIM_COPIED_H
#define SHIM_COPIED_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;
typedef u64 dma_addr_t;
typedef u64 phys_addr_t;
typedef unsigned int gfp_t;

/* --- the compiler ---------------------------------------------------------- */

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define barrier()	__asm__ __volatile__("" ::: "memory")
#define noinline	__attribute__((noinline))
#define __maybe_unused	__attribute__((unused))
#define __must_check	__attribute__((warn_unused_result))
#define __percpu
#define fallthrough	__attribute__((fallthrough))

/* As the kernel's: inline functions of a header may be left unused. */
#define inline		inline __attribute__((unused))
#undef __always_inline
#ifdef SHIM_COVERAGE	/* one copy of a function per object, so that counts add up */
#define __always_inline	inline
#else
#define __always_inline	inline __attribute__((always_inline))
#endif

#define SMP_CACHE_BYTES	64
#define ____cacheline_aligned		__attribute__((aligned(SMP_CACHE_BYTES)))
#define ____cacheline_aligned_in_smp	____cacheline_aligned
#define __cacheline_aligned		____cacheline_aligned

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define struct_size(p, member, n) (sizeof(*(p)) + sizeof((p)->member[0]) * (n))
#define BUILD_BUG_ON(e)	_Static_assert(!(e), #e)
#ifndef static_assert
#define static_assert(e, ...) _Static_assert(e, #e)
#endif

/* --- numbers --------------------------------------------------------------- */

/* Both sides of one signedness, or it does not compile in the kernel. */
#define min(a, b) ({ __auto_type a_ = (a); __auto_type b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b) ({ __auto_type a_ = (a); __auto_type b_ = (b); a_ > b_ ? a_ : b_; })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define clamp(v, lo, hi)  min(max(v, lo), hi)
#define swap(a, b) do { __auto_type t_ = (a); (a) = (b); (b) = t_; } while (0)

#define ALIGN(x, a)		(((x) + ((typeof(x))(a) - 1)) & ~((typeof(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((typeof(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((typeof(x))(a) - 1)) == 0)
#define round_up(x, a)		ALIGN(x, a)
#define round_down(x, a)	ALIGN_DOWN(x, a)
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d)	DIV_ROUND_UP((unsigned long long)(n), d)
#define is_power_of_2(n)	((n) && !((n) & ((n) - 1)))

#define U32_MAX		((u32)~0U)
#define U64_MAX		((u64)~0ULL)

#define fls64(x)	((u64)(x) != 0 ? 64 - __builtin_clzll(x) : 0)
#define ilog2(n)	(fls64((u64)(n)) - 1)
#define order_base_2(n)	((n) > 1 ? fls64((u64)(n) - 1) : 0)
#define roundup_pow_of_two(n)	(1UL << order_base_2(n))
#define rounddown_pow_of_two(n)	(1UL << ilog2(n))
#define div_u64(n, d)		((u64)(n) / (u32)(d))
#define __ffs(x)	((unsigned long)__builtin_ctzl(x))

/* --- single accesses and barriers ------------------------------------------ */

#if defined(__SANITIZE_THREAD__)
extern unsigned int shim_fence;
#define shim_fence_rmw()	((void)__atomic_fetch_add(&shim_fence, 1, __ATOMIC_SEQ_CST))
#define smp_mb()	shim_fence_rmw()
#define smp_rmb()	shim_fence_rmw()
/* Orders stores only, which TSan cannot tell: who hands over loads, too, needs a release. */
#define smp_wmb()	barrier()
/* 5: the compiler's class of pointer types. */
#define READ_ONCE(x)							\
	__atomic_load_n(&(x), __builtin_classify_type(x) == 5 ?		\
			      __ATOMIC_ACQUIRE : __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#else
#define smp_mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()	__atomic_thread_fence(__ATOMIC_RELEASE)
#define READ_ONCE(x)	(*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v) do { *(volatile typeof(x) *)&(x) = (v); } while (0)
#endif

#define smp_mb__before_atomic()		smp_mb()
#define smp_mb__after_atomic()		smp_mb()
#define smp_mb__after_spinlock()	smp_mb()
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, (v), __ATOMIC_RELEASE)
#define smp_store_mb(x, v)	do { WRITE_ONCE(x, v); smp_mb(); } while (0)

/* If set, what comes between reading the old value and the exchange, in any thread. */
#ifndef shim_exchange_comes
extern void (*shim_before_exchange)(void);
#define shim_exchange_comes()						\
do {									\
	if (unlikely(shim_before_exchange))				\
		shim_before_exchange();					\
} while (0)
#endif

#define shim_cmpxchg(p, old, new, order)				\
({									\
	typeof(*(p)) old_ = (old), new_ = (new);			\
									\
	shim_exchange_comes();						\
	__atomic_compare_exchange_n(p, &old_, new_, false, order,	\
				    (order) == __ATOMIC_RELEASE ?	\
				    __ATOMIC_RELAXED : (order));	\
	old_;								\
})
#define cmpxchg(p, o, n)	 shim_cmpxchg(p, o, n, __ATOMIC_SEQ_CST)
#define cmpxchg_acquire(p, o, n) shim_cmpxchg(p, o, n, __ATOMIC_ACQUIRE)
#define cmpxchg_release(p, o, n) shim_cmpxchg(p, o, n, __ATOMIC_RELEASE)
#define cmpxchg_relaxed(p, o, n) shim_cmpxchg(p, o, n, __ATOMIC_RELAXED)

#define shim_try_cmpxchg(p, oldp, new, order)				\
({									\
	typeof(*(p)) new_ = (new);					\
									\
	shim_exchange_comes();						\
	__atomic_compare_exchange_n(p, oldp, new_, false, order,	\
				    __ATOMIC_RELAXED);			\
})
#define try_cmpxchg(p, o, n)	     shim_try_cmpxchg(p, o, n, __ATOMIC_SEQ_CST)
#define try_cmpxchg_acquire(p, o, n) shim_try_cmpxchg(p, o, n, __ATOMIC_ACQUIRE)

#define xchg(p, v)		__atomic_exchange_n(p, (v), __ATOMIC_SEQ_CST)
#define xchg_acquire(p, v)	__atomic_exchange_n(p, (v), __ATOMIC_ACQUIRE)
#define xchg_release(p, v)	__atomic_exchange_n(p, (v), __ATOMIC_RELEASE)
#define xchg_relaxed(p, v)	__atomic_exchange_n(p, (v), __ATOMIC_RELAXED)

/* --- atomic types ---------------------------------------------------------- */

#define SHIM_ATOMIC(t, c)							\
typedef struct { c counter; } t##_t;						\
static inline c t##_read(const t##_t *v)					\
{ return __atomic_load_n(&v->counter, __ATOMIC_RELAXED); }			\
static inline c t##_read_acquire(const t##_t *v)				\
{ return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE); }			\
static inline void t##_set(t##_t *v, c i)					\
{ __atomic_store_n(&v->counter, i, __ATOMIC_RELAXED); }				\
static inline void t##_set_release(t##_t *v, c i)				\
{ __atomic_store_n(&v->counter, i, __ATOMIC_RELEASE); }				\
static inline void t##_add(c i, t##_t *v)					\
{ __atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED); }			\
static inline void t##_sub(c i, t##_t *v)					\
{ __atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED); }			\
static inline void t##_inc(t##_t *v) { t##_add(1, v); }				\
static inline void t##_dec(t##_t *v) { t##_sub(1, v); }				\
static inline c t##_add_return(c i, t##_t *v)					\
{ return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST); }		\
static inline c t##_sub_return(c i, t##_t *v)					\
{ return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST); }		\
static inline c t##_inc_return(t##_t *v) { return t##_add_return(1, v); }	\
static inline c t##_dec_return(t##_t *v) { return t##_sub_return(1, v); }	\
static inline bool t##_dec_and_test(t##_t *v) { return !t##_dec_return(v); }	\
static inline c t##_fetch_add(c i, t##_t *v)					\
{ return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST); }		\
static inline c t##_fetch_inc(t##_t *v) { return t##_fetch_add(1, v); }		\
static inline c t##_xchg(t##_t *v, c i) { return xchg(&v->counter, i); }	\
static inline c t##_cmpxchg(t##_t *v, c o, c n)					\
{ return cmpxchg(&v->counter, o, n); }						\
static inline bool t##_try_cmpxchg(t##_t *v, c *o, c n)				\
{ return try_cmpxchg(&v->counter, o, n); }					\
static inline c t##_dec_return_release(t##_t *v)				\
{ return __atomic_sub_fetch(&v->counter, 1, __ATOMIC_RELEASE); }		\
static inline c t##_inc_return_acquire(t##_t *v)				\
{ return __atomic_add_fetch(&v->counter, 1, __ATOMIC_ACQUIRE); }

SHIM_ATOMIC(atomic, int)
SHIM_ATOMIC(atomic64, s64)
SHIM_ATOMIC(atomic_long, long)

#define ATOMIC_INIT(i)	{ (i) }

/* --- bits ------------------------------------------------------------------ */

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

static inline void __set_bit(long n, unsigned long *map)
{
	map[BIT_WORD(n)] |= BIT_MASK(n);
}

static inline void __clear_bit(long n, unsigned long *map)
{
	map[BIT_WORD(n)] &= ~BIT_MASK(n);
}

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

/* --- DMA ------------------------------------------------------------------- */

enum dma_data_direction {
	DMA_BIDIRECTIONAL,
	DMA_TO_DEVICE,
	DMA_FROM_DEVICE,
	DMA_NONE,
};

#define DMA_MAPPING_ERROR	(~(dma_addr_t)0)

#endif /* SHIM_COPIED_H */
