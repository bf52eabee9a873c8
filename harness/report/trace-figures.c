// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes the texts and scales of the traces' figures; plots/ draws them. */
#include "report/trace.h"
#include "report/figure-caption.h"
#include "report/flame-svg.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LOCKS	10	/* rows; the CSV has all */
#define LOCK_NAME_SHARE	0.42	/* of the width, at most for the names of locks */

/* The subjects that the figures show, in their order. */
struct shown {
	struct trace_view *v;		/* titles as in the CSV files */
	const char **names;		/* titles as in the figures */
	size_t n;
	const struct figure_options *o;
};

/* Get nanoseconds per I/O of waits and of holds; 0 without the collector. */
static void get_lock_costs(const struct trace_view *v, const char *name, double *waited,
		       double *held)
{
	const struct trace_lock *l = trace_find_lock(v->subject, name);
	double ios = v->subject->ios[COLLECT_LOCKS], ios_held = v->subject->ios[COLLECT_HOLDS];

	*waited = l && ios > 0 ? l->wait_ns / ios : 0;
	*held = l && ios_held > 0 ? l->hold_ns / ios_held : 0;
}

/* Write the scale of both panels, in whole decades, and whether there were waits at all. */
static void write_lock_range(const struct shown *s, const char *const *names, size_t count,
			     FILE *f)
{
	double lo = NAN, hi = NAN, waited, held;
	bool any = false;

	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; k < count; k++) {
			get_lock_costs(&s->v[i], names[k], &waited, &held);
			any |= waited > 0;
			hi = fmax(hi, fmax(waited, held));
			if (waited > 0)
				lo = fmin(lo, waited);
			if (held > 0)
				lo = fmin(lo, held);
		}
	}
	lo = pow(10, floor(log10(lo)));
	hi = pow(10, ceil(log10(hi)));
	fprintf(f, "LOCK_LO = %g\nLOCK_HI = %g\nWAITED = %d\n", lo, hi > lo ? hi : 10 * lo, any);
}

static double lock_weight(const struct trace_lock *l)
{
	return l->wait_ns + l->hold_ns;
}

/* Write the names of locks as the figure shows them: the end of a long one gives way to dots. */
static void write_lock_names(const struct shown *s, const char *const *names, size_t count, FILE *f)
{
	size_t most = LOCK_NAME_SHARE * s->o->width / FIGURE_CHARACTER;
	struct bl_strv l = {};

	for (size_t i = 0; i < count; i++) {
		char *text = strlen(names[i]) <= most ? bl_strdup(names[i]) :
			     bl_fmt("%.*s...", (int)most - 3, names[i]);

		bl_strv_add(&l, text);
		free(text);
	}
	gnuplot_array(f, "LOCK_NAMES", (const char *const *)l.v, l.n);
	bl_strv_free(&l);
}

static void write_locks(const struct shown *s, FILE *f)
{
	size_t count;
	const char **names = trace_lock_names(s->v, s->n, &count, lock_weight);

	fprintf(f, "WAITS = %d\nHOLDS = %d\n", trace_views_have(s->v, s->n, COLLECT_LOCKS),
		trace_views_have(s->v, s->n, COLLECT_HOLDS));
	count = count < MOST_LOCKS ? count : MOST_LOCKS;
	if (count) {
		gnuplot_array(f, "LOCKS", names, count);
		write_lock_names(s, names, count, f);
		write_lock_range(s, names, count, f);
	}
	free(names);
}

