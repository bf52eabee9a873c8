/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module's per-device counters in debugfs ("name value" lines). */
#ifndef BL_GUEST_COUNTERS_H
#define BL_GUEST_COUNTERS_H

#include "guest/outcome.h"

struct guest_counter {
	char name[48];
	long long value;
};

struct guest_counters {
	struct guest_counter *v;
	size_t n;
};

/* -ENOENT: the module (the stock one) has no counters. */
int guest_counters_read(struct guest_counters *c);
void guest_counters_free(struct guest_counters *c);

/* False if there is no counter @name. */
bool guest_counter_get(const struct guest_counters *c, const char *name, long long *value);

/* counters.csv: name,before,after,delta; the head line alone when absent. */
int guest_counters_write(const char *path, const struct guest_counters *before,
			 const struct guest_counters *after);

/*
 * @c read after the disk went away: mappings, IOVAs or coherent memory that are
 * still taken make the run invalid. Bounce pages are only noted, as they live
 * until the daemon lets go of the domain.
 */
void guest_counters_check_idle(struct guest_run *r, const struct guest_counters *c);

#endif
