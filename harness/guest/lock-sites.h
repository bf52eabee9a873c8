/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a module takes and drops spinlocks and rwlocks: the calls of the kernel's functions
 * for that, found by the relocations of its file. A probe before such a call has the lock's
 * address as the first argument, and one behind it runs with the lock held.
 */
#ifndef BL_LOCK_SITES_H
#define BL_LOCK_SITES_H

#include "lib/util.h"

enum lock_site_kind { SITE_TAKE, SITE_DROP };

struct lock_site {
	enum lock_site_kind kind;
	char *function;			/* of the module, that the call is in */
	unsigned int offset;		/* of the call in it, and … */
	unsigned int after;		/* … of what follows it; 0: nothing, it is a jump */
};

struct lock_sites {
	struct lock_site *v;
	size_t n;
	char *ambiguous;		/* a function with a site whose name another one has, too */
};

/*
 * Of the module file @path, for x86-64. 0, -ENOENT (it takes no lock), -ENOEXEC (not such a
 * file), or another negative errno. Initialisation code and functions that are not to be traced
 * are left out.
 */
int lock_sites_find(struct lock_sites *s, const char *path);
void lock_sites_free(struct lock_sites *s);

#endif