static void write_means(const struct shown *shown, FILE *f)
{
	double touch = 1, end = 1, peak = 1;

	fprintf(f, "array MEAN[%zu]\n", shown->n * STAGES);
	for (size_t i = 0; i < shown->n; i++) {
		const struct trace_memory *m = &shown->v[i].subject->memory;
		const struct stages *s = &shown->v[i].subject->stages;

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

/* Return how many fresh devices are behind the figures; some may have failed. */
static char *describe_devices(const struct shown *s)
{
	unsigned int lo = UINT_MAX, hi = 0;

	for (size_t i = 0; i < s->n; i++) {
		for (int c = 0; c < COLLECTORS; c++) {
			unsigned int runs = s->v[i].subject->runs[c];

			lo = runs && runs < lo ? runs : lo;
			hi = runs > hi ? runs : hi;
		}
	}
	return lo < hi ? bl_fmt("n = %u to %u devices", lo, hi) :
			 bl_fmt("n = %u device%s", hi, hi == 1 ? "" : "s");
}

/* Write lines that mark the trace of a busy host, each campaign once. */
static void write_noise(const struct shown *s, FILE *f)
{
	struct bl_strv lines = {};

	for (size_t i = 0; i < s->n; i++) {
		char *text = trace_noise_text(s->v[i].data);

		if (text && !bl_strv_has(&lines, text))
			bl_strv_add(&lines, text);
		free(text);
	}
	if (lines.n) {
		char *text = bl_strv_join(&lines, "; ");

		figure_write_lines(f, "NOISE", text, s->o->width);
		free(text);
		fputs("NOISE_LINES = |NOISE|\n", f);
	} else {
		fputs("NOISE_LINES = 0\n", f);
	}
	bl_strv_free(&lines);
}

static int write_words(const struct shown *s, const char *dir)
{
	struct bl_draft draft;
	const char **labels = bl_zalloc(s->n * sizeof(*labels));
	FILE *f = bl_draft_open(&draft);
	bool emulated = false;

	for (size_t i = 0; i < s->n; i++) {
		labels[i] = s->v[i].title;
		emulated |= s->v[i].data->sum.emulated;
	}
	fprintf(f, "# Written by 'bouncelab report' for the scripts in plots/.\nWIDTH = %.2f\n"
		"EMULATED = '%s'\n", s->o->width, emulated ? ", emulated" : "");
	write_noise(s, f);
	gnuplot_array(f, "LABELS", labels, s->n);
	gnuplot_array(f, "NAMES", s->names, s->n);
	gnuplot_array(f, "STAGES", stage_names, STAGES);
	write_locks(s, f);
	write_means(s, f);
	free(labels);
	return bl_draft_save_in(&draft, dir, "trace.gp");
}

/* Write trace-flame-LABEL.svg, with "_" in place of blanks, slashes and brackets. */
static int write_flame(const struct trace_view *v, const char *shown, const char *dir)
{
	char *name = bl_fmt("trace-flame-%s.svg", shown), *title;
	struct bl_draft d;
	int err;

	for (char *p = name; *p; p++)
		if (strchr("/ ()'", *p))
			*p = '_';
	title = bl_fmt("%s, %s%s: CPU time by call chain", shown, v->data->job,
		       v->data->sum.emulated ? ", emulated" : "");
	flame_write_svg(v->subject->profile, title, bl_draft_open(&d));
	err = bl_draft_save_in(&d, dir, name);
	free(title);
	free(name);
	return err;
}

/* --- which figures there are ------------------------------------------------------- */

static bool has_latency(const struct shown *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].subject->latency.total > 0)
			return true;
	return false;
}

static bool has_locks(const struct shown *s)
{
	size_t n;

	free(trace_lock_names(s->v, s->n, &n, lock_weight));
	return n;
}

static bool has_stages(const struct shown *s)
{
	return trace_views_have(s->v, s->n, COLLECT_STAGES);
}

static bool has_memory(const struct shown *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].subject->memory.runs > 0)
			return true;
	return false;
}

