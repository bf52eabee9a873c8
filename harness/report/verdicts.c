// SPDX-License-Identifier: GPL-2.0-or-later
/* Verdicts as CSV and JSON. */
#include "report/report.h"
#include "report/sections.h"
#include "lib/csv.h"
#include "report/sections.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Add the percentiles of latency. */
static void add_tails(struct csv_row *r, const struct verdict_cell *c)
{
	for (int t = 0; t < TAILS; t++) {
		const struct verdict_tail *tail = &c->tails[t];
		const struct { const char *name; double value; int decimals; } columns[] = {
			{ "ns", tail->ns, 0 }, { "ratio", tail->ratio.value, 6 },
			{ "lo", tail->ratio.lo, 6 }, { "hi", tail->ratio.hi, 6 },
			{ "q", tail->q, 8 },
		};
		char *name;

		for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
			name = bl_fmt("%s_%s", tail_names[t], columns[i].name);
			csv_number(r, name, columns[i].decimals, columns[i].value);
			free(name);
		}
		name = bl_fmt("%s_verdict", tail_names[t]);
		csv_text(r, name, verdict_name(tail->verdict));
		free(name);
		name = bl_fmt("%s_note", tail_names[t]);
		csv_text(r, name, tail->note ? tail->note : "");
		free(name);
	}
}

/* Add what stands behind a verdict, and against it. */
static void add_evidence(struct csv_row *r, const struct verdicts *v, const struct verdict_cell *c)
{
	const struct stats_groups *g = &c->groups;

	csv_text(r, "margin_source", report_margin_word(v->margin_source));
	csv_text(r, "aa_state", v->aa ? report_aa_word(v->aa[c->job_idx].state) : "");
	csv_number(r, "coverage_pct", 2, 100 * c->ratio.coverage);
	csv_count(r, "excludes_1", rule_excludes_1(&c->ratio));
	csv_count(r, "tried_blocks", c->tried);
	csv_count(r, "failed_blocks", c->lost);
	csv_count(r, "small_group", g->n_small);
	csv_number(r, "small_group_ratio", 6, g->n_small ? exp(g->small) : NAN);
	csv_number(r, "large_group_ratio", 6, g->n_small ? exp(g->large) : NAN);
	csv_number(r, "tail_margin_pct", 3, v->tail_pct);
	csv_text(r, "tail_margin_source", report_margin_word(v->tail_source));
}

static void add_row(struct csv_row *r, const struct verdicts *v, const struct verdict_cell *c)
{
	static const struct sum_row none = { .strategy = "", .axis = { "", "", "", "" } };
	const struct sum_row *config = c->config ? c->config : &none;

	csv_text(r, "job", c->job);
	csv_text(r, "label", c->label);
	csv_text(r, "strategy", config->strategy);
	for (size_t i = 0; i < AXES; i++)
		csv_text(r, axis_names[i], config->axis[i]);
	csv_count(r, "page_order", config->page_order);
	csv_count(r, "bounce_mb", config->bounce_mb);
	csv_count(r, "n", c->n);
	csv_count(r, "planned", c->planned);
	csv_count(r, "common_blocks", c->n_common);
	csv_number(r, "iops_median", 3, c->median.value);
	csv_number(r, "iops_lo", 3, c->median.lo);
	csv_number(r, "iops_hi", 3, c->median.hi);
	csv_text(r, "baseline", v->sum->baseline);
	csv_number(r, "ratio", 6, c->ratio.value);
	csv_number(r, "ratio_lo", 6, c->ratio.lo);
	csv_number(r, "ratio_hi", 6, c->ratio.hi);
	csv_number(r, "p", 8, c->p);
	csv_number(r, "q", 8, c->q);
	csv_number(r, "floor_pct", 3, c->floor_pct);
	csv_number(r, "margin_pct", 3, c->margin_pct);
	csv_number(r, "clat_p50_ns", 0, c->clat_p50_ns);
	csv_number(r, "clat_p99_ns", 0, c->clat_p99_ns);
	csv_number(r, "insns_per_io", 0, verdict_insns(v, c));
	csv_text(r, "verdict", verdict_name(c->verdict));
	csv_text(r, "note", c->note);
	csv_text(r, "order", order_names[v->sum->order]);
	add_evidence(r, v, c);
	add_tails(r, c);
	csv_end(r);
}

void report_verdicts_csv(const struct verdicts *v, FILE *f)
{
	struct report_csv c;

	report_csv_begin(&c, v->sum, f);
	add_row(&c.row, v, &(struct verdict_cell){});
	for (size_t i = 0; i < v->n_cells; i++)
		add_row(&c.row, v, &v->cells[i]);
	report_csv_end(&c);
}

