// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * costs.csv of a campaign: what the module counted, per mapping or per byte mapped; medians over
 * the n valid runs of a label. The counters are of a whole run: where a device does one job, there
 * is a row for each job, otherwise one for all of them. The stock module counts nothing, so it has
 * no row.
 */
#include "report/report.h"
#include "report/sections.h"
#include "lib/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ALL_JOBS	"all"

enum { COPIED, FAULT_COPIED, ZEROED, FAULTS, ZAPS, PAGES, IOVAS, FAILURES, RESIDENT, COLUMNS };

static const struct column {
	const char *name;
	int decimals;
	double scale;
	const char *over;	/* the counter that divides; NULL: none */
	const char *sum[4];	/* the counters that are added */
	bool level;		/* not what was added during the run, but what is there */
} columns[COLUMNS] = {
	[COPIED] = { "copied_per_byte", 4, 1, "map_bytes",
		     { "copy_to_bounce_bytes", "copy_from_bounce_bytes",
		       "copy_to_daemon_bytes", "copy_from_daemon_bytes" }, false },
	[FAULT_COPIED] = { "copied_in_faults_per_byte", 6, 1, "map_bytes",
			   { "copy_in_fault_bytes" }, false },
	[ZEROED] = { "zeroed_per_byte", 4, 1, "map_bytes", { "zero_bytes" }, false },
	[FAULTS] = { "faults_per_map", 4, 1, "map", { "fault" }, false },
	[ZAPS] = { "zaps_per_map", 4, 1, "map", { "zap" }, false },
	[PAGES] = { "pages_per_map", 4, 1, "map", { "page_alloc" }, false },
	[IOVAS] = { "iovas_per_map", 4, 1, "map", { "iova_alloc" }, false },
	[FAILURES] = { "failures", 0, 1, NULL,
		       { "map_fail", "page_alloc_fail", "iova_alloc_fail" }, false },
	[RESIDENT] = { "resident_mib", 2, 1.0 / (1 << 20), NULL, { "resident_bytes" }, true },
};

/* The counter's value in the text of a run's counters.csv; NaN if it is not there. */
static double counter(const char *text, const char *name, bool level)
{
	size_t n = strlen(name);
	long long before, after, delta;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, n) || line[n] != ',')
			continue;
		if (sscanf(line + n, ",%lld,%lld,%lld", &before, &after, &delta) != 3)
			break;
		return level ? after : delta;
	}
	return NAN;
}

static double column_value(const struct column *c, const char *text)
{
	double sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(c->sum) && c->sum[i]; i++)
		sum += counter(text, c->sum[i], c->level);
	return c->scale * (c->over ? sum / counter(text, c->over, false) : sum);
}

/* Append the run's values to those of its label; nothing if it counted nothing. */
static void add_run(const char *dir, const char *run, double *values[COLUMNS], size_t *n)
{
	char *path = bl_fmt("%s/runs/%s/counters.csv", dir, run), *text;

	if (!bl_read_file(path, &text, NULL)) {
		if (counter(text, "map", false) > 0) {
			for (size_t i = 0; i < COLUMNS; i++)
				values[i][*n] = column_value(&columns[i], text);
			(*n)++;
		}
		free(text);
	}
	free(path);
}

/* Add the row of a label and job: medians of the @n values of each column. */
static void add_row(struct csv_row *r, const struct summary *s, const char *label,
		    double *values[COLUMNS], size_t n, const char *job)
{
	csv_text(r, "label", label);
	csv_count(r, "n", n);
	for (size_t i = 0; i < COLUMNS; i++)
		csv_number(r, columns[i].name, columns[i].decimals, stats_median(values[i], n));
	csv_text(r, "job", job);
	csv_text(r, "order", order_names[s->order]);
	csv_end(r);
}

/* Return the job that the counters of row @i's run are of. The rows of a run follow each other. */
static const char *counted_job(const struct summary *s, size_t i)
{
	const struct sum_row *r = &s->rows[i];

	if ((i && !strcmp(r[-1].run, r->run)) ||
	    (i + 1 < s->n_rows && !strcmp(r[1].run, r->run)))
		return ALL_JOBS;
	return r->job;
}

static void add_label(struct csv_row *row, const struct summary *s, const char *label,
		      const char *job)
{
	const char *last = NULL;
	double *values[COLUMNS];
	size_t n = 0;

	for (size_t i = 0; i < COLUMNS; i++)
		values[i] = bl_zalloc((s->n_rows + 1) * sizeof(double));
	for (size_t i = 0; i < s->n_rows; i++) {
		const struct sum_row *r = &s->rows[i];

		if (r->status != STATUS_OK || r->kind != KIND_TIME || strcmp(r->label, label) ||
		    strcmp(counted_job(s, i), job) || (last && !strcmp(last, r->run)))
			continue;
		last = r->run;
		add_run(s->dir, r->run, values, &n);
	}
	if (n)
		add_row(row, s, label, values, n, job);
	for (size_t i = 0; i < COLUMNS; i++)
		free(values[i]);
}

void report_costs_csv(const struct verdicts *v, FILE *f)
{
	const struct bl_strv *jobs = &v->sum->jobs;
	struct report_csv c;
	double *none[COLUMNS] = {};

	report_csv_begin(&c, v->sum, f);
	add_row(&c.row, v->sum, "", none, 0, "");
	for (size_t i = 0; i < v->labels.n; i++) {
		for (size_t k = 0; k < jobs->n; k++)
			add_label(&c.row, v->sum, v->labels.v[i], jobs->v[k]);
		add_label(&c.row, v->sum, v->labels.v[i], ALL_JOBS);
	}
	report_csv_end(&c);
}
