/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module's counters of the device in debugfs. */
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

/**
 * guest_counters_read() - read all counters
 * @c: filled; guest_counters_free() frees it, after an error as well
 *
 * Return: 0; -ENOENT: the module has no counters, as the stock module; another negative errno.
 */
int guest_counters_read(struct guest_counters *c);

/**
 * guest_counters_free() - free counters
 * @c: emptied
 */
void guest_counters_free(struct guest_counters *c);

/**
 * guest_counters_write() - write counters.csv: name,before,after,delta
 * @path: the file
 * @before: the counters before the run
 * @after: and after it; without them the file has the header alone
 *
 * Return: 0, or a negative errno.
 */
int guest_counters_write(const char *path, const struct guest_counters *before,
			 const struct guest_counters *after);

/**
 * guest_counters_check_idle() - check that a device without a disk holds nothing
 * @r: the run; invalid if mappings, IOVA ranges or coherent memory are still taken
 * @c: the counters after the disk was removed
 *
 * Bounce pages are recorded only: they live until the daemon closes the domain.
 */
void guest_counters_check_idle(struct guest_run *r, const struct guest_counters *c);

#endif
