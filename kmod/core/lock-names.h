/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names for the addresses of locks, since tracing sees addresses only.  The file
 * bouncelab/NAME/locks in debugfs has lines of the address, the bytes of one lock, the
 * number of locks that follow each other, and their name.
 */
#ifndef BL_LOCK_NAMES_H
#define BL_LOCK_NAMES_H

#include <linux/types.h>

struct bl_domain;
struct seq_file;

/* The arguments of one call of bl_name_locks(), see strategies/strategy.h. */
struct bl_lock_name {
	const char *name;
	const void *at;
	size_t size;
	unsigned int nr;
};

#define BL_LOCK_NAMES	8	/* of one strategy and its allocator together */

/* Write the line of NR locks of SIZE bytes each, the first at AT. */
void bl_show_locks(struct seq_file *m, const char *name, const void *at, size_t size,
		   unsigned int nr);

#define BL_SHOW_LOCK(m, lock, name)	bl_show_locks(m, name, &(lock), sizeof(lock), 1)

/* Write the lines of all locks of D.  The caller keeps D from being destroyed. */
void bl_domain_show_locks(struct seq_file *m, struct bl_domain *d);

#endif /* BL_LOCK_NAMES_H */
