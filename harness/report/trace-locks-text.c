// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of lock waits and lock holds. */
#include "report/trace.h"
#include "lib/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LOCKS	12	/* rows; the CSV has all */

/* A table with a row for each lock and each subject that was traced. */
struct lock_table {
	enum collector collector;
	bool known_only;		/* leave out a lock that the subject does not have */
	double (*weight)(const struct trace_lock *l);
	void (*row)(struct table *t, const struct trace_view *v, const struct trace_lock *l);
	struct {
		const char *title;
		enum table_align align;
	} columns[8];			/* behind lock and strategy; ended by NULL */
};

/* Print the table, unless it has no rows. Return the number of locks that there are. */
static size_t print_lock_table(const struct lock_table *d, const struct trace_view *v, size_t n,
			       FILE *f)
{
	struct table *t = table_new();
	size_t count, rows = 0;
	const char **names = trace_lock_names(v, n, &count, d->weight);

	table_column(t, "lock", TABLE_LEFT);
	table_column(t, "strategy", TABLE_LEFT);
	for (size_t i = 0; d->columns[i].title; i++)
		table_column(t, d->columns[i].title, d->columns[i].align);
	table_titles(t);
	for (size_t k = 0; k < count && k < MOST_LOCKS; k++) {
		for (size_t i = 0; i < n; i++) {
			const struct trace_lock *l = trace_find_lock(v[i].subject, names[k]);

			if (!v[i].subject->runs[d->collector] || (d->known_only && !l))
				continue;
			rows++;
			table_row(t);
			table_cell(t, TABLE_PLAIN, "%s", names[k]);
			table_cell(t, TABLE_PLAIN, "%s", v[i].title);
			d->row(t, &v[i], l);
		}
	}
	if (rows)
		report_end_table(t, f);
	else
		table_free(t);
	free(names);
	return count;
}

/* --- waits ------------------------------------------------------------------------- */

static double wait_weight(const struct trace_lock *l)
{
	return l->wait_ns;
}

static const char *top_caller(const struct trace_subject *s, const char *lock)
{
	for (size_t i = 0; i < s->n_callers; i++)
		if (!strcmp(s->callers[i].lock, lock))
			return s->callers[i].function;
	return "-";
}

static void add_wait(struct table *t, const struct trace_view *v, const struct trace_lock *l)
{
	double ios = v->subject->ios[COLLECT_LOCKS];
	bool any = l && l->waits > 0;

	table_number(t, 0, l ? l->waits : 0);
	table_number(t, 1, l && ios > 0 ? l->wait_ns / ios : 0);
	table_number(t, 1, l ? trace_wait_quantile(l, 0.99) / 1000 : NAN);
	table_number(t, 1, any ? l->longest_ns / 1000 : NAN);
	table_cell(t, TABLE_PLAIN, "%s", any ? top_caller(v->subject, l->name) : "-");
}

static const struct lock_table waits = {
	.collector = COLLECT_LOCKS, .weight = wait_weight, .row = add_wait,
	.columns = {
		{ "waits", TABLE_RIGHT }, { "ns/I/O", TABLE_RIGHT }, { "p99, us", TABLE_RIGHT },
		{ "longest, us", TABLE_RIGHT }, { "by", TABLE_LEFT },
	},
};

/* Print how many waits and I/Os the numbers of a subject are of. */
static void print_wait_counts(const struct trace_view *v, FILE *f)
{
	const struct trace_subject *s = v->subject;
	double n = 0;

	for (size_t k = 0; k < s->n_locks; k++)
		n += s->locks[k].waits;
	if (s->runs[COLLECT_LOCKS])
		fprintf(f, "  %s: %.0f waits in %.0f I/Os of %u runs; of %.0f more waits only the "
			"beginning or the end was seen\n", v->title, n, s->ios[COLLECT_LOCKS],
			s->runs[COLLECT_LOCKS], fabs(s->begins - s->matched));
}

void report_print_waits(const struct trace_view *v, size_t n, FILE *f)
{
	size_t count;

	fputs("Lock waits in the whole kernel, without the time that a semaphore spins. waits: their "
	      "count; ns/I/O: their time;\np99: 99th percentile, rounded up to a power of two of ns; "
	      "by: the function that waited most\n", f);
	count = print_lock_table(&waits, v, n, f);
	if (!count)
		fputs("  There were none.\n\n", f);
	for (size_t i = 0; i < n; i++)
		print_wait_counts(&v[i], f);
	if (count > MOST_LOCKS)
		fprintf(f, "  %zu more locks are in trace-locks.csv\n", count - MOST_LOCKS);
	fputc('\n', f);
}

/* --- holds ------------------------------------------------------------------------- */

static double hold_weight(const struct trace_lock *l)
{
	return l->hold_ns;
}

static void add_hold(struct table *t, const struct trace_view *v, const struct trace_lock *lock)
{
	struct trace_lock *l = (struct trace_lock *)lock;
	double ios = v->subject->ios[COLLECT_HOLDS];

	table_number(t, 2, ios > 0 ? l->holds / ios : 0);
	table_number(t, 2, hist_percentile(&l->hold, 0.5) / 1000);
	table_number(t, 2, trace_probes_in_hold(v, l) / 1000);
	table_number(t, 2, hist_percentile(&l->hold, 0.99) / 1000);
	table_number(t, 1, l->holds > 0 ? l->hold_longest_ns / 1000 : NAN);
	table_number(t, 2, hist_percentile(&l->irqs_off, 0.5) / 1000);
	table_number(t, 2, hist_percentile(&l->irqs_off, 0.99) / 1000);
}

static const struct lock_table holds = {
	.collector = COLLECT_HOLDS, .known_only = true, .weight = hold_weight, .row = add_hold,
	.columns = {
		{ "per I/O", TABLE_RIGHT }, { "median", TABLE_RIGHT }, { "probes", TABLE_RIGHT },
		{ "p99", TABLE_RIGHT }, { "longest", TABLE_RIGHT }, { "irqs off p50", TABLE_RIGHT },
		{ "irqs off p99", TABLE_RIGHT },
	},
};

void report_print_holds(const struct trace_view *v, size_t n, FILE *f)
{
	fputs("Hold times of the locks that virtio-blk and the module take, in us, with the time that "
	      "the probes take. per I/O:\nhow often the lock is taken; probes: the part of the mean "
	      "hold that they are estimated to be, from the cost of tracing\n(a lower bound with "
	      "several CPUs; -: not known); irqs off: how long interrupts were off because the lock "
	      "was taken (-:\nthat does not switch them off)\n", f);
	if (!print_lock_table(&holds, v, n, f))
		fputs("  There were none.\n\n", f);
}
