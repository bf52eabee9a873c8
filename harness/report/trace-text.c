// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/trace-report.h"
#include "proto/accel.h"
#include "lib/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LOCKS	12	/* rows; the CSV has all */

struct trace_view *trace_views(const struct trace_data *d, size_t *n)
{
	struct trace_view *v = bl_zalloc((d->n + 1) * sizeof(*v));

	for (size_t i = 0; i < d->n; i++)
		v[i] = (struct trace_view){
			.data = d, .subject = &d->subjects[i],
			.title = bl_strdup(d->subjects[i].name),
		};
	*n = d->n;
	return v;
}

void trace_views_free(struct trace_view *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i].title);
	free(v);
}

static void show(struct table *t, FILE *f)
{
	table_print(t, f, 2, table_colour(f));
	table_free(t);
	fputc('\n', f);
}

/* --- the campaign, and the cost of tracing ------------------------------------- */

static void print_head(const struct trace_view *v, size_t n, FILE *f)
{
	const struct trace_data *d;

	for (size_t i = 0; i < n; i++) {
		d = v[i].data;
		if (i && !strcmp(d->sum.dir, v[i - 1].data->sum.dir))
			continue;
		fprintf(f, "campaign  %s, job %s, plane %s%s\n", d->sum.name, d->job, d->sum.plane,
			d->sum.emulated ? ", emulated: ratios carry over to hardware, "
			"microseconds do not" : "");
	}
	for (size_t i = 0; i < n; i++) {
		const struct trace_subject *s = v[i].subject;

		if (s->invalid)
			fprintf(f, "INVALID   %u traced or timed runs are left out of all that follows. The "
				"first: %s\n", s->invalid, s->invalid_why);
	}
	fputc('\n', f);
}

/* A collector that leaves less than this share of the IOPS is named under the table. */
#define CHEAP	0.95

static void print_expensive(const struct trace_view *v, FILE *f)
{
	for (size_t k = 0; k < v->subject->n_overheads; k++) {
		const struct trace_overhead *o = &v->subject->overheads[k];

		if (o->ratio.has_interval && o->ratio.hi < CHEAP)
			fprintf(f, "  %s with %s: this collector slows the device by more than %.0f %%; its "
				"numbers describe the slowed device\n", v->title, o->collect, 100 - 100 * CHEAP);
	}
}

static void print_overheads(const struct trace_view *v, size_t n, FILE *f)
{
	struct table *t = table_new();
	size_t rows = 0;

	fputs("Cost of tracing: IOPS with the collectors divided by IOPS without, from n pairs of fresh "
	      "devices\n", f);
	table_column(t, "strategy", TABLE_LEFT);
	table_column(t, "collectors", TABLE_LEFT);
	table_column(t, "ratio", TABLE_RIGHT);
	table_column(t, "95 % interval", TABLE_LEFT);
	table_column(t, "n", TABLE_RIGHT);
	table_titles(t);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < v[i].subject->n_overheads; k++, rows++) {
			const struct trace_overhead *o = &v[i].subject->overheads[k];

			table_row(t);
			table_cell(t, TABLE_PLAIN, "%s", v[i].title);
			table_cell(t, TABLE_PLAIN, "%s", o->collect);
			table_number(t, 3, o->ratio.value);
			if (o->ratio.has_interval)
				table_interval(t, 3, o->ratio.lo, o->ratio.hi);
			else
				table_cell(t, TABLE_DIM, "needs %d pairs", STATS_MIN_N);
			table_cell(t, TABLE_PLAIN, "%zu", o->pairs);
		}
	}
	if (!rows) {
		table_free(t);
		return;
	}
	table_print(t, f, 2, table_colour(f));
	table_free(t);
	for (size_t i = 0; i < n; i++)
		print_expensive(&v[i], f);
	fputc('\n', f);
}

/* --- locks -------------------------------------------------------------------------- */

bool trace_has(const struct trace_view *v, size_t n, enum collector c)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].subject->runs[c])
			return true;
	return false;
}

const char **trace_lock_names(const struct trace_view *v, size_t n, size_t *count,
			      double (*weight)(const struct trace_lock *l))
{
	const char **names = NULL;
	double *sums = NULL;

	*count = 0;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < v[i].subject->n_locks; k++) {
			const struct trace_lock *l = &v[i].subject->locks[k];
			double w = weight(l);
			size_t at;

			if (!(w > 0))
				continue;
			for (at = 0; at < *count && strcmp(names[at], l->name); at++)
				;
			if (at == *count) {
				names = bl_realloc(names, (at + 1) * sizeof(*names));
				sums = bl_realloc(sums, (at + 1) * sizeof(*sums));
				names[at] = l->name;
				sums[at] = 0;
				(*count)++;
			}
			sums[at] += w;
			/* Move it up to its place. */
			for (; at && sums[at] > sums[at - 1]; at--) {
				const char *name = names[at];
				double sum = sums[at];

				names[at] = names[at - 1];
				sums[at] = sums[at - 1];
				names[at - 1] = name;
				sums[at - 1] = sum;
			}
		}
	}
	free(sums);
	return names;
}

