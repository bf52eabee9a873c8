/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the waits for locks differ between two traced subjects. The unit is the device: its waits
 * in ns per I/O. Difference and ratio are Hodges-Lehmann estimates with the interval of the
 * rank-sum test, since the two subjects have no blocks in common.
 *
 * Contention fell or rose if the interval of the total excludes 0. It moved if that includes 0,
 * and one lock fell and another rose. A lock did so if its interval excludes 0 and the difference
 * survives Benjamini-Hochberg at RULE_FDR, over the locks with at least TRACE_CHANGE_SHARE of all
 * waits of both subjects.
 */
#ifndef BL_TRACE_CHANGE_H
#define BL_TRACE_CHANGE_H

#include "eval/traces.h"

#define TRACE_CHANGE_SHARE	0.05

enum contention { CONTENTION_UNKNOWN, CONTENTION_KEPT, CONTENTION_FELL, CONTENTION_ROSE,
		  CONTENTION_MOVED };

struct lock_change {
	const char *name;
	double old, new;		/* ns per I/O, of all devices together */
	struct stats_est difference;	/* ns per I/O, new - old */
	struct stats_est ratio;		/* new / old; NaN if some device did not wait */
	double p, q;			/* NaN: not tested */
};

struct lock_changes {
	struct lock_change *v;		/* the largest difference first */
	size_t n;
	struct lock_change total;
	unsigned int n_old, n_new;	/* devices */
	enum contention contention;
	const struct lock_change *from, *to;	/* the locks that fell and rose most, or NULL */
};

/**
 * trace_compare_locks() - compare the waits of two subjects
 * @c: gets the result; lock_changes_free() frees it
 * @old: the first subject, which must outlive the result
 * @new: the second one, likewise
 *
 * Without the collector "locks" in both, there are no devices and the result is unknown.
 */
void trace_compare_locks(struct lock_changes *c, const struct trace_subject *old,
			 const struct trace_subject *new);
void lock_changes_free(struct lock_changes *c);

#endif
