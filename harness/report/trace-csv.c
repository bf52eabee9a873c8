// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/trace-report.h"
#include "lib/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CDF_POINTS	400

double trace_wait_quantile(const struct trace_lock *l, double share)
{
	double seen = 0;

	for (int i = 0; i < TRACE_LOG2; i++) {
		seen += l->log2[i];
		if (seen > 0 && seen >= share * l->waits)
			return ldexp(1, i);
	}
	return NAN;
}

static void field(FILE *f, const char *text)
{
	csv_put_string(f, text);
	fputc(',', f);
}

/* Counts are whole. */
static void numbers(FILE *f, const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			fputc(',', f);
		csv_put_number(f, v[i] == floor(v[i]) ? 0 : 3, v[i]);
	}
	fputc('\n', f);
}

static double per(double a, double b)
{
	return b > 0 ? a / b : NAN;
}

static double known(bool is, double v)
{
	return is ? v : NAN;
}

static void write_locks(const struct trace_view *v, size_t n, FILE *f)
{
	fputs("label,lock,ios,waits,wait_ns,wait_ns_per_io,wait_p50_ns,wait_p99_ns,wait_longest_ns,"
	      "ios_held,holds,hold_ns,hold_p50_ns,hold_p99_ns,hold_longest_ns,irqs_off_p50_ns,"
	      "irqs_off_p99_ns,irqs_off_longest_ns\n", f);
	for (size_t i = 0; i < n; i++) {
		const struct trace_subject *s = v[i].subject;

		for (size_t k = 0; k < s->n_locks; k++) {
			struct trace_lock *l = &s->locks[k];
			/* Waits are known of all locks, holds of those that have some. */
			bool waits = s->runs[COLLECT_LOCKS], held = l->holds > 0;
			bool off = l->irqs_off.total > 0;
			const double values[] = {
				s->ios[COLLECT_LOCKS], known(waits, l->waits), known(waits, l->wait_ns),
				per(l->wait_ns, s->ios[COLLECT_LOCKS]),
				trace_wait_quantile(l, 0.5), trace_wait_quantile(l, 0.99),
				known(waits, l->longest_ns), s->ios[COLLECT_HOLDS],
				known(held, l->holds), known(held, l->hold_ns),
				hist_percentile(&l->hold, 0.5), hist_percentile(&l->hold, 0.99),
				known(held, l->hold_longest_ns), hist_percentile(&l->irqs_off, 0.5),
				hist_percentile(&l->irqs_off, 0.99), known(off, l->irqs_off_longest_ns),
			};

			field(f, v[i].title);
			field(f, l->name);
			numbers(f, values, ARRAY_SIZE(values));
		}
	}
}

static void write_waits(const struct trace_view *v, size_t n, FILE *f)
{
	fputs("label,lock,up_to_ns,waits\n", f);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < v[i].subject->n_locks; k++) {
			const struct trace_lock *l = &v[i].subject->locks[k];

			for (int b = 0; b < TRACE_LOG2; b++) {
				const double values[] = { ldexp(1, b), l->log2[b] };

				if (!(l->log2[b] > 0))
					continue;
				field(f, v[i].title);
				field(f, l->name);
				numbers(f, values, ARRAY_SIZE(values));
			}
		}
	}
}

static void write_callers(const struct trace_view *v, size_t n, FILE *f)
{
	fputs("label,lock,function,waits,wait_ns\n", f);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < v[i].subject->n_callers; k++) {
			const struct trace_caller *c = &v[i].subject->callers[k];
			const double values[] = { c->waits, c->wait_ns };

			field(f, v[i].title);
			field(f, c->lock);
			field(f, c->function);
			numbers(f, values, ARRAY_SIZE(values));
		}
	}
}

