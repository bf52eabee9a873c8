// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters in debugfs.  The sum is taken while other CPUs count, so that two counters
 * agree exactly only when no map or unmap runs.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/seq_file.h>

#include "core/core.h"

#define BL_COUNTER_NAME(name)	#name,
static const char *const counter_names[BL_COUNT_NR] = {
	BL_COUNTERS(BL_COUNTER_NAME)
};

u64 bl_counter_sum(const struct bl_domain *d, enum bl_counter which)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(d->counters, cpu)->value[which];
	return sum;
}

static int counters_show(struct seq_file *m, void *unused)
{
	const struct bl_core *core = m->private;
	u64 resident;
	int i;

	for (i = 0; i < BL_COUNT_NR; i++)
		seq_printf(m, "%s %llu\n", counter_names[i],
			   bl_counter_sum(&core->d, i));

	resident = bl_counter_sum(&core->d, BL_COUNT_page_alloc) -
		   bl_counter_sum(&core->d, BL_COUNT_page_free);
	seq_printf(m, "pages_resident %llu\n", resident);
	seq_printf(m, "resident_bytes %llu\n", resident << core->d.page_shift);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

void bl_counters_show_in(struct bl_core *core, struct dentry *dir)
{
	core->debugfs = debugfs_create_file("counters", 0444, dir, core,
					    &counters_fops);
}

/* Forget the IOVA ranges that the strategy's init allocated for itself. */
void bl_counters_begin(struct bl_core *core)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu_ptr(core->d.counters, cpu)->value[BL_COUNT_iova_alloc] = 0;
}

static void check_pair(const struct bl_core *core, enum bl_counter taken,
		       enum bl_counter given_back, const char *what)
{
	u64 t = bl_counter_sum(&core->d, taken), g = bl_counter_sum(&core->d, given_back);

	/* No WARN: it would give a daemon that finds a way here the machine's panic_on_warn. */
	if (t != g)
		pr_err("BUG: %s: %llu %s taken, %llu given back\n",
		       core->d.strategy->name, t, what, g);
}

void bl_counters_check_idle(const struct bl_core *core)
{
	/* A raw strategy has none: nothing takes back what a daemon makes the driver forget. */
	if (core->d.strategy->next_mapping)
		check_pair(core, BL_COUNT_map, BL_COUNT_unmap, "mappings");
	check_pair(core, BL_COUNT_iova_alloc, BL_COUNT_iova_free, "IOVA ranges");
	check_pair(core, BL_COUNT_coherent_alloc, BL_COUNT_coherent_free,
		   "coherent ranges");
}

void bl_counters_check_freed(const struct bl_core *core)
{
	check_pair(core, BL_COUNT_page_alloc, BL_COUNT_page_free, "bounce pages");
}
