/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports of traced campaigns: tables, trace-*.csv and figures of subjects side by side. */
#ifndef BL_REPORT_TRACE_H
#define BL_REPORT_TRACE_H

#include "eval/trace-view.h"
#include "lib/table.h"
#include "report/figure-options.h"

/* Print all tables of @n subjects. */
void report_print_traces(const struct trace_view *v, size_t n, FILE *f);

/* Print the table of lock waits, or of lock holds. */
void report_print_waits(const struct trace_view *v, size_t n, FILE *f);
void report_print_holds(const struct trace_view *v, size_t n, FILE *f);

/* Print a table and an empty line, and free the table. */
void report_end_table(struct table *t, FILE *f);

/* Write trace-*.csv in @dir. Return 0, or a negative errno with a message. */
int report_write_trace_csv(const struct trace_view *v, size_t n, const char *dir);

/* Return 0, or -EINVAL with a message: an option of figures does not fit these subjects. */
int report_check_traces(const struct trace_view *v, size_t n, const struct figure_options *o);

/**
 * report_draw_traces() - draw the figures of a traced campaign
 * @v: its subjects
 * @n: their number
 * @dir: gets the figures with their captions; the directory above it has trace-*.csv
 * @o: options
 *
 * Return: 0, or a negative errno with a message (-ENOENT: there is no gnuplot).
 */
int report_draw_traces(const struct trace_view *v, size_t n, const char *dir,
		       const struct figure_options *o);

#endif
