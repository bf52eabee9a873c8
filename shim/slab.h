/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of the kernel itself, which comes from malloc().
 *
 * Checked, allocations are counted, hold a pattern unless they are asked for zeroed, and have
 * another one behind them that must stay; one that may sleep is checked for that; any can be
 * made to fail, also one that the kernel would hardly refuse; and only the function of its own
 * family may free it.  Fast, all memory is written to before it is given out, so that no page of it
 * is new to the process when a thread first uses it.
 */
#ifndef SHIM_SLAB_H
#define SHIM_SLAB_H

#include "types.h"

#define __GFP_ZERO		1U
#define __GFP_NOWARN		2U
#define SHIM_GFP_MAY_SLEEP	4U
#define __GFP_ACCOUNT		8U
#define __GFP_COMP		16U
#define __GFP_NORETRY		32U
#define GFP_ATOMIC		0U
#define GFP_NOWAIT		0U
#define GFP_KERNEL		SHIM_GFP_MAY_SLEEP
#define GFP_KERNEL_ACCOUNT	(GFP_KERNEL | __GFP_ACCOUNT)

/* The functions that memory comes from.  Each has its own that frees it. */
enum shim_family { SHIM_KMALLOC, SHIM_VMALLOC, SHIM_KVMALLOC, SHIM_PERCPU };

/**
 * shim_alloc() - allocate an array
 * @family: for whom
 * @nr: its elements
 * @size: bytes of an element
 * @gfp: flags
 *
 * Return: memory for shim_free(), on a cache line of its own; NULL without memory.
 */
void *shim_alloc(enum shim_family family, size_t nr, size_t size, gfp_t gfp);

/**
 * shim_free() - free what shim_alloc() has returned
 * @family: whose function frees it; kvfree() also frees what is of kmalloc() and vmalloc()
 * @p: the memory, or NULL
 */
void shim_free(enum shim_family family, const void *p);

#define kmalloc(size, gfp)	shim_alloc(SHIM_KMALLOC, 1, size, gfp)
#define kzalloc(size, gfp)	kmalloc(size, (gfp) | __GFP_ZERO)
#define kzalloc_node(size, gfp, node) kzalloc(size, gfp)
#define kmalloc_array(n, size, gfp) shim_alloc(SHIM_KMALLOC, n, size, gfp)
#define kcalloc(n, size, gfp)	kmalloc_array(n, size, (gfp) | __GFP_ZERO)
#define kvmalloc(size, gfp)	kvmalloc_array(1, size, gfp)
#define kvzalloc(size, gfp)	kvcalloc(1, size, gfp)
#define kvmalloc_array(n, size, gfp) shim_alloc(SHIM_KVMALLOC, n, size, (gfp) | GFP_KERNEL)
#define kvcalloc(n, size, gfp)	kvmalloc_array(n, size, (gfp) | __GFP_ZERO)
#define vmalloc(size)		vmalloc_array(1, size)
#define vzalloc(size)		vcalloc(1, size)
#define vmalloc_array(n, size)	shim_alloc(SHIM_VMALLOC, n, size, GFP_KERNEL)
#define vcalloc(n, size)	shim_alloc(SHIM_VMALLOC, n, size, GFP_KERNEL | __GFP_ZERO)
#define kfree(p)		shim_free(SHIM_KMALLOC, p)
#define kvfree(p)		shim_free(SHIM_KVMALLOC, p)
#define vfree(p)		shim_free(SHIM_VMALLOC, p)

#ifdef SHIM_CHECKED
/* Count the allocations that the process has not freed yet. */
struct shim_account {
	long allocations;	/* of shim_alloc() */
	long pages;		/* that their owner has not freed */
	long orphans;		/* that are freed, and that a reference holds */
};

extern struct shim_account shim_account;

/* Which allocations fail.  A test writes it while no other thread allocates. */
struct shim_inject {
	bool on;
	u32 after, count;	/* @after more succeed, then @count fail */
	u32 rate;		/* or: one in @rate fails */
	bool lasting;		/* or: after @after, all fail while the operation goes on */
	u32 row;		/* @lasting: so many have failed */
	u64 hits;		/* failures so far */
};

extern struct shim_inject shim_inject;

/* Return how many allocations were made to fail; other threads may count on meanwhile. */
static inline u64 shim_failed_allocs(void)
{
	return __atomic_load_n(&shim_inject.hits, __ATOMIC_RELAXED);
}

/**
 * shim_alloc_fails() - decide whether the allocation that begins is to fail
 *
 * Return: true if so; the failure is then counted.
 */
bool shim_alloc_fails(void);
#endif

#endif /* SHIM_SLAB_H */