static double wait_weight(const struct trace_lock *l)
{
	return l->wait_ns;
}

static double hold_weight(const struct trace_lock *l)
{
	return l->hold_ns;
}

/* Add a row for each name and each strategy that @c traced; of holds, if it has that lock. */
static void lock_rows(struct table *t, const struct trace_view *v, size_t n,
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

static void wait_row(struct table *t, const struct trace_subject *s, const char *name)
{
	const struct trace_lock *l = trace_find_lock(s, name);
	double ios = s->ios[COLLECT_LOCKS];

	table_number(t, 0, l ? l->waits : 0);
	table_number(t, 1, l && ios > 0 ? l->wait_ns / ios : 0);
	table_number(t, 1, l ? trace_wait_quantile(l, 0.99) / 1000 : NAN);
	table_number(t, 1, l && l->waits > 0 ? l->longest_ns / 1000 : NAN);
	table_cell(t, TABLE_PLAIN, "%s", l && l->waits > 0 ? top_caller(s, name) : "-");
}

static void print_waits(const struct trace_view *v, size_t n, FILE *f)
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
	lock_rows(t, v, n, names, count, COLLECT_LOCKS, wait_row);
	if (count)
		show(t, f);
	else
		table_free(t);
	if (!count)
		fputs("  none\n\n", f);
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

static void hold_row(struct table *t, const struct trace_subject *s, const char *name)
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

static void print_holds(const struct trace_view *v, size_t n, FILE *f)
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
	lock_rows(t, v, n, names, count, COLLECT_HOLDS, hold_row);
	show(t, f);
	free(names);
}

/* --- time ----------------------------------------------------------------------------- */

/* How many strategies a terminal has room for side by side. */
#define STAGES_BESIDE	4
#define MEMORY_BESIDE	6

static void stage_table(const struct trace_view *const *v, size_t n, FILE *f)
{
	struct table *t = table_new();

	table_column(t, "stage", TABLE_LEFT);
	for (size_t i = 0; i < n; i++) {
		table_column(t, v[i]->title, TABLE_RIGHT);
		table_column(t, "p50", TABLE_RIGHT);
		table_column(t, "p99", TABLE_RIGHT);
	}
	table_titles(t);
	for (int k = 0; k < STAGE_ALL; k++) {
		table_row(t);
		table_cell(t, k == STAGE_LIFE ? TABLE_BOLD : TABLE_PLAIN, "%s", stage_names[k]);
		for (size_t i = 0; i < n; i++) {
			struct stages *s = (struct stages *)&v[i]->subject->stages;

			table_number(t, 2, s->sum[k] / s->ios / 1000);
			table_number(t, 2, hist_percentile(&s->hist[k], 0.5) / 1000);
			table_number(t, 2, hist_percentile(&s->hist[k], 0.99) / 1000);
		}
	}
	show(t, f);
}

static void print_stages(const struct trace_view *v, size_t n, FILE *f)
{
	const struct trace_view **traced = bl_zalloc(n * sizeof(*traced));
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (v[i].subject->stages.ios > 0)
			traced[count++] = &v[i];
	fputs("The life of an I/O by stages, in us, with the time that writing the events takes: mean, "
	      "median, 99th percentile.\nThe means add up to the mean life.\n", f);
	for (size_t i = 0; i < count; i += STAGES_BESIDE)
		stage_table(traced + i, count - i < STAGES_BESIDE ? count - i : STAGES_BESIDE, f);
	for (size_t i = 0; i < count; i++) {
		const struct stages *s = &traced[i]->subject->stages;

		fprintf(f, "  %s: %.0f of %.0f requests of %u runs are complete; %.0f events matched no "
			"I/O; %.0f of %.0f faults matched no mapping; %.0f I/Os had a stage of negative "
			"length, which counts as 0\n", traced[i]->title, s->ios, s->issued,
			traced[i]->subject->runs[COLLECT_STAGES], s->stray, s->faults_stray,
			s->faults, s->clamped);
	}
	fputc('\n', f);
	free(traced);
}

/* --- memory ----------------------------------------------------------------------------- */

static double per(double a, double b)
{
	return b > 0 ? a / b : NAN;
}

