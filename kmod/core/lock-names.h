/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names for the addresses of locks, see lock-names.c. */
#ifndef BL_LOCK_NAMES_H
#define BL_LOCK_NAMES_H

#include <linux/types.h>

struct bl_dev;

/* What bl_name_locks() was told, see strategies/strategy.h. */
struct bl_lock_name {
	const char *name;
	const void *at;
	size_t size;
	unsigned int nr;
};

#define BL_LOCK_NAMES	8	/* of one strategy and its allocator */

/*
 * The file in BL's debugfs directory, which has to be there.  To be hidden before the
 * queues go; it then waits for who still reads.  May sleep.
 */
void bl_lock_names_show_in(struct bl_dev *bl);
void bl_lock_names_hide(struct bl_dev *bl);

#endif /* BL_LOCK_NAMES_H */
