// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of the kernel itself, and per-CPU data, checked.  See slab.h and percpu.h. */
#include <stdlib.h>

#include "page.h"
#include "percpu.h"
#include "property.h"
#include "random.h"

struct shim_account shim_account;
struct shim_inject shim_inject;

/* This is in front of every allocation.  Its size keeps the allocation aligned. */
struct alloc_head {
	size_t size;
	u64 magic;
	enum shim_family family;
	u32 pad[11];
};

#define ALLOC_MAGIC	0x62616c6c6f633031ULL

/*
 * Bytes behind every allocation that hold a pattern.  They find an index that is a little too
 * large, as a CPU number can be; the address sanitizer finds more, without them.
 */
#if defined(__SANITIZE_ADDRESS__)
#define ALLOC_FENCE	0
#else
#define ALLOC_FENCE	512
#endif
#define ALLOC_FENCE_BYTE 0xa5

bool shim_alloc_fails(void)
{
	struct shim_inject *in = &shim_inject;

	if (likely(!READ_ONCE(in->on)) || shim_self.spared)
		return false;
	if (in->lasting && !in->after) {
		check(PROP_ALLOC, ++in->row < 10000 ||
		      !(shim_self.irqs_off || shim_self.preempt_count),
		      "a failing allocation is repeated without end, where nothing can free memory");
		/* Where a thread may sleep, memory becomes free after a while. */
		in->on = in->row < 10000;
	} else if (in->rate) {
		if (random_below(&shim_self.random, in->rate))
			return false;
	} else if (in->after) {
		in->after--;
		return false;
	} else if (!in->count) {
		in->on = false;
		return false;
	} else {
		in->count--;
	}
	__atomic_fetch_add(&in->hits, 1, __ATOMIC_RELAXED);
	return true;
}

static void set_fence(struct alloc_head *head)
{
	u8 *fence = (u8 *)(head + 1) + head->size;
	int i;

	for (i = 0; i < ALLOC_FENCE; i++)
		fence[i] = ALLOC_FENCE_BYTE;
}

void *shim_alloc(enum shim_family family, size_t nr, size_t size, gfp_t gfp)
{
	struct alloc_head *head;

	if (gfp & SHIM_GFP_MAY_SLEEP)
		shim_might_sleep("an allocation");
	if (shim_alloc_fails() || (size && nr > (1UL << 40) / size))
		return NULL;
	head = aligned_alloc(64, ALIGN(sizeof(*head) + nr * size + ALLOC_FENCE, 64));
	if (!head)
		return NULL;
	head->size = nr * size;
	head->magic = ALLOC_MAGIC;
	head->family = family;
	memset(head + 1, gfp & __GFP_ZERO ? 0 : SHIM_POISON, nr * size);
	set_fence(head);
	__atomic_fetch_add(&shim_account.allocations, 1, __ATOMIC_RELAXED);
	return head + 1;
}

static void check_fence(const struct alloc_head *head)
{
	const u8 *fence = (const u8 *)(head + 1) + head->size;
	int i;

	for (i = 0; i < ALLOC_FENCE; i++)
		check(PROP_INTEGRITY, fence[i] == ALLOC_FENCE_BYTE,
		      "byte %d behind an allocation of %zu bytes is written", i, head->size);
}

/* An allocation of kvmalloc() may be one of vmalloc(), or one of kmalloc(). */
static void check_family(enum shim_family of, enum shim_family by)
{
	static const char *const allocate[] = {
		[SHIM_KMALLOC] = "kmalloc()", [SHIM_VMALLOC] = "vmalloc()",
		[SHIM_KVMALLOC] = "kvmalloc()", [SHIM_PERCPU] = "alloc_percpu()",
	};
	static const char *const release[] = {
		[SHIM_KMALLOC] = "kfree()", [SHIM_VMALLOC] = "vfree()",
		[SHIM_KVMALLOC] = "kvfree()", [SHIM_PERCPU] = "free_percpu()",
	};

	check(PROP_EXHAUSTION, of == by || (by == SHIM_KVMALLOC && of != SHIM_PERCPU),
	      "memory of %s is freed by %s, and not by %s", allocate[of],
	      release[by], release[of]);
}

void shim_free(enum shim_family family, const void *p)
{
	struct alloc_head *head;

	if (!p)
		return;
	head = (struct alloc_head *)(uintptr_t)p - 1;
	check(PROP_EXHAUSTION, head->magic == ALLOC_MAGIC, "memory is freed that is not allocated");
	check_family(head->family, family);
	check_fence(head);
	head->magic = 0;
	__atomic_fetch_sub(&shim_account.allocations, 1, __ATOMIC_RELAXED);
	free(head);
}

void *shim_percpu_alloc(size_t size)
{
	check(PROP_EXHAUSTION, size <= SHIM_PERCPU_PART, "%zu bytes for each CPU are asked for",
	      size);
	return shim_alloc(SHIM_PERCPU, NR_CPUS, SHIM_PERCPU_PART, GFP_KERNEL | __GFP_ZERO);
}

void shim_percpu_free(void *p, size_t size)
{
	shim_free(SHIM_PERCPU, p);
}
