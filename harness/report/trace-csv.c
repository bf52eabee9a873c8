// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/sections.h"
#include "report/trace.h"
#include "lib/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CDF_POINTS	400

/* Add a value; counts are whole. */
static void add(struct csv_row *r, const char *name, double v)
{
	csv_number(r, name, v == floor(v) ? 0 : 3, v);
}

static double per(double a, double b)
{
	return b > 0 ? a / b : NAN;
}

static double known(bool is, double v)
{
	return is ? v : NAN;
}

/* Waits are known of all locks, holds of those that have some. */
static void add_lock(struct csv_row *r, const char *label, const struct trace_subject *s,
		     struct trace_lock *l)
{
	bool waits = s->runs[COLLECT_LOCKS], held = l->holds > 0, off = l->irqs_off.total > 0;

	csv_text(r, "label", label);
	csv_text(r, "lock", l->name);
	add(r, "ios", s->ios[COLLECT_LOCKS]);
	add(r, "waits", known(waits, l->waits));
	add(r, "wait_ns", known(waits, l->wait_ns));
	add(r, "wait_ns_per_io", per(l->wait_ns, s->ios[COLLECT_LOCKS]));
	add(r, "wait_p50_ns", trace_wait_quantile(l, 0.5));
	add(r, "wait_p99_ns", trace_wait_quantile(l, 0.99));
	add(r, "wait_longest_ns", known(waits, l->longest_ns));
	add(r, "ios_held", s->ios[COLLECT_HOLDS]);
	add(r, "holds", known(held, l->holds));
	add(r, "hold_ns", known(held, l->hold_ns));
	add(r, "hold_p50_ns", hist_percentile(&l->hold, 0.5));
	add(r, "hold_p99_ns", hist_percentile(&l->hold, 0.99));
	add(r, "hold_longest_ns", known(held, l->hold_longest_ns));
	add(r, "irqs_off_p50_ns", hist_percentile(&l->irqs_off, 0.5));
	add(r, "irqs_off_p99_ns", hist_percentile(&l->irqs_off, 0.99));
	add(r, "irqs_off_longest_ns", known(off, l->irqs_off_longest_ns));
	csv_end(r);
}

static void write_locks(const struct trace_view *v, size_t n, struct csv_row *r)
{
	add_lock(r, "", &(struct trace_subject){}, &(struct trace_lock){});
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < v[i].subject->n_locks; k++)
			add_lock(r, v[i].title, v[i].subject, &v[i].subject->locks[k]);
}

static void add_wait(struct csv_row *r, const char *label, const struct trace_lock *l, int log2)
{
	csv_text(r, "label", label);
	csv_text(r, "lock", l->name);
	add(r, "up_to_ns", ldexp(1, log2));
	add(r, "waits", l->log2[log2]);
	csv_end(r);
}

static void write_waits(const struct trace_view *v, size_t n, struct csv_row *r)
{
	add_wait(r, "", &(struct trace_lock){}, 0);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < v[i].subject->n_locks; k++) {
			const struct trace_lock *l = &v[i].subject->locks[k];

			for (int b = 0; b < TRACE_LOG2; b++)
				if (l->log2[b] > 0)
					add_wait(r, v[i].title, l, b);
		}
	}
}

static void add_caller(struct csv_row *r, const char *label, const struct trace_caller *c)
{
	csv_text(r, "label", label);
	csv_text(r, "lock", c->lock);
	csv_text(r, "function", c->function);
	add(r, "waits", c->waits);
	add(r, "wait_ns", c->wait_ns);
	csv_end(r);
}

static void write_callers(const struct trace_view *v, size_t n, struct csv_row *r)
{
	add_caller(r, "", &(struct trace_caller){});
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < v[i].subject->n_callers; k++)
			add_caller(r, v[i].title, &v[i].subject->callers[k]);
}

static void add_stage(struct csv_row *r, const char *label, struct stages *s, int stage)
{
	csv_text(r, "label", label);
	csv_text(r, "stage", stage_names[stage]);
	add(r, "ios", s->ios);
	add(r, "mean_ns", s->sum[stage] / s->ios);
	add(r, "p50_ns", hist_percentile(&s->hist[stage], 0.5));
	add(r, "p99_ns", hist_percentile(&s->hist[stage], 0.99));
	csv_end(r);
}

