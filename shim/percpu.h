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
#else
#define SHIM_PERCPU_PART	(64UL << 10)	/* bytes, at least those of all allocations */
#define shim_this_cpu()		(shim_self.percpu)
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
 * @cpu: the CPU's number
 */
static inline void shim_set_cpu(u32 cpu)
{
	shim_self.cpu = cpu;
	shim_self.percpu = cpu * SHIM_PERCPU_PART;
}

#define alloc_percpu(type)	((type *)shim_percpu_alloc(sizeof(type)))
#define free_percpu(p)		shim_percpu_free(p, sizeof(*(p)))
#define shim_per_cpu(p, bytes)	((typeof(p))((char *)(p) + (bytes)))
#define per_cpu_ptr(p, cpu)	shim_per_cpu(p, (cpu) * SHIM_PERCPU_PART)
#define raw_cpu_ptr(p)		shim_per_cpu(p, shim_self.percpu)
#define this_cpu_ptr(p)		shim_per_cpu(p, shim_this_cpu())
/* As in the kernel this has no lock prefix, which would be a barrier that a strategy lacks. */
#define this_cpu_add(x, n)	((void)(*raw_cpu_ptr(&(x)) += (n)))
#define this_cpu_inc(x)		this_cpu_add(x, 1)
#define this_cpu_dec(x)		this_cpu_add(x, -1)
#define this_cpu_read(x)	(*raw_cpu_ptr(&(x)))
#define this_cpu_write(x, v)	((void)(*raw_cpu_ptr(&(x)) = (v)))

#endif /* SHIM_PERCPU_H */
