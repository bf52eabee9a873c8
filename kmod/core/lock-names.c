// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For the tracing of locks: names for the addresses that tracing shows, and bit locks that
 * report a wait.
 */
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <trace/events/lock.h>

#include "core/core.h"

void bl_bit_lock_wait(int bit, unsigned long *lock)
	__acquires(bitlock)
{
	/* LCB_F_SPIN without another flag is what a spinlock reports. */
	trace_contention_begin(lock, LCB_F_SPIN | LCB_F_WRITE);
	bit_spin_lock(bit, lock);
	trace_contention_end(lock, 0);
}

void bl_name_locks(struct bl_domain *d, const char *name, const void *at, size_t size,
		   unsigned int nr)
{
	struct bl_core *core = bl_core_of(d);

	if (WARN_ON_ONCE(core->nr_lock_names == ARRAY_SIZE(core->lock_name)))
		return;
	core->lock_name[core->nr_lock_names++] =
		(struct bl_lock_name) { .name = name, .at = at, .size = size, .nr = nr };
}

/* Root reads these lines with kptr_restrict=1; otherwise the addresses are not the true ones. */
void bl_show_locks(struct seq_file *m, const char *name, const void *at, size_t size,
		   unsigned int nr)
{
	seq_printf(m, "%pK %zu %u %s\n", at, size, nr, name);
}

void bl_domain_show_locks(struct seq_file *m, struct bl_domain *d)
{
	struct bl_core *core = bl_core_of(d);
	unsigned int i;

	BL_SHOW_LOCK(m, core->iotlb_lock, "iotlb_lock");
	BL_SHOW_LOCK(m, core->umem_lock, "umem_lock");
	BL_SHOW_LOCK(m, d->stream.iova_rbtree_lock, "iova rbtree");
	BL_SHOW_LOCK(m, core->coherent.iova_rbtree_lock, "iova rbtree (coherent)");
	/* The type of rcaches is private to the kernel's iova.c; it holds the depots' locks. */
	if (d->stream.rcaches)
		bl_show_locks(m, "iova depot", d->stream.rcaches, ksize(d->stream.rcaches), 1);
	for (i = 0; i < core->nr_lock_names; i++)
		bl_show_locks(m, core->lock_name[i].name, core->lock_name[i].at,
			      core->lock_name[i].size, core->lock_name[i].nr);
}
