/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's types, its words for the compiler, and its arithmetic. */
#ifndef SHIM_TYPES_H
#define SHIM_TYPES_H

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
#define OPTIMIZER_HIDE_VAR(v)	__asm__ ("" : "=r"(v) : "0"(v))
#define noinline	__attribute__((noinline))
#define __maybe_unused	__attribute__((unused))
#define __must_check	__attribute__((warn_unused_result))
#define __percpu
#define __acquires(lock)
#define __releases(lock)
#define __acquire(lock)	((void)0)
#define __release(lock)	((void)0)
#define fallthrough	__attribute__((fallthrough))
#define prefetch(p)	__builtin_prefetch(p)
#define prefetchw(p)	__builtin_prefetch(p, 1)

/* Inline functions of a header may be left unused, as in the kernel. */
#define inline		inline __attribute__((unused))
#undef __always_inline
#ifdef SHIM_COVERAGE	/* one copy of a function in each object, so that counts add up */
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
#define BUILD_BUG_ON(e)	_Static_assert(!(e), #e)
#ifndef static_assert
#define static_assert(e, ...) _Static_assert(e, #e)
#endif

/* --- numbers --------------------------------------------------------------- */

/* The kernel compiles these only if both sides have the same signedness. */
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
#define min3(a, b, c)		min(min(a, b), c)
#define max3(a, b, c)		max(max(a, b), c)
#define clamp_t(type, v, lo, hi) clamp((type)(v), (type)(lo), (type)(hi))
#define abs_diff(a, b)		((a) > (b) ? (a) - (b) : (b) - (a))
#define upper_32_bits(n)	((u32)((u64)(n) >> 32))
#define lower_32_bits(n)	((u32)(n))
#define sizeof_field(type, member)	sizeof(((type *)NULL)->member)
#define offsetofend(type, member)	(offsetof(type, member) + sizeof_field(type, member))

#define U8_MAX		((u8)~0U)
#define U16_MAX		((u16)~0U)
#define U32_MAX		((u32)~0U)
#define U64_MAX		((u64)~0ULL)

#define fls64(x)	((u64)(x) != 0 ? 64 - __builtin_clzll(x) : 0)
#define fls(x)		fls64((u32)(x))
#define fls_long(x)	fls64((unsigned long)(x))
#define __fls(x)	((unsigned long)(fls64(x) - 1))
#define ffs(x)		__builtin_ffs(x)
#define ffz(x)		__ffs(~(unsigned long)(x))
#define ilog2(n)	(fls64((u64)(n)) - 1)
#define order_base_2(n)	((n) > 1 ? fls64((u64)(n) - 1) : 0)
#define roundup_pow_of_two(n)	(1UL << order_base_2(n))
#define rounddown_pow_of_two(n)	(1UL << ilog2(n))
#define div_u64(n, d)		((u64)(n) / (u32)(d))
#define div64_u64(n, d)		((u64)(n) / (u64)(d))
#define __ffs(x)	((unsigned long)__builtin_ctzl(x))

/* --- DMA ------------------------------------------------------------------- */

enum dma_data_direction {
	DMA_BIDIRECTIONAL,
	DMA_TO_DEVICE,
	DMA_FROM_DEVICE,
	DMA_NONE,
};

#define DMA_MAPPING_ERROR	(~(dma_addr_t)0)

#endif /* SHIM_TYPES_H */
