/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sum the waits for locks, by lock and by call chain, in a table for each CPU. */
#ifndef BL_LOCKWAIT_TABLE_H
#define BL_LOCKWAIT_TABLE_H

#include <linux/types.h>

struct seq_file;

#define LOCKWAIT_FRAMES	14

/* A lock, and the call chain that waits for it. */
struct lockwait_key {
	const void *lock;
	unsigned int flags;	/* LCB_F_* */
	unsigned int n;		/* frames */
	unsigned long frames[LOCKWAIT_FRAMES];	/* the innermost first; n are valid */
};

/* Allocate the tables. May sleep. Return 0 or -ENOMEM. */
int lockwait_table_alloc(void);
void lockwait_table_free(void);

/* Add a wait of @ns, or count it as dropped if the table has no place. Any context but NMIs. */
void lockwait_add(const struct lockwait_key *key, u64 ns);

/* Print all tables. Nothing may be added meanwhile. */
void lockwait_table_show(struct seq_file *m);

/* Return the sum over all CPUs of the waits that were added, or dropped. */
u64 lockwait_added(void);
u64 lockwait_dropped(void);

#endif
