// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes summary.csv: one line per planned run and job. */
#include "report/report.h"
#include "report/sections.h"
#include "lib/csv.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

/* Return the standard deviation of the logarithms of the IOPS on one device; NaN of one run. */
static double sd_of_logs(const struct sum_row *r)
{
	double *logs = bl_zalloc((r->n_each + 1) * sizeof(*logs)), sd = NAN;

	for (unsigned int k = 0; k < r->n_each; k++)
		logs[k] = log(r->each[k]);
	if (r->n_each > 1)
		sd = gsl_stats_sd(logs, 1, r->n_each);
	free(logs);
	return sd;
}

static void add_row(struct csv_row *r, const struct summary *sum, const struct sum_row *s)
{
	csv_text(r, "run", s->run);
	csv_text(r, "kind", kind_names[s->kind]);
	csv_count(r, "block", s->block);
	csv_text(r, "label", s->label);
	csv_text(r, "strategy", s->strategy);
	for (size_t i = 0; i < AXES; i++)
		csv_text(r, axis_names[i], s->axis[i]);
	csv_count(r, "page_order", s->page_order);
	csv_count(r, "bounce_mb", s->bounce_mb);
	csv_text(r, "job", s->job);
	csv_text(r, "status", status_names[s->status]);
	csv_text(r, "reason", s->reason ? s->reason : "");
	csv_number(r, "iops", 3, s->fio.iops);
	csv_number(r, "bw_bytes", 0, s->fio.bw_bytes);
	csv_number(r, "clat_p50_ns", 0, s->fio.clat_p50_ns);
	csv_number(r, "clat_p99_ns", 0, s->fio.clat_p99_ns);
	csv_number(r, "ios", 0, s->fio.ios);
	csv_number(r, "runtime_ms", 0, s->fio.runtime_ms);
	csv_count(r, "shard", s->shard);
	csv_count(r, "boot", s->boot);
	csv_count(r, "runs", s->n_each);
	csv_number(r, "runs_sd_pct", 3, 100 * sd_of_logs(s));
	csv_text(r, "order", order_names[sum->order]);
	csv_count(r, "position", s->position);
	csv_end(r);
}

void report_summary_csv(const struct verdicts *v, FILE *f)
{
	const struct summary *s = v->sum;
	struct report_csv c;

	report_csv_begin(&c, s, f);
	add_row(&c.row, s, &(struct sum_row){});
	for (size_t i = 0; i < s->n_rows; i++)
		add_row(&c.row, s, &s->rows[i]);
	report_csv_end(&c);
}