static void write_stages(const struct trace_view *v, size_t n, FILE *f)
{
	fputs("label,stage,ios,mean_ns,p50_ns,p99_ns\n", f);
	for (size_t i = 0; i < n; i++) {
		struct stages *s = (struct stages *)&v[i].subject->stages;

		for (int k = 0; k < STAGE_ALL && s->ios > 0; k++) {
			const double values[] = {
				s->ios, s->sum[k] / s->ios, hist_percentile(&s->hist[k], 0.5),
				hist_percentile(&s->hist[k], 0.99),
			};

			field(f, v[i].title);
			field(f, stage_names[k]);
			numbers(f, values, ARRAY_SIZE(values));
		}
	}
}

static void write_memory(const struct trace_view *v, size_t n, FILE *f)
{
	fputs("label,ios,resident_peak_bytes,mapped_peak_bytes,first_touch_ms,copied_per_byte,"
	      "zeroed_per_byte,faults_per_io,pages_per_io,page_failures,iovas_per_io,iovas_slow\n", f);
	for (size_t i = 0; i < n; i++) {
		const struct trace_subject *s = v[i].subject;
		const struct trace_memory *m = &s->memory;
		double ios = s->ios[COLLECT_MEMORY], bytes = s->bytes[COLLECT_MEMORY];
		const double values[] = {
			ios, m->resident_peak, m->in_flight_peak, m->first_touch_ms,
			per(m->copied_bytes, bytes), per(m->zeroed_bytes, bytes),
			per(m->faults, ios), per(m->page_allocs, ios), m->alloc_fails,
			per(m->iova_allocs, ios), m->iova_slow,
		};

		if (!(m->runs > 0))
			continue;
		field(f, v[i].title);
		numbers(f, values, ARRAY_SIZE(values));
	}
}

static void write_samples(const struct trace_view *v, size_t n, FILE *f)
{
	fputs("label,run,ms,resident_bytes,mapped_bytes\n", f);
	for (size_t i = 0; i < n; i++) {
		const struct trace_memory *m = &v[i].subject->memory;

		for (size_t k = 0; k < m->n_samples; k++) {
			const struct trace_sample *t = &m->samples[k];
			const double values[] = { t->run, t->ms, t->resident, t->in_flight };

			field(f, v[i].title);
			numbers(f, values, ARRAY_SIZE(values));
		}
	}
}

/* Shares that come closer to 1 tenfold by tenfold: the tail is what is asked for. */
static void write_latency(const struct trace_view *v, size_t n, FILE *f)
{
	fputs("label,slower_share,latency_ns\n", f);
	for (size_t i = 0; i < n; i++) {
		struct hist *h = (struct hist *)&v[i].subject->latency;

		for (int k = 0; k <= CDF_POINTS && h->total > 0; k++) {
			double above = pow(10, -5.0 * k / CDF_POINTS);
			const double values[] = { hist_percentile(h, 1 - above) };

			if (above * h->total < 1)
				break;
			field(f, v[i].title);
			fprintf(f, "%.7g,", above);
			numbers(f, values, ARRAY_SIZE(values));
		}
	}
}

static void write_overheads(const struct trace_view *v, size_t n, FILE *f)
{
	fputs("label,collectors,pairs,ratio,ratio_lo,ratio_hi\n", f);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < v[i].subject->n_overheads; k++) {
			const struct trace_overhead *o = &v[i].subject->overheads[k];

			field(f, v[i].title);
			field(f, o->collect);
			fprintf(f, "%zu,", o->pairs);
			csv_put_estimate(f, 6, o->ratio.value, o->ratio.lo, o->ratio.hi);
			fputc('\n', f);
		}
	}
}

int trace_write_csv(struct trace_view *v, size_t n, const char *dir)
{
	static const struct {
		const char *name;
		void (*write)(const struct trace_view *v, size_t n, FILE *f);
	} files[] = {
		{ "locks", write_locks }, { "waits", write_waits }, { "callers", write_callers },
		{ "stages", write_stages }, { "memory", write_memory },
		{ "samples", write_samples }, { "latency", write_latency },
		{ "overheads", write_overheads },
	};
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(files); i++) {
		char *name = bl_fmt("trace-%s.csv", files[i].name);
		struct bl_draft d;

		files[i].write(v, n, bl_draft_open(&d));
		ret = bl_draft_save_in(&d, dir, name);
		free(name);
	}
	return ret;
}
