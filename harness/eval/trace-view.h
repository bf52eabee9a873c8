/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Subjects of traced campaigns side by side, for tables and figures. */
#ifndef BL_TRACE_VIEW_H
#define BL_TRACE_VIEW_H

#include "eval/traces.h"

/* One column of a table. Those beside it may be of another campaign. */
struct trace_view {
	const struct trace_data *data;
	const struct trace_subject *subject;	/* of @data */
	char *title;
};

/* View all subjects of @d. trace_views_free() frees the array. */
struct trace_view *trace_views(const struct trace_data *d, size_t *n);
void trace_views_free(struct trace_view *v, size_t n);

/* Tell whether some subject has a valid run with the collector @c. */
bool trace_views_have(const struct trace_view *v, size_t n, enum collector c);

/**
 * trace_lock_names() - list the locks of all subjects by weight
 * @v: the subjects
 * @n: their number
 * @count: gets the number of names
 * @weight: of a lock in one subject; only sums above 0 are listed
 *
 * Return: names, the largest sum first. The caller frees the array, but not the names.
 */
const char **trace_lock_names(const struct trace_view *v, size_t n, size_t *count,
			      double (*weight)(const struct trace_lock *l));

/**
 * trace_wait_quantile() - find a quantile of the waits for a lock
 * @l: the lock
 * @share: 0.5 for the median
 *
 * Return: nanoseconds, rounded up to a power of two; NaN without waits.
 */
double trace_wait_quantile(const struct trace_lock *l, double share);

/*
 * Estimate what the three probes of one lock cost, in ns: the time that the collector "holds" adds
 * to an I/O by the locks that it takes. With several CPUs, of which each runs probes, it is a lower
 * bound. NaN if no device was traced with this collector alone, or none without.
 */
double trace_probes_ns(const struct trace_view *v);

/*
 * Estimate how much of the mean hold of a lock are probes, in ns: those of the locks that are taken
 * during it, and one of its own. NaN if that is not known.
 */
double trace_probes_in_hold(const struct trace_view *v, const struct trace_lock *l);

#endif