static void set_number(json_t *o, const char *key, double v)
{
	json_object_set_new(o, key, bl_json_real(v));
}

static void set_tails(json_t *o, const struct verdict_cell *c)
{
	for (int t = 0; t < TAILS; t++) {
		const struct verdict_tail *tail = &c->tails[t];
		const struct { const char *name; double value; } numbers[] = {
			{ "ns", tail->ns }, { "ratio", tail->ratio.value },
			{ "lo", tail->ratio.lo }, { "hi", tail->ratio.hi }, { "q", tail->q },
		};
		char *name;

		for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
			name = bl_fmt("%s_%s", tail_names[t], numbers[i].name);
			set_number(o, name, numbers[i].value);
			free(name);
		}
		name = bl_fmt("%s_verdict", tail_names[t]);
		json_object_set_new(o, name, json_string(verdict_name(tail->verdict)));
		free(name);
		name = bl_fmt("%s_note", tail_names[t]);
		json_object_set_new(o, name, json_string(tail->note));
		free(name);
	}
}

static void set_evidence(json_t *o, const struct verdicts *v, const struct verdict_cell *c)
{
	const struct stats_groups *g = &c->groups;

	json_object_set_new(o, "aa_state", json_string(report_aa_word(v->aa[c->job_idx].state)));
	json_object_set_new(o, "excludes_1", json_boolean(rule_excludes_1(&c->ratio)));
	set_number(o, "coverage_pct", 100 * c->ratio.coverage);
	json_object_set_new(o, "tried_blocks", json_integer(c->tried));
	json_object_set_new(o, "failed_blocks", json_integer(c->lost));
	json_object_set_new(o, "small_group", json_integer(g->n_small));
	set_number(o, "small_group_ratio", g->n_small ? exp(g->small) : NAN);
	set_number(o, "large_group_ratio", g->n_small ? exp(g->large) : NAN);
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
	set_evidence(o, v, c);
	set_tails(o, c);
	return o;
}

/* One per run that is not ok. */
static json_t *problems_json(const struct summary *s)
{
	json_t *a = json_array();
	const char *last = "";

	for (size_t i = 0; i < s->n_rows; i++) {
		const struct sum_row *r = &s->rows[i];

		if (r->status == STATUS_OK || !strcmp(r->run, last))
			continue;
		last = r->run;
		json_array_append_new(a, json_pack("{s:s, s:s, s:s, s:s, s:s}",
			"run", r->run, "kind", kind_names[r->kind], "label", r->label,
			"status", status_names[r->status], "reason", r->reason));
	}
	return a;
}

/* Return the state of the A/A pair in each job. */
static json_t *aa_json(const struct verdicts *v)
{
	json_t *a = json_array();

	for (size_t i = 0; i < v->sum->jobs.n; i++) {
		const struct verdict_aa *aa = &v->aa[i];
		json_t *o = json_pack("{s:s, s:s, s:s?}", "job", v->sum->jobs.v[i], "state",
				      report_aa_word(aa->state), "label", aa->label);

		set_number(o, "ratio", aa->ratio.value);
		set_number(o, "ratio_lo", aa->ratio.lo);
		set_number(o, "ratio_hi", aa->ratio.hi);
		json_array_append_new(a, o);
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
		"{s:s, s:f, s:s, s:s, s:f, s:s, s:f, s:s, s:s, s:f, s:i}",
		"estimate", "Hodges-Lehmann of the ratios to the baseline within blocks",
		"level", STATS_LEVEL, "interval", "exact signed-rank test of the blocks' log ratios",
		"median_interval", "sign test",
		"same_pct", v->same_pct, "margin_source", report_margin_word(v->margin_source),
		"tail_pct", v->tail_pct, "tail_margin_source", report_margin_word(v->tail_source),
		"family", "Benjamini-Hochberg, p of the same signed-rank test; controls and A/A copies apart",
		"fdr", RULE_FDR, "comparisons", (int)v->n_family));
	json_object_set_new(o, "aa", aa_json(v));
	json_object_set_new(o, "verdicts", cells);
	json_object_set_new(o, "runs", json_pack("{s:i, s:i, s:i, s:i, s:i}",
		"planned", (int)s->n_runs, "ok", (int)s->n_status[STATUS_OK],
		"failed", (int)s->n_status[STATUS_FAILED],
		"invalid", (int)s->n_status[STATUS_INVALID],
		"missing", (int)s->n_status[STATUS_MISSING]));
	json_object_set_new(o, "problems", problems_json(s));
	return o;
}
