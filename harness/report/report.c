// SPDX-License-Identifier: GPL-2.0-or-later
/* Evaluates campaigns and writes everything that is derived from them. */
#include "report/report.h"
#include "campaign/campaign.h"
#include "campaign/verify.h"
#include "lib/table.h"
#include "report/output.h"
#include "report/sections.h"
#include "report/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The campaigns of a report. */
struct reported {
	const struct report_options *o;
	struct summary *sum;
	struct verdicts *v;
	size_t n;
	char **where;		/* of each, the directory for derived files; NULL: nowhere */
	char *common;		/* the directory for what all have in common; NULL: nowhere */
	bool traced;
};

/* --- files ------------------------------------------------------------------ */

static void print_table(const struct verdicts *v, FILE *f)
{
	report_text(v, f, false);
}

static int write_derived(const struct verdicts *v, const char *dir)
{
	static const struct {
		const char *name;
		void (*print)(const struct verdicts *v, FILE *f);
	} files[] = {
		{ "summary.csv", report_summary_csv }, { "verdicts.csv", report_verdicts_csv },
		{ "costs.csv", report_costs_csv }, { "table.txt", print_table },
	};
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files) && !err; i++) {
		struct bl_draft d;

		files[i].print(v, bl_draft_open(&d));
		err = bl_draft_save_in(&d, dir, files[i].name);
	}
	return err;
}

/* Write the files of each campaign, after removing those of an earlier report. */
static int write_all_derived(const struct reported *r)
{
	int err = 0;

	for (size_t i = 0; i < r->n && !err; i++) {
		if (!r->where[i])
			continue;
		err = report_clean(r->where[i]);
		err = err ? err : write_derived(&r->v[i], r->where[i]);
	}
	if (!err && r->n > 1 && r->common)
		err = report_clean(r->common);
	return err;
}

/* --- the report --------------------------------------------------------------- */

static json_t *campaign_json(const struct verdicts *v)
{
	json_t *j = report_verdicts_json(v);

	report_add_levels(v, j);
	report_add_provenance(v->sum, j);
	report_add_order(v->sum, j);
	json_object_set_new(j, "stop", report_stop_json(v->sum));
	json_object_set_new(j, "shards", report_shards_json(v->sum));
	return j;
}

/* Print the object of one campaign, or a list of several. */
static void print_json(const struct reported *r, FILE *out)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n; i++)
		json_array_append_new(list, campaign_json(&r->v[i]));
	json_dumpf(r->n == 1 ? json_array_get(list, 0) : list, out,
		   JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	fputc('\n', out);
	json_decref(list);
}

static void print_texts(const struct reported *r, FILE *out)
{
	for (size_t i = 0; i < r->n; i++) {
		if (i)
			fputc('\n', out);
		report_text(&r->v[i], out, table_colour(out));
	}
}

static void print_paths(const struct reported *r, bool plots, FILE *out)
{
	char *suffixes = gnuplot_suffixes(r->o->figures.formats);

	fputc('\n', out);
	for (size_t i = 0; i < r->n; i++)
		if (r->where[i])
			fprintf(out, "results: %s/{table.txt,summary.csv,verdicts.csv,costs.csv}\n",
				r->where[i]);
	if (plots)
		fprintf(out, "figures: %s/figures/{relative,absolute}.%s, captions in .txt\n",
			r->common, suffixes);
	free(suffixes);
}

static bool has_timed_run(const struct reported *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].n_max)
			return true;
	return false;
}

/* Draw the figures of timed runs. Traced runs are not timed ones, and not drawn as such. */
static int draw(const struct reported *r, bool *drawn)
{
	char *dir;
	int err;

	*drawn = false;
	if (!r->common || !r->o->plots || r->traced)
		return 0;
	if (!has_timed_run(r)) {
		bl_err("%s: no valid timed run, so no figures", r->sum->dir);
		return 0;
	}
	dir = bl_fmt("%s/figures", r->common);
	err = report_figures(r->v, r->n, dir, &r->o->figures);
	*drawn = !err;
	free(dir);
	return err;
}

