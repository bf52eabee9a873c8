// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of lock waits and lock holds. */
#include "report/trace.h"
#include "lib/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LOCKS	12	/* rows; the CSV has all */

static double wait_weight(const struct trace_lock *l)
{
	return l->wait_ns;
}

static double hold_weight(const struct trace_lock *l)
{
	return l->hold_ns;
}

/* Add a row for each name and each strategy that @c traced; of holds, if it has that lock. */
static void add_lock_rows(struct table *t, const struct trace_view *v, size_t n,
		      const char *const *names, size_t count, enum collector c,
		      void (*row)(struct table *t, const struct trace_subject *s, const char *name))
{
	for (size_t k = 0; k < count && k < MOST_LOCKS; k++) {
		for (size_t i = 0; i < n; i++) {
			const struct trace_subject *s = v[i].subject;

			if (!s->runs[c] || (c == COLLECT_HOLDS && !trace_find_lock(s, names[k])))
				continue;
			table_row(t);
			table_cell(t, TABLE_PLAIN, "%s", names[k]);
			table_cell(t, TABLE_PLAIN, "%s", v[i].title);
			row(t, s, names[k]);
		}
	}
}

static const char *top_caller(const struct trace_subject *s, const char *lock)
{
	for (size_t i = 0; i < s->n_callers; i++)
		if (!strcmp(s->callers[i].lock, lock))
			return s->callers[i].function;
	return "-";
}

static void add_wait(struct table *t, const struct trace_subject *s, const char *name)
{
	const struct trace_lock *l = trace_find_lock(s, name);
	double ios = s->ios[COLLECT_LOCKS];

	table_number(t, 0, l ? l->waits : 0);
	table_number(t, 1, l && ios > 0 ? l->wait_ns / ios : 0);
	table_number(t, 1, l ? trace_wait_quantile(l, 0.99) / 1000 : NAN);
	table_number(t, 1, l && l->waits > 0 ? l->longest_ns / 1000 : NAN);
	table_cell(t, TABLE_PLAIN, "%s", l && l->waits > 0 ? top_caller(s, name) : "-");
}

void report_print_waits(const struct trace_view *v, size_t n, FILE *f)
{
	struct table *t = table_new();
	size_t count;
	const char **names = trace_lock_names(v, n, &count, wait_weight);

	fputs("Lock waits in the whole kernel, without the time that a semaphore spins. waits: their "
	      "count; ns/I/O: their time;\np99: 99th percentile, rounded up to a power of two of ns; "
	      "by: the function that waited most\n", f);
	table_column(t, "lock", TABLE_LEFT);
	table_column(t, "strategy", TABLE_LEFT);
	table_column(t, "waits", TABLE_RIGHT);
	table_column(t, "ns/I/O", TABLE_RIGHT);
	table_column(t, "p99, us", TABLE_RIGHT);
	table_column(t, "longest, us", TABLE_RIGHT);
	table_column(t, "by", TABLE_LEFT);
	table_titles(t);
	add_lock_rows(t, v, n, names, count, COLLECT_LOCKS, add_wait);
	if (count)
		report_end_table(t, f);
	else
		table_free(t);
	if (!count)
		fputs("  There were none.\n\n", f);
	for (size_t i = 0; i < n; i++) {
		const struct trace_subject *s = v[i].subject;
		double waits = 0;

		for (size_t k = 0; k < s->n_locks; k++)
			waits += s->locks[k].waits;
		if (s->runs[COLLECT_LOCKS])
			fprintf(f, "  %s: %.0f waits in %.0f I/Os of %u runs; of %.0f more waits only "
				"the beginning or the end was seen\n", v[i].title, waits, s->ios[COLLECT_LOCKS],
				s->runs[COLLECT_LOCKS], fabs(s->begins - s->matched));
	}
	if (count > MOST_LOCKS)
		fprintf(f, "  %zu more locks are in trace-locks.csv\n", count - MOST_LOCKS);
	fputc('\n', f);
	free(names);
}

static void add_hold(struct table *t, const struct trace_subject *s, const char *name)
{
	const struct trace_lock *l = trace_find_lock(s, name);
	struct hist *hold = l ? (struct hist *)&l->hold : NULL;
	struct hist *off = l ? (struct hist *)&l->irqs_off : NULL;
	double ios = s->ios[COLLECT_HOLDS];

	table_number(t, 2, l && ios > 0 ? l->holds / ios : 0);
	table_number(t, 2, hold ? hist_percentile(hold, 0.5) / 1000 : NAN);
	table_number(t, 2, hold ? hist_percentile(hold, 0.99) / 1000 : NAN);
	table_number(t, 1, l && l->holds > 0 ? l->hold_longest_ns / 1000 : NAN);
	table_number(t, 2, off ? hist_percentile(off, 0.5) / 1000 : NAN);
	table_number(t, 2, off ? hist_percentile(off, 0.99) / 1000 : NAN);
}

void report_print_holds(const struct trace_view *v, size_t n, FILE *f)
{
	struct table *t = table_new();
	size_t count;
	const char **names = trace_lock_names(v, n, &count, hold_weight);

	fputs("Hold times of the locks that virtio-blk and the module take, in us, with the time that "
	      "the probes take. per I/O:\nhow often the lock is taken; irqs off: how long interrupts "
	      "were off because it was taken (-: that does\nnot switch them off)\n", f);
	table_column(t, "lock", TABLE_LEFT);
	table_column(t, "strategy", TABLE_LEFT);
	table_column(t, "per I/O", TABLE_RIGHT);
	table_column(t, "median", TABLE_RIGHT);
	table_column(t, "p99", TABLE_RIGHT);
	table_column(t, "longest", TABLE_RIGHT);
	table_column(t, "irqs off p50", TABLE_RIGHT);
	table_column(t, "irqs off p99", TABLE_RIGHT);
	table_titles(t);
	add_lock_rows(t, v, n, names, count, COLLECT_HOLDS, add_hold);
	report_end_table(t, f);
	free(names);
}
