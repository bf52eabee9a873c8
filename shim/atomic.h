/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single accesses, barriers and atomics.
 *
 * The orders are those of C11, which promise no less than the kernel's names do.  On x86
 * both become the same instructions, except that the kernel's relaxed atomics that return
 * a value are full barriers.  READ_ONCE() and WRITE_ONCE() take at most a machine word.
 *
 * ThreadSanitizer knows no fences.  Under it a barrier is a read and write of one shared
 * word: a later barrier of any thread is ordered after an earlier one, which is more than
 * the kernel's barrier promises.  READ_ONCE() of a pointer is an acquire there, in place
 * of the address dependency.
 */
#ifndef SHIM_ATOMIC_H
#define SHIM_ATOMIC_H

#include "types.h"
#ifdef SHIM_STEP
#include "thread.h"
#endif

#if defined(__SANITIZE_THREAD__)
extern unsigned int shim_fence;
#define shim_fence_rmw()	((void)__atomic_fetch_add(&shim_fence, 1, __ATOMIC_SEQ_CST))
#define smp_mb()	shim_fence_rmw()
#define smp_rmb()	shim_fence_rmw()
/*
 * ThreadSanitizer cannot tell that this orders stores only.  To hand over loads as well, a
 * strategy needs a release.
 */
#define smp_wmb()	barrier()
/* 5 is the compiler's class of pointer types. */
#define READ_ONCE(x)							\
	__atomic_load_n(&(x), __builtin_classify_type(x) == 5 ?		\
			      __ATOMIC_ACQUIRE : __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#else
#define smp_mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()	__atomic_thread_fence(__ATOMIC_RELEASE)
#define READ_ONCE(x)	(*(const volatile typeof(x) *)&(x))
#if defined(SHIM_STEP) && defined(SHIM_STRATEGY)
/* The compiler leaves out the call before a store to what was just loaded, see step.c. */
#define WRITE_ONCE(x, v)						\
do {									\
	shim_step();							\
	*(volatile typeof(x) *)&(x) = (v);				\
} while (0)
#else
#define WRITE_ONCE(x, v) do { *(volatile typeof(x) *)&(x) = (v); } while (0)
#endif
#endif

#define smp_mb__before_atomic()		smp_mb()
#define smp_mb__after_atomic()		smp_mb()
#define smp_mb__after_spinlock()	smp_mb()
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, (v), __ATOMIC_RELEASE)
#define smp_store_mb(x, v)	do { WRITE_ONCE(x, v); smp_mb(); } while (0)

#ifdef SHIM_CHECKED
/* Called, if set, between the reading of the old value and the exchange, in any thread. */
extern void (*shim_before_exchange)(void);
#define shim_exchange_comes()						\
do {									\
	if (unlikely(shim_before_exchange))				\
		shim_before_exchange();					\
} while (0)
#else
#define shim_exchange_comes()	((void)0)
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
static inline c t##_fetch_sub(c i, t##_t *v)					\
{ return __atomic_fetch_sub(&v->counter, i, __ATOMIC_SEQ_CST); }		\
static inline c t##_fetch_dec(t##_t *v) { return t##_fetch_sub(1, v); }		\
static inline bool t##_sub_and_test(c i, t##_t *v)				\
{ return !t##_sub_return(i, v); }						\
static inline bool t##_inc_and_test(t##_t *v) { return !t##_inc_return(v); }	\
static inline void t##_or(c i, t##_t *v)					\
{ __atomic_fetch_or(&v->counter, i, __ATOMIC_RELAXED); }			\
static inline void t##_and(c i, t##_t *v)					\
{ __atomic_fetch_and(&v->counter, i, __ATOMIC_RELAXED); }			\
static inline void t##_andnot(c i, t##_t *v) { t##_and(~i, v); }		\
static inline c t##_fetch_or(c i, t##_t *v)					\
{ return __atomic_fetch_or(&v->counter, i, __ATOMIC_SEQ_CST); }			\
static inline c t##_fetch_and(c i, t##_t *v)					\
{ return __atomic_fetch_and(&v->counter, i, __ATOMIC_SEQ_CST); }		\
static inline c t##_fetch_andnot(c i, t##_t *v) { return t##_fetch_and(~i, v); } \
static inline bool t##_add_unless(t##_t *v, c i, c unless)			\
{										\
	c o = t##_read(v);							\
										\
	do {									\
		if (o == unless)						\
			return false;						\
	} while (!t##_try_cmpxchg(v, &o, o + i));				\
	return true;								\
}										\
static inline bool t##_inc_not_zero(t##_t *v) { return t##_add_unless(v, 1, 0); } \
static inline c t##_dec_if_positive(t##_t *v)					\
{										\
	c o = t##_read(v);							\
										\
	do {									\
		if (o <= 0)							\
			break;							\
	} while (!t##_try_cmpxchg(v, &o, o - 1));				\
	return o - 1;								\
}										\
static inline c t##_dec_return_release(t##_t *v)				\
{ return __atomic_sub_fetch(&v->counter, 1, __ATOMIC_RELEASE); }		\
static inline c t##_inc_return_acquire(t##_t *v)				\
{ return __atomic_add_fetch(&v->counter, 1, __ATOMIC_ACQUIRE); }

SHIM_ATOMIC(atomic, int)
SHIM_ATOMIC(atomic64, s64)
SHIM_ATOMIC(atomic_long, long)

#define ATOMIC_INIT(i)		{ (i) }
#define ATOMIC64_INIT(i)	{ (i) }
#define ATOMIC_LONG_INIT(i)	{ (i) }

#endif /* SHIM_ATOMIC_H */
