/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Per-CPU data.  The parts of all allocations have one size and lie at equal distances, so
 * that a thread finds the part of its CPU by its own offset, as in the kernel.
 */
#ifndef SHIM_PERCPU_H
#define SHIM_PERCPU_H

#include "slab.h"
#include "thread.h"

#ifdef SHIM_CHECKED
#define SHIM_PERCPU_PART	4096UL	/* bytes, at least those of one allocation */
#define shim_this_cpu()		((unsigned long)smp_processor_id() * SHIM_PERCPU_PART)
#define shim_cpu_part(cpu)	(shim_possible_cpu(cpu) * SHIM_PERCPU_PART)
#else
#define SHIM_PERCPU_PART	(64UL << 10)	/* bytes, at least those of all allocations */
#define shim_this_cpu()		(shim_self.percpu)
#define shim_cpu_part(cpu)	((cpu) * SHIM_PERCPU_PART)
#endif

/**
 * shim_percpu_alloc() - allocate zeroed memory for each CPU
 * @size: bytes of one CPU's part
 *
 * Fast, one thread may call this at a time.  Return: the part of CPU 0, or NULL.
 */
void *shim_percpu_alloc(size_t size);

/**
 * shim_percpu_free() - free what shim_percpu_alloc() has returned
 * @p: the part of CPU 0
 * @size: the size that was asked for
 */
void shim_percpu_free(void *p, size_t size);

/**
 * shim_set_cpu() - put the running thread on a CPU
 * @cpu: the CPU's number; shim_nth_cpu() has those that there are
 */
static inline void shim_set_cpu(u32 cpu)
{
	shim_self.cpu = cpu;
	shim_self.percpu = shim_cpu_part(cpu);
}

#define alloc_percpu(type)	((type *)shim_percpu_alloc(sizeof(type)))
#define free_percpu(p)		shim_percpu_free(p, sizeof(*(p)))
#define shim_per_cpu(p, bytes)	((typeof(p))((char *)(p) + (bytes)))
#define per_cpu_ptr(p, cpu)	shim_per_cpu(p, shim_cpu_part(cpu))
#define raw_cpu_ptr(p)		shim_per_cpu(p, shim_self.percpu)
#define this_cpu_ptr(p)		shim_per_cpu(p, shim_this_cpu())
#define alloc_percpu_gfp(type, gfp) alloc_percpu(type)
#define get_cpu_ptr(p)		({ preempt_disable(); this_cpu_ptr(p); })
#define put_cpu_ptr(p)		do { (void)(p); preempt_enable(); } while (0)

/*
 * As in the kernel, each of these is one instruction, which an interrupt does not divide, and has
 * no lock prefix, which would be a barrier that a strategy lacks.  @x has 1, 2, 4 or 8 bytes.
 */
#define shim_cpu_op(op, p, n)						\
do {									\
	switch (sizeof(*(p))) {						\
	case 1:	__asm__ volatile(op "b %b1, %0" : "+m"(*(p)) : "qi"(n)); break; \
	case 2:	__asm__ volatile(op "w %w1, %0" : "+m"(*(p)) : "ri"(n)); break; \
	case 4:	__asm__ volatile(op "l %k1, %0" : "+m"(*(p)) : "ri"(n)); break; \
	default: __asm__ volatile(op "q %q1, %0" : "+m"(*(p)) : "re"((u64)(n))); break; \
	}								\
} while (0)

/* Add N and return the sum. */
#define shim_cpu_add_return(p, n)					\
({									\
	typeof(*(p)) sum_ = (n);					\
									\
	shim_cpu_exchange_op("xadd", p, sum_);				\
	sum_ + (typeof(*(p)))(n);					\
})
#define shim_cpu_exchange_op(op, p, v)					\
	__asm__ volatile(op " %0, %1" : "+r"(v), "+m"(*(p)) : : "memory", "cc")

#define shim_cpu_cmpxchg(p, old, new)					\
({									\
	typeof(*(p)) old_ = (old), new_ = (new);			\
									\
	__asm__ volatile("cmpxchg %2, %1" : "+a"(old_), "+m"(*(p)) : "r"(new_) : "memory", "cc"); \
	old_;								\
})

#define shim_cpu_xchg(p, v)						\
({									\
	typeof(*(p)) was_, seen_ = READ_ONCE(*(p));			\
									\
	do {								\
		was_ = seen_;						\
		seen_ = shim_cpu_cmpxchg(p, was_, v);			\
	} while (seen_ != was_);					\
	was_;								\
})

#define this_cpu_add(x, n)	shim_cpu_op("add", raw_cpu_ptr(&(x)), n)
#define this_cpu_sub(x, n)	shim_cpu_op("sub", raw_cpu_ptr(&(x)), n)
#define this_cpu_and(x, n)	shim_cpu_op("and", raw_cpu_ptr(&(x)), n)
#define this_cpu_or(x, n)	shim_cpu_op("or", raw_cpu_ptr(&(x)), n)
#define this_cpu_inc(x)		this_cpu_add(x, 1)
#define this_cpu_dec(x)		this_cpu_sub(x, 1)
#define this_cpu_read(x)	READ_ONCE(*raw_cpu_ptr(&(x)))
#define this_cpu_write(x, v)	WRITE_ONCE(*raw_cpu_ptr(&(x)), v)
#define this_cpu_add_return(x, n) shim_cpu_add_return(raw_cpu_ptr(&(x)), n)
#define this_cpu_inc_return(x)	this_cpu_add_return(x, 1)
#define this_cpu_dec_return(x)	this_cpu_add_return(x, -1)
#define this_cpu_xchg(x, v)	shim_cpu_xchg(raw_cpu_ptr(&(x)), v)
#define this_cpu_cmpxchg(x, o, n) shim_cpu_cmpxchg(raw_cpu_ptr(&(x)), o, n)

/* The caller has to keep the CPU; of interrupts these know nothing. */
#define __this_cpu_add(x, n)	((void)(*this_cpu_ptr(&(x)) += (n)))
#define __this_cpu_sub(x, n)	__this_cpu_add(x, -(n))
#define __this_cpu_inc(x)	__this_cpu_add(x, 1)
#define __this_cpu_dec(x)	__this_cpu_add(x, -1)
#define __this_cpu_read(x)	(*this_cpu_ptr(&(x)))
#define __this_cpu_write(x, v)	((void)(*this_cpu_ptr(&(x)) = (v)))
#define raw_cpu_inc(x)		((void)(*raw_cpu_ptr(&(x)) += 1))
#define raw_cpu_add(x, n)	((void)(*raw_cpu_ptr(&(x)) += (n)))
#define raw_cpu_read(x)		(*raw_cpu_ptr(&(x)))

#endif /* SHIM_PERCPU_H */
