// SPDX-License-Identifier: GPL-2.0-or-later
/* Verdicts as CSV and JSON. */
#include "report/report.h"
#include "lib/csv.h"

#include <math.h>
#include <string.h>

void report_verdicts_csv(const struct verdicts *v, FILE *f)
{
	fputs("job,label,strategy,allocator,granule,prefill,backing,page_order,bounce_mb,"
	      "n,planned,common_blocks,iops_median,iops_lo,iops_hi,baseline,ratio,ratio_lo,ratio_hi,p,q,"
	      "floor_pct,margin_pct,clat_p50_ns,clat_p99_ns,insns_per_io,verdict,note\n", f);
	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];
		const char *const names[] = {
			c->job, c->label, c->config ? c->config->strategy : "",
		};
		const struct { int decimals; double v; } numbers[] = {
			{ 6, c->ratio.value }, { 6, c->ratio.lo }, { 6, c->ratio.hi },
			{ 8, c->p }, { 8, c->q }, { 3, c->floor_pct }, { 3, c->margin_pct },
			{ 0, c->clat_p50_ns }, { 0, c->clat_p99_ns },
			{ 0, verdict_insns(v, c) },
		};

		for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
			csv_put_string(f, names[k]);
			fputc(',', f);
		}
		for (size_t a = 0; a < AXES; a++) {
			csv_put_string(f, c->config ? c->config->axis[a] : "");
			fputc(',', f);
		}
		fprintf(f, "%d,%d,%zu,%zu,%zu,", c->config ? c->config->page_order : 0,
			c->config ? c->config->bounce_mb : 0, c->n, c->planned, c->n_common);
		csv_put_estimate(f, 3, c->median.value, c->median.lo, c->median.hi);
		fputc(',', f);
		csv_put_string(f, v->sum->baseline);
		for (size_t k = 0; k < ARRAY_SIZE(numbers); k++) {
			fputc(',', f);
			csv_put_number(f, numbers[k].decimals, numbers[k].v);
		}
		fprintf(f, ",%s,", verdict_name(c->verdict));
		csv_put_string(f, c->note);
		fputc('\n', f);
	}
}

static void set_number(json_t *o, const char *key, double v)
{
	json_object_set_new(o, key, bl_json_real(v));
}

static json_t *cell_json(const struct verdicts *v, const struct verdict_cell *c)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:b, s:i, s:i, s:i}",
			      "job", c->job, "label", c->label,
			      "verdict", verdict_name(c->verdict), "note", c->note,
			      "aa", c->aa, "n", (int)c->n, "planned", (int)c->planned,
			      "common_blocks", (int)c->n_common);

	set_number(o, "iops_median", c->median.value);
	set_number(o, "iops_lo", c->median.lo);
	set_number(o, "iops_hi", c->median.hi);
	set_number(o, "ratio", c->ratio.value);
	set_number(o, "ratio_lo", c->ratio.lo);
	set_number(o, "ratio_hi", c->ratio.hi);
	set_number(o, "p", c->p);
	set_number(o, "q", c->q);
	set_number(o, "floor_pct", c->floor_pct);
	set_number(o, "margin_pct", c->margin_pct);
	set_number(o, "clat_p50_ns", c->clat_p50_ns);
	set_number(o, "clat_p99_ns", c->clat_p99_ns);
	set_number(o, "insns_per_io", verdict_insns(v, c));
	return o;
}

/* One per run that is not ok. */
static json_t *problems_json(const struct summary *s)
{
	json_t *a = json_array();
	const char *last = "";

	for (size_t i = 0; i < s->n_rows; i++) {
		const struct sum_row *r = &s->rows[i];

		if (r->status == SUM_OK || !strcmp(r->run, last))
			continue;
		last = r->run;
		json_array_append_new(a, json_pack("{s:s, s:s, s:s, s:s, s:s}",
			"run", r->run, "kind", r->kind, "label", r->label,
			"status", sum_status_name(r->status), "reason", r->reason));
	}
	return a;
}

json_t *report_verdicts_json(const struct verdicts *v)
{
	const struct summary *s = v->sum;
	json_t *cells = json_array(), *o;

	for (size_t i = 0; i < v->n_cells; i++)
		json_array_append_new(cells, cell_json(v, &v->cells[i]));
	o = json_pack("{s:i, s:s, s:s, s:s, s:b, s:s, s:i, s:i}",
		      "schema", 1, "campaign", s->name, "plane", s->plane,
		      "accel", s->accel, "emulated", s->emulated,
		      "baseline", s->baseline, "n_min", (int)v->n_min,
		      "n_max", (int)v->n_max);
	json_object_set_new(o, "method", json_pack(
		"{s:s, s:f, s:s, s:s, s:f, s:s, s:f, s:i}",
		"estimate", "Hodges-Lehmann of the ratios to the baseline within blocks",
		"level", STATS_LEVEL, "interval", "signed-rank test of the blocks' log ratios",
		"median_interval", "sign test",
		"same_pct", v->same_pct, "family",
		"Benjamini-Hochberg, paired t of log IOPS within blocks",
		"fdr", VERDICT_FDR, "comparisons", (int)v->n_family));
	json_object_set_new(o, "verdicts", cells);
	json_object_set_new(o, "runs", json_pack("{s:i, s:i, s:i, s:i, s:i}",
		"planned", (int)s->n_runs, "ok", (int)s->n_status[SUM_OK],
		"failed", (int)s->n_status[SUM_FAILED],
		"invalid", (int)s->n_status[SUM_INVALID],
		"missing", (int)s->n_status[SUM_MISSING]));
	json_object_set_new(o, "problems", problems_json(s));
	return o;
}
