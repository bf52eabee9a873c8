// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of the kernel itself, and per-CPU data, for timing.  See slab.h and percpu.h. */
#include <stdlib.h>

#include "percpu.h"

u32 shim_nr_cpus;

void *shim_alloc(enum shim_family family, size_t nr, size_t size, gfp_t gfp)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(nr, size, &bytes))
		return NULL;
	bytes = ALIGN(bytes ?: 1, SMP_CACHE_BYTES);
	p = aligned_alloc(SMP_CACHE_BYTES, bytes);
	if (p)
		memset(p, 0, bytes);
	return p;
}

void shim_free(enum shim_family family, const void *p)
{
	free((void *)p);
}

static struct {
	u8 *part0;
	size_t used;
	void *free;		/* the allocation that was freed last, and its size */
	size_t free_size;
} percpu;

void *shim_percpu_alloc(size_t size)
{
	u8 *p;
	u32 i;

	size = ALIGN(size, SMP_CACHE_BYTES);
	if (!percpu.part0)
		percpu.part0 = shim_alloc(SHIM_PERCPU, NR_CPUS, SHIM_PERCPU_PART, GFP_KERNEL);
	if (percpu.free && percpu.free_size == size) {
		p = percpu.free;
		percpu.free = NULL;
	} else if (percpu.part0 && percpu.used + size <= SHIM_PERCPU_PART) {
		p = percpu.part0 + percpu.used;
		percpu.used += size;
	} else {
		return NULL;
	}
	for (i = 0; i < NR_CPUS; i++)
		memset(p + i * SHIM_PERCPU_PART, 0, size);
	return p;
}

void shim_percpu_free(void *p, size_t size)
{
	percpu.free = p;
	percpu.free_size = ALIGN(size, SMP_CACHE_BYTES);
}
