/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a module takes and drops spinlocks and rwlocks: its calls of the kernel's functions
 * for that, which the relocations of its file name. A probe at such a call finds the lock's
 * address in the first argument, and a probe behind it runs with the lock held.
 */
#ifndef BL_LOCK_SITES_H
#define BL_LOCK_SITES_H

#include "lib/util.h"

enum lock_site_kind { SITE_TAKE, SITE_DROP };

/**
 * struct lock_site - one call that takes or drops a lock
 * @kind: whether it takes or drops it
 * @function: the function of the module that makes the call
 * @offset: the call's offset in the function, in bytes
 * @after: the offset of the instruction behind the call; 0 for a jump, which nothing follows
 */
struct lock_site {
	enum lock_site_kind kind;
	char *function;
	unsigned int offset, after;
};

/**
 * struct lock_sites - all such calls of a module
 * @v: the calls
 * @n: how many there are
 * @ambiguous: a function in @v whose name another function of the module has as well, or NULL
 */
struct lock_sites {
	struct lock_site *v;
	size_t n;
	char *ambiguous;
};

/**
 * guest_find_lock_sites() - find where a module takes and drops locks
 * @s: filled; guest_free_lock_sites() frees it, after an error as well
 * @path: the module's file, for x86-64
 *
 * Initialisation code and functions that cannot be probed are left out.
 *
 * Return: 0; -ENOENT: it takes no lock, or there is no such file; -ENOEXEC: the file is no
 * module for x86-64; another negative errno.
 */
int guest_find_lock_sites(struct lock_sites *s, const char *path);

/**
 * guest_free_lock_sites() - free what guest_find_lock_sites() found
 * @s: emptied
 */
void guest_free_lock_sites(struct lock_sites *s);

#endif
