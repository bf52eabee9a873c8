// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For the tracing of locks: which lock is which, and bit locks that say who waits.
 *
 * The names are in debugfs as bouncelab/NAME/locks: lines of address, bytes of
 * one lock, number of locks that follow each other, name.  Tracing sees addresses only.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <trace/events/lock.h>

#include "core/core.h"
#include "dev/device.h"
#include "core/lock-names.h"

void bl_bit_lock_wait(int bit, unsigned long *lock)
{
	/* Spinning alone is what a spinlock says, of which others take no notice twice. */
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

/* Root only, who finds such addresses in /proc/kallsyms as well. */
static void show(struct seq_file *m, const void *at, size_t size, unsigned int nr,
		 const char *name)
{
	seq_printf(m, "%px %zu %u %s\n", at, size, nr, name);
}

#define SHOW(m, lock, name)	show(m, &(lock), sizeof(lock), 1, name)

static void show_domain(struct seq_file *m, struct bl_core *core)
{
	unsigned int i;

	SHOW(m, core->iotlb_lock, "iotlb_lock");
	SHOW(m, core->umem_lock, "umem_lock");
	SHOW(m, core->stream.iova_rbtree_lock, "iova rbtree");
	SHOW(m, core->coherent.iova_rbtree_lock, "iova rbtree (coherent)");
	/* What an entry is made of is iova.c's own, but its locks are those of the depots. */
	if (core->stream.rcaches)
		show(m, core->stream.rcaches, ksize(core->stream.rcaches), 1, "iova depot");
	for (i = 0; i < core->nr_lock_names; i++)
		show(m, core->lock_name[i].at, core->lock_name[i].size,
		     core->lock_name[i].nr, core->lock_name[i].name);
}

static void show_device(struct seq_file *m, struct bl_dev *bl)
{
	char name[32];
	u32 i;

	SHOW(m, bl->lock, "device lock");
	SHOW(m, bl->domain_lock, "device domain_lock");
	SHOW(m, bl->orphan_lock, "device orphan_lock");
	SHOW(m, bl->rwsem, "device rwsem");
	SHOW(m, bl->irq_lock, "device irq_lock");
	SHOW(m, bl->config_lock, "device config_lock");
	SHOW(m, bl->msgq.lock, "device message lock");
	for (i = 0; i < bl->vq_num; i++) {
		snprintf(name, sizeof(name), "vq%u kick_lock", i);
		SHOW(m, bl->vqs[i]->kick_lock, name);
		snprintf(name, sizeof(name), "vq%u irq_lock", i);
		SHOW(m, bl->vqs[i]->irq_lock, name);
	}
}

static int locks_show(struct seq_file *m, void *unused)
{
	struct bl_dev *bl = m->private;

	show_device(m, bl);
	mutex_lock(&bl->domain_lock);
	if (bl->domain)
		show_domain(m, bl_core_of(bl->domain));
	mutex_unlock(&bl->domain_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(locks);

void bl_lock_names_show_in(struct bl_dev *bl)
{
	debugfs_create_file("locks", 0400, bl->debugfs, bl, &locks_fops);
}

void bl_lock_names_hide(struct bl_dev *bl)
{
	debugfs_lookup_and_remove("locks", bl->debugfs);
}