static void write_stages(const struct trace_view *v, size_t n, struct csv_row *r)
{
	add_stage(r, "", &(struct stages){}, 0);
	for (size_t i = 0; i < n; i++) {
		struct stages *s = (struct stages *)&v[i].subject->stages;

		for (int k = 0; k < STAGE_ALL && s->ios > 0; k++)
			add_stage(r, v[i].title, s, k);
	}
}

static void add_memory(struct csv_row *r, const char *label, const struct trace_subject *s)
{
	const struct trace_memory *m = &s->memory;
	double ios = s->ios[COLLECT_MEMORY], bytes = s->bytes[COLLECT_MEMORY];

	csv_text(r, "label", label);
	add(r, "ios", ios);
	add(r, "resident_peak_bytes", m->resident_peak);
	add(r, "mapped_peak_bytes", m->in_flight_peak);
	add(r, "first_touch_ms", m->first_touch_ms);
	add(r, "copied_per_byte", per(m->copied_bytes, bytes));
	add(r, "zeroed_per_byte", per(m->zeroed_bytes, bytes));
	add(r, "faults_per_io", per(m->faults, ios));
	add(r, "pages_per_io", per(m->page_allocs, ios));
	add(r, "page_failures", m->alloc_fails);
	add(r, "iovas_per_io", per(m->iova_allocs, ios));
	add(r, "iovas_slow", m->iova_slow);
	csv_end(r);
}

static void write_memory(const struct trace_view *v, size_t n, struct csv_row *r)
{
	add_memory(r, "", &(struct trace_subject){});
	for (size_t i = 0; i < n; i++)
		if (v[i].subject->memory.runs > 0)
			add_memory(r, v[i].title, v[i].subject);
}

static void add_sample(struct csv_row *r, const char *label, const struct trace_sample *t)
{
	csv_text(r, "label", label);
	add(r, "run", t->run);
	add(r, "ms", t->ms);
	add(r, "resident_bytes", t->resident);
	add(r, "mapped_bytes", t->in_flight);
	csv_end(r);
}

static void write_samples(const struct trace_view *v, size_t n, struct csv_row *r)
{
	add_sample(r, "", &(struct trace_sample){});
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < v[i].subject->memory.n_samples; k++)
			add_sample(r, v[i].title, &v[i].subject->memory.samples[k]);
}

static void add_latency(struct csv_row *r, const char *label, double slower, double ns)
{
	FILE *f;

	csv_text(r, "label", label);
	f = csv_field(r, "slower_share");
	if (f)
		fprintf(f, "%.7g", slower);
	add(r, "latency_ns", ns);
	csv_end(r);
}

/* The shares come closer to 1 tenfold by tenfold: the tail is of interest. */
static void write_latency(const struct trace_view *v, size_t n, struct csv_row *r)
{
	add_latency(r, "", 0, 0);
	for (size_t i = 0; i < n; i++) {
		struct hist *h = (struct hist *)&v[i].subject->latency;

		for (int k = 0; k <= CDF_POINTS && h->total > 0; k++) {
			double slower = pow(10, -5.0 * k / CDF_POINTS);

			if (slower * h->total < 1)
				break;
			add_latency(r, v[i].title, slower, hist_percentile(h, 1 - slower));
		}
	}
}

static void add_overhead(struct csv_row *r, const char *label, const struct trace_overhead *o)
{
	csv_text(r, "label", label);
	csv_text(r, "collectors", o->collect);
	csv_count(r, "pairs", o->pairs);
	csv_number(r, "ratio", 6, o->ratio.value);
	csv_number(r, "ratio_lo", 6, o->ratio.lo);
	csv_number(r, "ratio_hi", 6, o->ratio.hi);
	csv_end(r);
}

static void write_overheads(const struct trace_view *v, size_t n, struct csv_row *r)
{
	add_overhead(r, "", &(struct trace_overhead){});
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < v[i].subject->n_overheads; k++)
			add_overhead(r, v[i].title, &v[i].subject->overheads[k]);
}

int report_write_trace_csv(const struct trace_view *v, size_t n, const char *dir)
{
	static const struct {
		const char *name;
		void (*write)(const struct trace_view *v, size_t n, struct csv_row *r);
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
		struct report_csv c;

		report_csv_begin(&c, n ? &v[0].data->sum : NULL, bl_draft_open(&d));
		files[i].write(v, n, &c.row);
		report_csv_end(&c);
		ret = bl_draft_save_in(&d, dir, name);
		free(name);
	}
	return ret;
}
