// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/irqflags.h>
#include <linux/jhash.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/vmalloc.h>

#include "table.h"

#define PLACES	1024	/* for each CPU; a power of two */
#define PROBES	64	/* places that are tried before a wait is dropped */
#define LOG2	44	/* powers of two of ns: up to five hours */

struct wait {
	struct lockwait_key key;	/* the place is free if lock is NULL */
	u64 count, ns, longest;
	u32 log2[LOG2];			/* [i]: waits of more than 2^(i-1) and at most 2^i ns */
};

/* Only their own CPU writes these, with interrupts off, since interrupts wait for locks, too. */
static DEFINE_PER_CPU(struct wait *, table);
static DEFINE_PER_CPU(u64, added);
static DEFINE_PER_CPU(u64, dropped);

void lockwait_table_free(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		vfree(per_cpu(table, cpu));
}

int lockwait_table_alloc(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(table, cpu) = vcalloc(PLACES, sizeof(struct wait));
		if (!per_cpu(table, cpu)) {
			lockwait_table_free();
			return -ENOMEM;
		}
	}
	return 0;
}

static bool same(const struct lockwait_key *a, const struct lockwait_key *b)
{
	return a->lock == b->lock && a->flags == b->flags && a->n == b->n &&
	       !memcmp(a->frames, b->frames, a->n * sizeof(a->frames[0]));
}

/* Return the place of @key on this CPU, or NULL. The caller has turned interrupts off. */
static struct wait *place_of(const struct lockwait_key *key)
{
	u32 hash = jhash(key->frames, key->n * sizeof(key->frames[0]),
			 (u32)((unsigned long)key->lock >> 3) ^ key->flags);
	struct wait *w, *all = __this_cpu_read(table);
	unsigned int i;

	for (i = 0; i < PROBES; i++) {
		w = &all[(hash + i) % PLACES];
		if (!w->key.lock)
			w->key = *key;
		if (same(&w->key, key))
			return w;
	}
	return NULL;
}

void lockwait_add(const struct lockwait_key *key, u64 ns)
{
	unsigned int log2 = ns > 1 ? ilog2(ns - 1) + 1 : 0;
	unsigned long flags;
	struct wait *w;

	local_irq_save(flags);
	__this_cpu_inc(added);
	w = place_of(key);
	if (w) {
		w->count++;
		w->ns += ns;
		w->longest = max(w->longest, ns);
		w->log2[min_t(unsigned int, log2, LOG2 - 1)]++;
	} else {
		__this_cpu_inc(dropped);
	}
	local_irq_restore(flags);
}

u64 lockwait_added(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(added, cpu);
	return sum;
}

u64 lockwait_dropped(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(dropped, cpu);
	return sum;
}

static void show(struct seq_file *m, const struct wait *w)
{
	const char *before = " ";
	unsigned int i;

	seq_printf(m, "wait %pK %u %llu %llu %llu", w->key.lock, w->key.flags, w->count, w->ns,
		   w->longest);
	for (i = 0; i < LOG2; i++) {
		if (!w->log2[i])
			continue;
		seq_printf(m, "%s%u:%u", before, i, w->log2[i]);
		before = ",";
	}
	seq_printf(m, " %ps\n", w->key.lock);
	for (i = 0; i < w->key.n; i++)
		seq_printf(m, "by %pS\n", (void *)w->key.frames[i]);
}

void lockwait_table_show(struct seq_file *m)
{
	const struct wait *w;
	int cpu;

	for_each_possible_cpu(cpu)
		for (w = per_cpu(table, cpu); w < per_cpu(table, cpu) + PLACES; w++)
			if (w->key.lock)
				show(m, w);
}
