// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of a traced campaign, but for those of locks. */
#include "report/sections.h"
#include "report/trace.h"
#include "lib/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void report_end_table(struct table *t, FILE *f)
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
		report_print_provenance(&d->sum, f);
		report_print_order(&d->sum, f);
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

/* --- stages --------------------------------------------------------------------------- */

/* How many strategies a terminal has room for side by side. */
#define STAGES_BESIDE	4
#define MEMORY_BESIDE	6

static void print_stage_table(const struct trace_view *const *v, size_t n, FILE *f)
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
	report_end_table(t, f);
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
		print_stage_table(traced + i, count - i < STAGES_BESIDE ? count - i : STAGES_BESIDE, f);
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

static void print_memory_table(const struct trace_view *const *v, size_t n, FILE *f)
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
	report_end_table(t, f);
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
		print_memory_table(traced + i, count - i < MEMORY_BESIDE ? count - i : MEMORY_BESIDE, f);
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
		report_end_table(t, f);
	} else {
		table_free(t);
	}
}

/* The tables of the collectors, in the order in which they are printed. */
static const struct {
	enum collector collector;
	void (*print)(const struct trace_view *v, size_t n, FILE *f);
} tables[] = {
	{ COLLECT_LOCKS, report_print_waits }, { COLLECT_HOLDS, report_print_holds },
	{ COLLECT_STAGES, print_stages }, { COLLECT_MEMORY, print_memory },
	{ COLLECT_PROFILE, print_profiles },
};

void report_print_traces(const struct trace_view *v, size_t n, FILE *f)
{
	print_head(v, n, f);
	print_overheads(v, n, f);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		if (trace_views_have(v, n, tables[i].collector))
			tables[i].print(v, n, f);
}
