/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the traces of subjects say, for people, for spreadsheets and for plots. */
#ifndef BL_TRACE_REPORT_H
#define BL_TRACE_REPORT_H

#include "eval/traces.h"

/* Subjects side by side, which may be of different campaigns. */
struct trace_view {
	const struct trace_data *data;		/* that the subject is of */
	const struct trace_subject *subject;
	char *title;
};

/* All of @d. The array is the caller's; titles, too. */
struct trace_view *trace_views(const struct trace_data *d, size_t *n);
void trace_views_free(struct trace_view *v, size_t n);

/* Tell whether a run of any subject had the collector. */
bool trace_has(const struct trace_view *v, size_t n, enum collector c);

/* Tables on @f. */
void trace_print(struct trace_view *v, size_t n, FILE *f);

/* trace-*.csv in @dir; 0 or a negative errno with a message. */
int trace_write_csv(struct trace_view *v, size_t n, const char *dir);

/*
 * Draw @dir/figures/trace-*.{svg,pdf} from the CSV there. 0, or a negative errno with a message
 * (-ENOENT: no gnuplot).
 */
int trace_figures(const struct trace_view *v, size_t n, const char *dir);

/*
 * trace-print.c: the names of all subjects' locks that have some @weight, those with most of it
 * first. The array is the caller's, the names are not.
 */
const char **trace_lock_names(const struct trace_view *v, size_t n, size_t *count,
			      double (*weight)(const struct trace_lock *l));

/* trace-csv.c: median, 99th percentile of waits, by the upper ends of their powers of two. */
double trace_wait_quantile(const struct trace_lock *l, double share);

#endif
