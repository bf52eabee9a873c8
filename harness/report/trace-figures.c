// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes the texts and scales of the traces' figures; plots/ draws them. */
#include "report/trace.h"
#include "report/flame-svg.h"
#include "lib/gnuplot.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LOCKS	10	/* rows; the CSV has all */

/* Get nanoseconds per I/O of waits and of holds; 0 without the collector. */
static void get_lock_costs(const struct trace_view *v, const char *name, double *waited,
		       double *held)
{
	const struct trace_lock *l = trace_find_lock(v->subject, name);
	double ios = v->subject->ios[COLLECT_LOCKS], ios_held = v->subject->ios[COLLECT_HOLDS];

	*waited = l && ios > 0 ? l->wait_ns / ios : 0;
	*held = l && ios_held > 0 ? l->hold_ns / ios_held : 0;
}

/* Write the scale of both panels: whole decades, at least from 1 to 1000 ns. */
static void write_lock_range(const struct trace_view *v, size_t n, const char *const *names,
		       size_t count, FILE *f)
{
	double lo = 1, hi = 1000, waited, held;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < count; k++) {
			get_lock_costs(&v[i], names[k], &waited, &held);
			hi = fmax(hi, fmax(waited, held));
			if (waited > 0)
				lo = fmin(lo, waited);
			if (held > 0)
				lo = fmin(lo, held);
		}
	}
	fprintf(f, "LOCK_LO = %g\nLOCK_HI = %g\n", pow(10, floor(log10(lo))),
		pow(10, ceil(log10(hi))));
}

static double lock_weight(const struct trace_lock *l)
{
	return l->wait_ns + l->hold_ns;
}

static void write_locks(const struct trace_view *v, size_t n, FILE *f)
{
	size_t count;
	const char **names = trace_lock_names(v, n, &count, lock_weight);

	count = count < MOST_LOCKS ? count : MOST_LOCKS;
	if (count) {
		gnuplot_array(f, "LOCKS", names, count);
		write_lock_range(v, n, names, count, f);
	}
	free(names);
}

static void write_means(const struct trace_view *v, size_t n, FILE *f)
{
	double touch = 1, end = 1, peak = 1;

	fprintf(f, "array MEAN[%zu]\n", n * STAGES);
	for (size_t i = 0; i < n; i++) {
		const struct trace_memory *m = &v[i].subject->memory;
		const struct stages *s = &v[i].subject->stages;

		for (int k = 0; k < STAGES; k++)
			fprintf(f, "MEAN[%zu] = %g\n", i * STAGES + k + 1,
				s->ios > 0 ? s->sum[k] / s->ios / 1000 : 0);
		if (m->runs > 0)
			touch = fmax(touch, m->first_touch_ms);
		peak = fmax(peak, m->resident_peak / 1024);
		for (size_t k = 0; k < m->n_samples; k++)
			end = fmax(end, m->samples[k].ms);
	}
	fprintf(f, "FIRST_TOUCH = %g\nEND = %g\nPEAK = %g\n", touch, end, peak);
}

/* Write how many fresh devices are behind the figures; some may have failed. */
static void write_devices(const struct trace_view *v, size_t n, FILE *f)
{
	unsigned int lo = UINT_MAX, hi = 0;

	for (size_t i = 0; i < n; i++) {
		for (int c = 0; c < COLLECTORS; c++) {
			unsigned int runs = v[i].subject->runs[c];

			lo = runs && runs < lo ? runs : lo;
			hi = runs > hi ? runs : hi;
		}
	}
	if (!hi)
		fputs("DEVICES = ''\n", f);
	else if (lo == hi)
		fprintf(f, "DEVICES = ', n = %u device%s'\n", hi, hi == 1 ? "" : "s");
	else
		fprintf(f, "DEVICES = ', n = %u to %u devices'\n", lo, hi);
}

static int write_words(const struct trace_view *v, size_t n, const char *dir)
{
	const struct trace_data *d = v[0].data;
	const char **titles;
	struct bl_draft draft;
	FILE *f = bl_draft_open(&draft);

	fprintf(f, "# made by 'bouncelab report'\nEMULATED = '%s'\nJOB = ",
		d->sum.emulated ? ", emulated" : "");
	gnuplot_string(f, d->job);
	fputc('\n', f);
	titles = bl_zalloc((n + 1) * sizeof(*titles));
	for (size_t i = 0; i < n; i++)
		titles[i] = v[i].title;
	write_devices(v, n, f);
	gnuplot_array(f, "LABELS", titles, n);
	gnuplot_array(f, "STAGES", stage_names, STAGES);
	write_locks(v, n, f);
	write_means(v, n, f);
	free(titles);
	return bl_draft_save_in(&draft, dir, "trace.gp");
}

/* Write trace-flame-LABEL.svg, with "_" in place of blanks, slashes and brackets. */
static int write_flame(const struct trace_view *v, const char *dir)
{
	char *name = bl_fmt("trace-flame-%s.svg", v->title), *title;
	struct bl_draft d;
	int err;

	for (char *p = name; *p; p++)
		if (strchr("/ ()'", *p))
			*p = '_';
	title = bl_fmt("%s, %s%s: CPU time by call chain", v->title, v->data->job,
		       v->data->sum.emulated ? ", emulated" : "");
	flame_write_svg(v->subject->profile, title, bl_draft_open(&d));
	err = bl_draft_save_in(&d, dir, name);
	free(title);
	free(name);
	return err;
}

int report_draw_traces(const struct trace_view *v, size_t n, const char *dir)
{
	char *figures = bl_fmt("%s/figures", dir);
	const char *names[5];
	size_t k = 0, locks;
	int err = bl_mkdir_p(figures);

	if (err)
		bl_err("%s: %s", figures, strerror(-err));
	if (!err)
		err = write_words(v, n, figures);
	for (size_t i = 0; !err && i < n; i++)
		if (v[i].subject->profile)
			err = write_flame(&v[i], figures);
	for (size_t i = 0; i < n && !k; i++)
		if (v[i].subject->latency.total > 0)
			names[k++] = "trace-latency";
	/* A figure without data is not drawn. */
	free(trace_lock_names(v, n, &locks, lock_weight));
	if (locks)
		names[k++] = "trace-locks";
	if (trace_views_have(v, n, COLLECT_STAGES))
		names[k++] = "trace-life";
	for (size_t i = 0; i < n; i++) {
		if (!(v[i].subject->memory.runs > 0))
			continue;
		names[k++] = "trace-copies";
		names[k++] = "trace-memory";
		break;
	}
	if (!err)
		err = gnuplot_draw(figures, names, k);
	free(figures);
	return err;
}