static int report_all(const struct reported *r, FILE *out)
{
	int err = 0, plot_err;
	size_t bad = 0;
	bool drawn;

	if (r->o->plots && !r->traced)
		err = report_check_figures(r->v, r->n, &r->o->figures);
	err = err ? err : write_all_derived(r);
	if (err)
		return err;
	if (r->o->json)
		print_json(r, out);
	else if (!r->traced)
		print_texts(r, out);
	if (r->traced)
		err = report_traces(r->sum, r->n, r->common, r->o, r->o->json ? NULL : out);
	if (err)
		return err;
	fflush(out);
	/* The table is worth having even where there is no gnuplot. */
	plot_err = draw(r, &drawn);
	if (!r->o->json)
		print_paths(r, drawn, out);
	if (fflush(out) || ferror(out)) {
		bl_err("the report could not be printed in full; -o DIR writes it to files");
		return -EIO;
	}
	for (size_t i = 0; i < r->n; i++)
		bad += r->sum[i].n_status[STATUS_OK] < r->sum[i].n_runs;
	return plot_err ? plot_err : bad > 0;
}

/* --- loading -------------------------------------------------------------------- */

/* Say where the files of a campaign go; NULL and a message: nowhere. The caller frees it. */
static char *find_place(const struct reported *r, const struct summary *s)
{
	if (r->o->out)
		return r->n == 1 ? bl_strdup(r->o->out) : bl_fmt("%s/%s", r->o->out, s->name);
	if (report_may_write(s->dir))
		return bl_strdup(s->dir);
	bl_err("%s: the directory cannot be written, so there are no files; -o DIR writes them "
	       "elsewhere", s->dir);
	return NULL;
}

/* Check that campaigns can be reported together: each has a name of its own, all or none traces. */
static int check_together(const struct reported *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (summary_traced(&r->sum[i]) != r->traced) {
			bl_err("%s has traced runs and %s has none: report them one by one",
			       r->sum[r->traced ? 0 : i].name, r->sum[r->traced ? i : 0].name);
			return -EINVAL;
		}
		for (size_t k = 0; k < i; k++) {
			if (strcmp(r->sum[i].name, r->sum[k].name))
				continue;
			bl_err("%s, %s: two campaigns of one name cannot be told apart in tables and "
			       "figures; rename one of the directories", r->sum[k].dir, r->sum[i].dir);
			return -EINVAL;
		}
	}
	return 0;
}

static int load(struct reported *r, const char *const *dirs, size_t n)
{
	int err = 0;

	r->sum = bl_zalloc(n * sizeof(*r->sum));
	r->v = bl_zalloc(n * sizeof(*r->v));
	r->where = bl_zalloc(n * sizeof(*r->where));
	for (; r->n < n && !err; r->n++) {
		int unchecked = campaign_verify(dirs[r->n], r->o->verify);

		err = unchecked < 0 ? unchecked : summary_load(&r->sum[r->n], dirs[r->n]);
		r->sum[r->n].unchecked = unchecked > 0;
		err = err ? err : verdicts_make(&r->v[r->n], &r->sum[r->n], r->o->same_pct);
	}
	if (err)
		return err;
	r->traced = summary_traced(r->sum);
	err = check_together(r);
	for (size_t i = 0; i < n && !err; i++)
		r->where[i] = find_place(r, &r->sum[i]);
	if (!err && (r->o->out || n == 1) && r->where[0])
		r->common = bl_strdup(r->o->out ? r->o->out : r->where[0]);
	return err;
}

static void unload(struct reported *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->where[i]);
		verdicts_free(&r->v[i]);
		summary_free(&r->sum[i]);
	}
	free(r->where);
	free(r->v);
	free(r->sum);
	free(r->common);
}

int report_campaigns(const char *const *dirs, size_t n, const struct report_options *o, FILE *out)
{
	struct reported r = { .o = o };
	int err = load(&r, dirs, n);

	if (!err)
		err = report_all(&r, out);
	unload(&r);
	return err;
}

int report_campaign(const char *dir, FILE *out)
{
	static const struct report_options defaults = REPORT_DEFAULTS;

	return report_campaigns(&dir, 1, &defaults, out);
}
