// SPDX-License-Identifier: GPL-2.0-or-later
/* Reports traced campaigns: text, tables and figures of all of them side by side. */
#include "report/report.h"
#include "campaign/campaign.h"
#include "proto/run-files.h"
#include "report/trace.h"

#include <stdlib.h>
#include <string.h>

struct traces {
	struct trace_data *data;
	struct trace_view *views;	/* of all campaigns */
	size_t n, n_views;
};

/* Tell whether two campaigns have traced strategies of one name. */
static bool has_title(const struct traces *t, const struct trace_view *v)
{
	for (size_t i = 0; i < t->n_views; i++)
		if (t->views[i].data != v->data && !strcmp(t->views[i].subject->name, v->subject->name))
			return true;
	return false;
}

/* Say the campaign in titles that would otherwise be ambiguous. */
static void mark_titles(struct traces *t)
{
	for (size_t i = 0; i < t->n_views; i++) {
		struct trace_view *v = &t->views[i];

		if (!has_title(t, v))
			continue;
		free(v->title);
		v->title = bl_fmt("%s (%s)", v->subject->name, v->data->sum.name);
	}
}

static int load(struct traces *t, const struct summary *s, size_t n)
{
	t->data = bl_zalloc(n * sizeof(*t->data));
	for (; t->n < n; t->n++) {
		struct trace_view *views;
		size_t count;
		int err = trace_data_load(&t->data[t->n], s[t->n].dir);

		if (err)
			return err;
		views = trace_views(&t->data[t->n], &count);
		t->views = bl_realloc(t->views, (t->n_views + count) * sizeof(*views));
		memcpy(t->views + t->n_views, views, count * sizeof(*views));
		t->n_views += count;
		free(views);
	}
	mark_titles(t);
	return 0;
}

static void unload(struct traces *t)
{
	trace_views_free(t->views, t->n_views);
	for (size_t i = 0; i < t->n; i++)
		trace_data_free(&t->data[i]);
	free(t->data);
}

/* Print where the files are. */
static void print_paths(const struct summary *s, size_t n, const char *dir,
			const struct report_options *o, FILE *out)
{
	char *suffixes = gnuplot_suffixes(o->figures.formats);

	if (dir && o->plots)
		fprintf(out, "traces:  %s/trace-*.csv, figures/trace-*.%s\n", dir, suffixes);
	else if (dir)
		fprintf(out, "traces:  %s/trace-*.csv\n", dir);
	for (size_t i = 0; i < n; i++)
		if (campaign_count_files(s[i].dir, "runs/*/" RUN_TRACE_DAT))
			fprintf(out, "events:  %s/runs/*/" RUN_TRACE_DAT ", for trace-cmd and "
				"KernelShark\n", s[i].dir);
	free(suffixes);
}

static int write_files(const struct traces *t, const char *dir, const struct report_options *o)
{
	char *figures = bl_fmt("%s/figures", dir);
	int err = report_write_trace_csv(t->views, t->n_views, dir);

	if (!err && o->plots)
		err = report_draw_traces(t->views, t->n_views, figures, &o->figures);
	free(figures);
	return err;
}

int report_traces(const struct summary *s, size_t n, const char *dir,
		  const struct report_options *o, FILE *out)
{
	struct traces t = {};
	int err = load(&t, s, n);

	if (!err && o->plots)
		err = report_check_traces(t.views, t.n_views, &o->figures);
	if (err)
		goto out;
	if (out) {
		report_print_traces(t.views, t.n_views, out);
		fflush(out);
	}
	if (dir)
		err = write_files(&t, dir, o);
	if (!err && out)
		print_paths(s, n, dir, o, out);
out:
	unload(&t);
	return err;
}