/* A figure without data is not drawn. */
static const struct {
	const char *name, *caption;
	bool (*has_data)(const struct shown *s);
} figures[] = {
	{ "trace-latency", "Share of I/Os whose completion takes longer than a latency, from runs "
	  "without collectors", has_latency },
	{ "trace-locks", "Waits for each lock in the whole kernel, without the time that a semaphore "
	  "spins, and holds of the locks of virtio-blk and the module, in ns per I/O; no mark: none seen",
	  has_locks },
	{ "trace-life", "Mean time of each stage in the life of an I/O, with the time that writing the "
	  "events takes; below without the stages daemon and interrupt", has_stages },
	{ "trace-copies", "Bytes copied and zeroed per byte of I/O, faults per I/O, and the largest "
	  "sample of bounce pages", has_memory },
	{ "trace-memory", "Bounce pages over time since the collector began, in the first run of each "
	  "label", has_memory },
};

/* Tell whether an earlier row is of the same campaign. */
static bool is_campaign_done(const struct shown *s, size_t row)
{
	for (size_t i = 0; i < row; i++)
		if (s->v[i].data == s->v[row].data)
			return true;
	return false;
}

static int write_caption(const struct shown *s, size_t figure, const char *dir)
{
	char *name = bl_fmt("%s.txt", figures[figure].name), *n = describe_devices(s), *text;
	struct bl_draft d;
	FILE *f = bl_draft_open(&d);
	int err;

	text = bl_fmt("%s; %s%s.", figures[figure].caption, n,
		      s->v[0].data->sum.emulated ? "; emulated" : "");
	caption_print(f, text);
	free(text);
	for (size_t i = 0; i < s->n; i++) {
		const struct trace_data *data = s->v[i].data;

		if (is_campaign_done(s, i))
			continue;
		fprintf(f, "Job %s.\n", data->job);
		caption_print_source(f, &data->sum);
	}
	err = bl_draft_save_in(&d, dir, name);
	free(n);
	free(name);
	return err;
}

static int draw(const struct shown *s, const char *dir)
{
	const char *names[ARRAY_SIZE(figures)];
	size_t k = 0;
	int err = bl_mkdir_p(dir);

	if (err)
		bl_err("%s: %s", dir, strerror(-err));
	err = err ? err : write_words(s, dir);
	for (size_t i = 0; !err && i < s->n; i++)
		if (s->v[i].subject->profile)
			err = write_flame(&s->v[i], s->names[i], dir);
	for (size_t i = 0; !err && i < ARRAY_SIZE(figures); i++) {
		if (!figures[i].has_data(s))
			continue;
		names[k++] = figures[i].name;
		err = write_caption(s, i, dir);
	}
	return err ? err : gnuplot_draw(dir, names, k, s->o->formats);
}

/* Choose what the figures show. The caller frees it by free_shown(), also after an error. */
static int choose_shown(struct shown *s, struct figure_rows *rows, const struct trace_view *v,
			size_t n)
{
	int err;

	for (size_t i = 0; i < n; i++)
		figure_rows_add(rows, v[i].title, v[i].subject->strategy, false);
	err = figure_rows_choose(rows, s->o);
	if (err)
		return err;
	s->n = rows->n;
	s->v = bl_zalloc((s->n + 1) * sizeof(*s->v));
	s->names = bl_zalloc((s->n + 1) * sizeof(*s->names));
	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; k < n; k++)
			if (!strcmp(v[k].title, rows->v[i].label))
				s->v[i] = v[k];
		s->names[i] = rows->v[i].shown;
	}
	return 0;
}

static void free_shown(struct shown *s, struct figure_rows *rows)
{
	free(s->v);
	free(s->names);
	figure_rows_free(rows);
}

int report_check_traces(const struct trace_view *v, size_t n, const struct figure_options *o)
{
	struct figure_rows rows = {};
	struct shown s = { .o = o };
	int err = choose_shown(&s, &rows, v, n);

	free_shown(&s, &rows);
	return err;
}

int report_draw_traces(const struct trace_view *v, size_t n, const char *dir,
		       const struct figure_options *o)
{
	struct figure_rows rows = {};
	struct shown s = { .o = o };
	int err = choose_shown(&s, &rows, v, n);

	if (!err && s.n)
		err = draw(&s, dir);
	free_shown(&s, &rows);
	return err;
}