static void memory_table(const struct trace_view *const *v, size_t n, FILE *f)
{
	static const struct {
		const char *title;
		int decimals;
	} rows[] = {
		{ "bounce pages, largest sample, KiB", 0 }, { "mapped, largest sample, KiB", 0 },
		{ "bounce pages / mapped", 2 }, { "95 % of the peak reached after, ms", 0 },
		{ "bytes copied per byte of I/O", 3 }, { "bytes zeroed per byte of I/O", 3 },
		{ "faults per I/O", 4 }, { "pages allocated per I/O", 5 },
		{ "failed page allocations", 0 }, { "IOVA ranges allocated per I/O", 3 },
		{ "of them on the slow path, %", 3 },
	};
	struct table *t = table_new();

	table_column(t, "", TABLE_LEFT);
	for (size_t i = 0; i < n; i++)
		table_column(t, v[i]->title, TABLE_RIGHT);
	table_titles(t);
	for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
		table_row(t);
		table_cell(t, TABLE_PLAIN, "%s", rows[k].title);
		for (size_t i = 0; i < n; i++) {
			const struct trace_subject *s = v[i]->subject;
			const struct trace_memory *m = &s->memory;
			double ios = s->ios[COLLECT_MEMORY], bytes = s->bytes[COLLECT_MEMORY];
			const double values[] = {
				m->resident_peak / 1024, m->in_flight_peak / 1024,
				per(m->resident_peak, m->in_flight_peak), m->first_touch_ms,
				per(m->copied_bytes, bytes), per(m->zeroed_bytes, bytes),
				per(m->faults, ios), per(m->page_allocs, ios), m->alloc_fails,
				per(m->iova_allocs, ios),
				100 * per(m->iova_slow, m->iova_allocs),
			};

			table_number(t, rows[k].decimals, values[k]);
		}
	}
	show(t, f);
}

static void print_memory(const struct trace_view *v, size_t n, FILE *f)
{
	const struct trace_view **traced = bl_zalloc(n * sizeof(*traced));
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (v[i].subject->memory.runs > 0)
			traced[count++] = &v[i];
	if (count)
		fputs("Memory and copies, of all runs of a strategy\n", f);
	for (size_t i = 0; i < count; i += MEMORY_BESIDE)
		memory_table(traced + i, count - i < MEMORY_BESIDE ? count - i : MEMORY_BESIDE, f);
	free(traced);
}

/* Print the shares of a few functions; the flame graph has all. */
static void print_profiles(const struct trace_view *v, size_t n, FILE *f)
{
	static const struct {
		const char *title, *prefix, *also;
	} parts[] = {
		{ "idle, %", "default_idle", NULL }, { "fio, %", "fio", NULL },
		{ "daemon, %", "qemu-storage", NULL },
		{ "faults, %", "domain_fault", "domain_huge_fault" },
	};
	struct table *t = table_new();
	size_t rows = 0;

	table_column(t, "strategy", TABLE_LEFT);
	table_column(t, "samples", TABLE_RIGHT);
	for (size_t k = 0; k < ARRAY_SIZE(parts); k++)
		table_column(t, parts[k].title, TABLE_RIGHT);
	table_titles(t);
	for (size_t i = 0; i < n; i++) {
		const struct profile *p = v[i].subject->profile;

		if (!p)
			continue;
		rows++;
		table_row(t);
		table_cell(t, TABLE_PLAIN, "%s", v[i].title);
		table_number(t, 0, profile_samples(p));
		for (size_t k = 0; k < ARRAY_SIZE(parts); k++)
			table_number(t, 1, 100 * (profile_share(p, parts[k].prefix) +
					 (parts[k].also ? profile_share(p, parts[k].also) : 0)));
	}
	if (rows) {
		fputs("Samples of all CPUs: the share with a function in the call chain; "
		      "figures/trace-flame-*.svg shows all.\nCode with interrupts off is sampled where "
		      "they are switched on again: the stages and the holds show maps and locks.\n", f);
		show(t, f);
	} else {
		table_free(t);
	}
}

/* The tables of the collectors, in the order in which they are printed. */
static const struct {
	enum collector collector;
	void (*print)(const struct trace_view *v, size_t n, FILE *f);
} tables[] = {
	{ COLLECT_LOCKS, print_waits }, { COLLECT_HOLDS, print_holds },
	{ COLLECT_STAGES, print_stages }, { COLLECT_MEMORY, print_memory },
	{ COLLECT_PROFILE, print_profiles },
};

void trace_print(struct trace_view *v, size_t n, FILE *f)
{
	print_head(v, n, f);
	print_overheads(v, n, f);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		if (trace_has(v, n, tables[i].collector))
			tables[i].print(v, n, f);
}
