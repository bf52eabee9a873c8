// SPDX-License-Identifier: GPL-2.0-or-later
/* Evaluates a campaign and writes everything that is derived from it. */
#include "report/report.h"
#include "campaign/campaign.h"
#include "lib/table.h"
#include "proto/run-files.h"
#include "report/sections.h"
#include "report/trace.h"

#include <errno.h>
#include <string.h>

/* --- files ------------------------------------------------------------------ */

static void print_table(const struct verdicts *v, FILE *f)
{
	report_text(v, f, false);
}

static int write_derived(const struct verdicts *v, const char *name,
			 void (*print)(const struct verdicts *, FILE *))
{
	struct bl_draft d;

	print(v, bl_draft_open(&d));
	return bl_draft_save_in(&d, v->sum->dir, name);
}

static int write_all_derived(const struct verdicts *v)
{
	static const struct {
		const char *name;
		void (*print)(const struct verdicts *v, FILE *f);
	} files[] = {
		{ "summary.csv", report_summary_csv }, { "verdicts.csv", report_verdicts_csv },
		{ "costs.csv", report_costs_csv }, { "table.txt", print_table },
	};
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files) && !err; i++)
		err = write_derived(v, files[i].name, files[i].print);
	return err;
}

/* --- traces ------------------------------------------------------------------- */

static int report_traces(const char *dir, bool plots, FILE *out)
{
	struct trace_view *views;
	struct trace_data d;
	size_t n;
	int err = trace_data_load(&d, dir);

	if (err)
		return err;
	views = trace_views(&d, &n);
	report_print_traces(views, n, out);
	err = report_write_trace_csv(views, n, d.sum.dir);
	fflush(out);
	if (!err && plots)
		err = report_draw_traces(views, n, d.sum.dir);
	if (!err)
		fprintf(out, "traces:  %s/trace-*.csv%s\n", d.sum.dir,
			plots ? ", figures/trace-*.{svg,pdf}" : "");
	if (!err && campaign_count_files(dir, "runs/*/" RUN_TRACE_DAT))
		fprintf(out, "events:  %s/runs/*/" RUN_TRACE_DAT ", for trace-cmd and KernelShark\n",
			d.sum.dir);
	trace_views_free(views, n);
	trace_data_free(&d);
	return err;
}

/* --- the report --------------------------------------------------------------- */

static void print_json(const struct verdicts *v, FILE *out)
{
	json_t *j = report_verdicts_json(v);

	report_add_levels(v, j);
	report_add_provenance(v->sum, j);
	report_add_order(v->sum, j);
	json_object_set_new(j, "stop", report_stop_json(v->sum));
	json_object_set_new(j, "shards", report_shards_json(v->sum));
	json_dumpf(j, out, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	fputc('\n', out);
	json_decref(j);
}

static void print_paths(const struct verdicts *v, bool plots, FILE *out)
{
	const char *dir = v->sum->dir;

	fprintf(out, "\nresults: %s/{table.txt,summary.csv,verdicts.csv,costs.csv}\n", dir);
	if (plots)
		fprintf(out, "figures: %s/figures/{relative,absolute}.{svg,pdf}\n", dir);
}

int report_campaign(const char *dir, const struct report_options *o, FILE *out)
{
	static const struct report_options defaults = REPORT_DEFAULTS;
	struct summary sum;
	struct verdicts v;
	bool plots;
	int err, plot_err = 0;

	o = o ? o : &defaults;
	plots = o->plots;
	err = summary_load(&sum, dir);
	if (err)
		return err;
	err = verdicts_make(&v, &sum, o->same_pct);
	if (err)
		goto out_summary;
	err = write_all_derived(&v);
	if (err)
		goto out;
	if (o->json)
		print_json(&v, out);
	else if (summary_traced(&sum))
		err = report_traces(dir, plots, out);
	else
		report_text(&v, out, table_colour(out));
	if (err)
		goto out;
	fflush(out);
	if (plots && !v.n_max)
		bl_err("%s: no valid timed run, so no figures", sum.dir);
	/* Traced runs are not timed ones, and not drawn as such. */
	plots = plots && v.n_max && !summary_traced(&sum);
	/* The table is worth having even where there is no gnuplot. */
	if (plots)
		plot_err = report_figures(&v);
	if (!o->json)
		print_paths(&v, plots && !plot_err, out);
	err = plot_err ? plot_err : sum.n_status[STATUS_OK] < sum.n_runs;
	if (fflush(out) || ferror(out)) {
		err = -EIO;
		bl_err("the report could not be printed in full; it is in %s/table.txt", sum.dir);
	}
out:
	verdicts_free(&v);
out_summary:
	summary_free(&sum);
	return err;
}
