/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits for locks, summed by lock and by who waited; a table for each CPU. */
#ifndef BL_LOCKWAIT_TABLE_H
#define BL_LOCKWAIT_TABLE_H

#include <linux/types.h>

struct seq_file;

#define LOCKWAIT_FRAMES	14

/* A lock and the function that waits for it. */
struct lockwait_key {
	const void *lock;
	unsigned int flags;	/* LCB_F_* */
	unsigned int n;		/* frames */
	unsigned long frames[LOCKWAIT_FRAMES];	/* the innermost first; @n are valid */
};

/* May sleep.  0 or -ENOMEM. */
int lockwait_table_alloc(void);
void lockwait_table_free(void);

/* Any context but NMIs.  A wait of @ns; counted as dropped where the table has no place. */
void lockwait_add(const struct lockwait_key *key, u64 ns);

/* Everything, while nothing is being added. */
void lockwait_table_show(struct seq_file *m);

/* The sum over all CPUs. */
u64 lockwait_added(void);
u64 lockwait_dropped(void);

#endif
