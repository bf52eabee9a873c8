// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab report: everything that is derived from a campaign. */
#include "lib/util.h"
#include "proto/run-files.h"
#include "cmd/commands.h"
#include "campaign/campaign.h"
#include "eval/levels.h"
#include "campaign/merge.h"
#include "eval/stop.h"
#include "report/report.h"
#include "lib/table.h"
#include "proto/trace-events.h"
#include "report/trace-report.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_JSON = 256, OPT_NO_PLOTS, OPT_SAME };

struct report_args {
	const char *campaign;
	bool json, no_plots;
	double same_pct;
};

static const struct argp_option options[] = {
	{ "json", OPT_JSON, NULL, 0, "Print verdicts as JSON instead of the table", 0 },
	{ "no-plots", OPT_NO_PLOTS, NULL, 0, "Draw no figures", 0 },
	{ "same-within", OPT_SAME, "PERCENT", 0,
	  "Differences up to this much do not matter (default 5)", 0 },
	{}
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct report_args *a = state->input;

	switch (key) {
	case OPT_JSON:
		a->json = true;
		return 0;
	case OPT_NO_PLOTS:
		a->no_plots = true;
		return 0;
	case OPT_SAME:
		if (bl_parse_double(arg, 0.01, 100, &a->same_pct))
			argp_error(state, "--same-within: '%s' is no percentage; "
				   "valid: 0.01 to 100", arg);
		return 0;
	case ARGP_KEY_ARG:
		if (a->campaign)
			argp_error(state, "one campaign at a time; '%s' is a second one", arg);
		a->campaign = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which campaign? Give a directory or a name below results/");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* --- files ------------------------------------------------------------------ */

static void print_csv_summary(const struct verdicts *v, FILE *f)
{
	summary_csv(v->sum, f);
}

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
	int err;

	err = write_derived(v, "summary.csv", print_csv_summary);
	if (!err)
		err = write_derived(v, "verdicts.csv", verdicts_csv);
	if (!err)
		err = write_derived(v, "costs.csv", report_costs);
	if (!err)
		err = write_derived(v, "table.txt", print_table);
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
	trace_print(views, n, out);
	err = trace_write_csv(views, n, d.sum.dir);
	fflush(out);
	if (!err && plots)
		err = trace_figures(views, n, d.sum.dir);
	if (!err)
		fprintf(out, "traces:  %s/trace-*.csv%s\n", d.sum.dir,
			plots ? ", figures/trace-*.{svg,pdf}" : "");
	if (!err && bl_count_files(dir, "runs/*/" RUN_TRACE_DAT))
		fprintf(out, "events:  %s/runs/*/" RUN_TRACE_DAT ", for trace-cmd and KernelShark\n",
			d.sum.dir);
	trace_views_free(views, n);
	trace_data_free(&d);
	return err;
}

/* --- the report --------------------------------------------------------------- */

static void print_json(const struct verdicts *v, FILE *out)
{
	json_t *j = verdicts_json(v);

	levels_json(v, j);
	json_object_set_new(j, "stop", stop_json(v->sum));
	json_object_set_new(j, "shards", bl_merge_json(v->sum));
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

static int report(const char *dir, const struct report_args *a, FILE *out)
{
	struct summary sum;
	struct verdicts v;
	bool plots = !a->no_plots;
	int err, plot_err = 0;

	err = summary_load(&sum, dir);
	if (err)
		return err;
	err = verdicts_make(&v, &sum, a->same_pct);
	if (err)
		goto out_summary;
	err = write_all_derived(&v);
	if (err)
		goto out;
	if (a->json)
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
	if (!a->json)
		print_paths(&v, plots && !plot_err, out);
	err = plot_err ? plot_err : sum.n_status[SUM_OK] < sum.n_runs;
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

int report_campaign(const char *campaign_dir, FILE *out)
{
	struct report_args a = { .same_pct = VERDICT_SAME_PCT };

	return report(campaign_dir, &a, out);
}

/* --- the command -------------------------------------------------------------- */

int cmd_report(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "CAMPAIGN",
		"Derive tables, verdicts and figures from a campaign's runs.\v"
		"CAMPAIGN is a directory or a name below results/. Writes summary.csv, "
		"verdicts.csv, costs.csv, table.txt and figures/ into it. Exit code: 0 if all planned runs "
		"are there and valid, 1 if not, 2 for bad usage.",
		NULL, NULL, NULL
	};
	struct report_args a = { .same_pct = VERDICT_SAME_PCT };
	char *dir;
	int err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &a))
		return BL_EXIT_USAGE;
	dir = bl_find_campaign(a.campaign);
	if (!dir)
		return BL_EXIT_USAGE;
	err = report(dir, &a, stdout);
	free(dir);
	return err ? BL_EXIT_FAIL : BL_EXIT_OK;
}
