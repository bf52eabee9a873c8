// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes summary.csv: one line per planned run and job. */
#include "report/report.h"
#include "lib/csv.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

/* How far the runs on one device are apart: NaN if there is one. */
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

static void csv_row(FILE *f, const struct sum_row *r)
{
	const char *const head[] = { r->run, r->kind };
	const char *const names[] = { r->label, r->strategy };
	const struct { int decimals; double v; } numbers[] = {
		{ 3, r->fio.iops }, { 0, r->fio.bw_bytes },
		{ 0, r->fio.clat_p50_ns }, { 0, r->fio.clat_p99_ns },
		{ 0, r->fio.ios }, { 0, r->fio.runtime_ms },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(head); i++) {
		csv_put_string(f, head[i]);
		fputc(',', f);
	}
	fprintf(f, "%d", r->block);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		fputc(',', f);
		csv_put_string(f, names[i]);
	}
	for (i = 0; i < AXES; i++) {
		fputc(',', f);
		csv_put_string(f, r->axis[i]);
	}
	fprintf(f, ",%d,%d,", r->page_order, r->bounce_mb);
	csv_put_string(f, r->job);
	fprintf(f, ",%s,", sum_status_name(r->status));
	csv_put_string(f, r->reason ? r->reason : "");
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		fputc(',', f);
		csv_put_number(f, numbers[i].decimals, numbers[i].v);
	}
	fprintf(f, ",%d,%d,%u,", r->shard, r->boot, r->n_each);
	csv_put_number(f, 3, 100 * sd_of_logs(r));
	fputc('\n', f);
}

void report_summary_csv(const struct verdicts *v, FILE *f)
{
	const struct summary *s = v->sum;

	fputs("run,kind,block,label,strategy,allocator,granule,prefill,backing,page_order,bounce_mb,job,"
	      "status,reason,iops,bw_bytes,clat_p50_ns,clat_p99_ns,ios,runtime_ms,"
	      "shard,boot,runs,runs_sd_pct\n", f);
	for (size_t i = 0; i < s->n_rows; i++)
		csv_row(f, &s->rows[i]);
}
