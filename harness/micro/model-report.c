// SPDX-License-Identifier: GPL-2.0-or-later
/* Print the results of `bouncelab micro --model` as text, JSON and CSV. */
#include "micro/model.h"
#include "eval/summary.h"
#include "lib/table.h"
#include "lib/csv.h"

#include <math.h>
#include <stdlib.h>

/* --- text -------------------------------------------------------------------- */

static void add_heading(struct table *t, const struct micro_models *ms, size_t i, const char *what)
{
	const struct micro_model *m = &ms->v[i];
	char text[16];

	if (i && ms->v[i - 1].size == m->size)
		return;
	table_heading(t, "%s bytes: %s (plane native, n = %zu)",
		      micro_format_size(m->size, text, sizeof(text)), what, m->n);
	table_titles(t);
}

static void add_columns(struct table *t, const char *const titles[], size_t n, size_t n_left)
{
	for (size_t i = 0; i < n; i++)
		table_column(t, titles[i], i < n_left ? TABLE_LEFT : TABLE_RIGHT);
}

static void print_locks(const struct micro_models *ms, FILE *f)
{
	static const char *const titles[] = { "strategy", "lock", "for", "per mapping", "held ns",
					      "mean", "p99", "shared %" };
	struct table *t = table_new();

	add_columns(t, titles, ARRAY_SIZE(titles), 3);
	for (size_t i = 0; i < ms->n; i++) {
		const struct micro_model *m = &ms->v[i];

		add_heading(t, ms, i, "locks");
		for (size_t k = 0; k < m->n_locks && !m->invalid; k++) {
			const struct micro_lock *l = &m->locks[k];

			table_row(t);
			table_cell(t, TABLE_PLAIN, "%s", m->strategy);
			table_cell(t, TABLE_PLAIN, "%s", l->name);
			table_cell(t, TABLE_PLAIN, "%s", l->read ? "read" : "write");
			table_number(t, 3, l->per_mapping);
			table_number(t, 1, l->median);
			table_number(t, 1, l->mean);
			table_number(t, 0, l->p99);
			table_number(t, 0, l->shared * 100);
		}
	}
	table_print(t, f, 2, table_colour(f));
	table_free(t);
}

static void add_prediction(struct table *t, const struct micro_model *m)
{
	table_row(t);
	table_cell(t, TABLE_PLAIN, "%s", m->strategy);
	if (m->invalid) {
		table_cell(t, TABLE_BAD, "invalid");
		return;
	}
	table_number(t, 0, m->think_ns);
	table_number(t, 0, m->locked_ns);
	table_number(t, 3, m->measured[0] / 1e6);
	table_number(t, 3, m->predicted[0] / 1e6);
	table_number(t, 3, m->measured[1] / 1e6);
	table_number(t, 3, m->predicted[1] / 1e6);
	if (isfinite(m->predicted[1] / m->measured[1]))
		table_cell(t, TABLE_PLAIN, "%+.0f", (m->predicted[1] / m->measured[1] - 1) * 100);
	else
		table_cell(t, TABLE_DIM, "-");
	for (size_t i = 2; i < MODEL_POINTS; i++)
		table_number(t, 2, m->predicted[i] / 1e6);
}

static void print_predictions(const struct micro_models *ms, FILE *f)
{
	static const char *const titles[] = {
		"strategy", "think", "locked", "measured 1", "model 1", "measured 2", "model 2",
		"error %", "model 4", "model 8", "model 16", "model 32", "model 64"
	};
	struct table *t = table_new();

	add_columns(t, titles, ARRAY_SIZE(titles), 1);
	for (size_t i = 0; i < ms->n; i++) {
		add_heading(t, ms, i, "model, million mappings per second of so many threads");
		add_prediction(t, &ms->v[i]);
	}
	table_print(t, f, 2, table_colour(f));
	table_free(t);
}

void micro_models_print_text(const struct micro_models *ms, const struct micro_campaign *c, FILE *f)
{
	double line = ms->n ? ms->v[0].line_ns : NAN;

	fprintf(f, "\nlocks: hold times in separate runs of one thread, less %.0f ns for the "
		"clock. mean: values over 10\ntimes the 90th percentile are left out. shared: "
		"acquisitions of locks that two threads take.\n\n", c->clock);
	print_locks(ms, f);
	fprintf(f, "\nmodel: a closed queueing network, solved by mean-value analysis. think and "
		"locked are the ns of a\nmapping outside and inside shared locks. model 1 equals "
		"measured 1 by construction, measured 2 checks\nmodel 2, and more threads were not "
		"measured. The modelled machine has %d CPUs and moves a cache line\nbetween two of "
		"them in %.0f ns.\n\n", MODEL_CPUS, line);
	print_predictions(ms, f);
}

/* --- JSON and CSV -------------------------------------------------------------- */

static json_t *locks_to_json(const struct micro_model *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->n_locks; i++) {
		const struct micro_lock *l = &m->locks[i];

		json_array_append_new(list, json_pack(
			"{s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "lock", l->name,
			"read", l->read, "per_mapping", bl_json_real(l->per_mapping),
			"held_median_ns", bl_json_real(l->median),
			"held_mean_ns", bl_json_real(l->mean), "held_p99_ns", bl_json_real(l->p99),
			"copies", bl_json_real(l->copies), "shared", bl_json_real(l->shared)));
	}
	return list;
}

static json_t *point_to_json(const struct micro_model *m, size_t k)
{
	double predicted = m->invalid ? NAN : m->predicted[k];
	double measured = k < 2 && !m->invalid ? m->measured[k] : NAN;

	return json_pack("{s:i, s:s, s:o, s:o}", "threads", (int)micro_point_to_threads(k),
			 "what", "model", "per_second", bl_json_real(predicted),
			 "measured_per_second", bl_json_real(measured));
}

json_t *micro_models_to_json(const struct micro_models *ms)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ms->n; i++) {
		const struct micro_model *m = &ms->v[i];
		json_t *points = json_array();

		for (size_t k = 0; k < MODEL_POINTS; k++)
			json_array_append_new(points, point_to_json(m, k));
		json_array_append_new(list, json_pack(
			"{s:s, s:s, s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "what", "model",
			"plane", "native", "strategy", m->strategy, "size", (int)m->size,
			"n", (int)m->n, "invalid",
			m->invalid ? json_string(m->invalid) : json_null(),
			"line_ns", bl_json_real(m->line_ns), "think_ns", bl_json_real(m->think_ns),
			"locked_ns", bl_json_real(m->locked_ns), "locks", locks_to_json(m),
			"points", points));
	}
	return list;
}

static void print_csv_point(FILE *f, const struct micro_model *m, const char *what, u32 threads,
			    size_t n, double v)
{
	if (m->invalid || !isfinite(v))
		return;
	fprintf(f, "native,%s,", what);
	csv_put_string(f, m->strategy);
	fprintf(f, ",%u,%u,%zu,", m->size, threads, n);
	csv_put_number(f, 0, v);
	fputc('\n', f);
}

void micro_models_print_csv(const struct micro_models *ms, FILE *f)
{
	fputs("plane,what,strategy,size,threads,n,per_second\n", f);
	for (size_t i = 0; i < ms->n; i++) {
		for (u32 k = 0; k < 2; k++)
			print_csv_point(f, &ms->v[i], "measured", k + 1, ms->v[i].n_measured[k],
					ms->v[i].measured[k]);
		for (size_t k = 0; k < MODEL_POINTS; k++)
			print_csv_point(f, &ms->v[i], "model", micro_point_to_threads(k),
					ms->v[i].n, ms->v[i].predicted[k]);
	}
}
