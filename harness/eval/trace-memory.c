// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/trace-memory.h"
#include "proto/run-files.h"
#include "lib/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* All memory counts as touched once this share of the peak is reached. */
#define NEARLY	0.95

/* Return a value, or NaN if there is no such column. */
static double get_value(const struct csv *c, size_t row, const char *name)
{
	int column = csv_column(c, name);

	return column < 0 ? NAN : strtod(csv_get(c, row, column), NULL);
}

/* Return how much a counter grew from the first line to the last. */
static double gained(const struct csv *c, const char *name)
{
	return get_value(c, c->rows - 1, name) - get_value(c, 0, name);
}

static void add_sample(struct trace_memory *m, const struct csv *c, size_t row, unsigned int run)
{
	struct trace_sample t = {
		.run = run, .ms = get_value(c, row, "ms"),
		.resident = get_value(c, row, "resident_bytes"),
		.in_flight = get_value(c, row, "map_bytes") - get_value(c, row, "unmap_bytes"),
	};

	m->samples = bl_realloc(m->samples, (m->n_samples + 1) * sizeof(t));
	m->samples[m->n_samples++] = t;
	m->resident_peak = fmax(m->resident_peak, t.resident);
	m->in_flight_peak = fmax(m->in_flight_peak, t.in_flight);
}

int trace_add_memory(struct trace_subject *s, const char *dir, const json_t *guest)
{
	unsigned int nr = s->runs[COLLECT_MEMORY];
	struct trace_memory *m = &s->memory;
	char *path = bl_fmt("%s/" RUN_MEMORY_CSV, dir);
	struct csv c;
	bool good;

	good = bl_exists(path) && !csv_load(&c, path);
	free(path);
	if (!good)
		return 0;
	good = c.rows && csv_column(&c, "resident_bytes") >= 0;
	for (size_t i = 0; good && i < c.rows; i++)
		add_sample(m, &c, i, nr);
	if (good) {
		m->runs++;
		m->maps += gained(&c, "map");
		m->mapped_bytes += gained(&c, "map_bytes");
		m->copied_bytes += gained(&c, "copy_to_bounce_bytes") +
				   gained(&c, "copy_from_bounce_bytes") +
				   gained(&c, "copy_to_daemon_bytes") +
				   gained(&c, "copy_from_daemon_bytes");
		m->zeroed_bytes += gained(&c, "zero_bytes");
		m->faults += gained(&c, "fault");
		m->page_allocs += gained(&c, "page_alloc");
		m->alloc_fails += gained(&c, "page_alloc_fail");
		m->iova_allocs += gained(&c, "iova_alloc");
		m->iova_slow += bl_json_num(guest, "iova_slow", 0);
	}
	csv_free(&c);
	return 0;
}

/* Return the ms until a run reached nearly all of its own peak. */
static double first_touch(const struct trace_memory *m, unsigned int run)
{
	double peak = 0, ms = NAN;

	for (size_t i = 0; i < m->n_samples; i++)
		if (m->samples[i].run == run)
			peak = fmax(peak, m->samples[i].resident);
	for (size_t i = m->n_samples; i--;)
		if (m->samples[i].run == run && m->samples[i].resident >= NEARLY * peak)
			ms = m->samples[i].ms;
	return ms;
}

void trace_finish_memory(struct trace_subject *s)
{
	struct trace_memory *m = &s->memory;
	size_t n = m->runs;
	double *ms = bl_zalloc((n + 1) * sizeof(*ms));

	for (size_t i = 0; i < n; i++)
		ms[i] = first_touch(m, i);
	m->first_touch_ms = stats_median(ms, n);
	free(ms);
}
