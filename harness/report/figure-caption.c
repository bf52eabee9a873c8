// SPDX-License-Identifier: GPL-2.0-or-later
/* The captions of figures: texts beside the drawings, which have none inside. */
#include "report/chart.h"
#include "campaign/campaign.h"
#include "campaign/provenance.h"
#include "report/figure-caption.h"
#include "report/report.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LINE	100	/* columns */

void caption_print(FILE *f, const char *text)
{
	struct bl_strv lines = {};

	bl_wrap_text(&lines, text, LINE);
	for (size_t i = 0; i < lines.n; i++)
		fprintf(f, "%s\n", lines.v[i]);
	bl_strv_free(&lines);
}

/* Print a text that is formatted as by printf(), wrapped. */
static void __attribute__((format(printf, 2, 3))) print_wrapped(FILE *f, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = bl_vfmt(fmt, args);
	va_end(args);
	caption_print(f, text);
	free(text);
}

/* Say how many dots a row has. *@few is set if some row has too few for an interval. */
static char *describe_dots(const struct chart *c, bool relative, bool *few)
{
	size_t lo = SIZE_MAX, hi = 0;

	for (size_t i = 0; i < c->n_panels; i++) {
		for (size_t k = 0; k < c->rows.n; k++) {
			const struct verdict_cell *cell = chart_cell(c, i, k);
			size_t n = !cell ? 0 : relative ? cell->n_common : cell->n;

			if (!cell)
				continue;
			lo = n < lo ? n : lo;
			hi = n > hi ? n : hi;
		}
	}
	*few = lo < STATS_MIN_N;
	return lo < hi ? bl_fmt("n = %zu to %zu", lo, hi) : bl_fmt("n = %zu", hi);
}

/* Say the margin of each panel, or one for all. */
static char *describe_margin(const struct chart *c)
{
	struct bl_strv l = {};
	bool one = true;
	char *text;

	for (size_t i = 0; i < c->n_panels; i++)
		one &= fabs(c->panels[i].margin_pct - c->panels[0].margin_pct) < 5e-4;
	for (size_t i = 0; i < c->n_panels && !one; i++) {
		text = bl_fmt("%.3g %% in %s", c->panels[i].margin_pct, c->panels[i].title);
		bl_strv_add(&l, text);
		free(text);
	}
	text = one ? bl_fmt("%.3g %%", c->panels[0].margin_pct) : bl_strv_join(&l, ", ");
	bl_strv_free(&l);
	return text;
}

/* Say when the margin was chosen; of several campaigns, what is true of all. */
static const char *describe_margin_source(const struct chart *c)
{
	static const char *const texts[] = {
		[MARGIN_DECLARED] = "declared before the run", [MARGIN_DEFAULT] = "a default that "
		"the plan did not declare", [MARGIN_CHOSEN] = "chosen after the run",
	};

	for (size_t i = 1; i < c->n; i++)
		if (c->v[i].margin_source != c->v->margin_source)
			return "not declared before the run in each of the campaigns";
	return texts[c->v->margin_source];
}

/* Describe what only the figure of ratios has. */
static char *describe_band(const struct chart *c)
{
	char *margin = describe_margin(c), *text;

	text = bl_fmt(" Grey band: the margin of same, %s, %s.%s", margin, describe_margin_source(c),
		      c->has_rim ? " Numbers at the rim: ratios beyond the axis, with their intervals." :
		      "");
	free(margin);
	return text;
}

static void print_first(const struct chart *c, bool relative, FILE *f)
{
	char *n, *band = relative ? describe_band(c) : bl_strdup("");
	bool few;

	n = describe_dots(c, relative, &few);
	print_wrapped(f, "%s%s%s%s. Each dot is %s (%s per row). Symbol and bar: %s with its 95 %% "
		      "interval%s.%s",
		      !c->insns ? relative ? "IOPS relative to " : "IOPS" :
		      relative ? "Instructions per I/O of " : "Instructions of the guest per I/O",
		      relative ? figure_options_name(c->o, c->baseline) : "",
		      c->insns && relative ? " divided by those of each strategy, which is the ratio "
		      "of IOPS; right of 1: fewer instructions" : "",
		      c->emulated ? "; emulated" : "",
		      relative ? "the ratio in one block" : "one fresh device", n,
		      relative ? "Hodges-Lehmann estimate" : "median",
		      few ? " (none below n = 5)" : "", band);
	free(band);
	free(n);
}

/* Print in which jobs no verdict stands, because equal cells did not come out equal. */
static void print_unclean_pairs(const struct verdicts *v, FILE *f)
{
	struct bl_strv jobs = {};
	char *list;

	for (size_t i = 0; v->n_cells && i < v->sum->jobs.n; i++)
		if (v->aa[i].state > AA_CLEAN)
			bl_strv_add(&jobs, v->sum->jobs.v[i]);
	if (jobs.n) {
		list = bl_strv_join(&jobs, ", ");
		print_wrapped(f, "WARNING: in %s the A/A pair is not clean in %s; no verdict stands "
			      "there.", v->sum->name, list);
		free(list);
	}
	bl_strv_free(&jobs);
}

/* Print what changed while the campaign ran. */
static void print_changes(const struct summary *s, FILE *f)
{
	struct bl_strv changes = {};
	char *list;

	provenance_list_changes(s->dir, s->env, &changes);
	if (changes.n) {
		list = bl_strv_join(&changes, "; ");
		print_wrapped(f, "CHANGED while it ran: %s.", list);
		free(list);
	}
	bl_strv_free(&changes);
}

/* Print what a reader of the numbers must know of the machine, if there is something. */
static void print_warnings(FILE *f, const struct summary *s)
{
	char *noise = campaign_noise_text(json_object_get(s->env, "unfit"));
	char *replaced = provenance_list_replaced(s->env);

	/* A busy host does not change the counts of icount. */
	if (noise && strcmp(s->accel, "icount"))
		print_wrapped(f, "BUSY HOST when the session began: %s.", noise);
	if (replaced)
		print_wrapped(f, "Not the files of the kernel's package: %s.", replaced);
	free(replaced);
	free(noise);
}

void caption_print_source(FILE *f, const struct summary *s)
{
	char *plane = report_plane(s), *line = provenance_line(s->env);

	print_wrapped(f, "Campaign %s: plane %s; order of jobs: %s; measured on: %s.", s->name, plane,
		      order_names[s->order], line);
	free(line);
	free(plane);
	print_warnings(f, s);
	print_changes(s, f);
}

void chart_write_caption(const struct chart *c, bool relative, FILE *f)
{
	print_first(c, relative, f);
	for (size_t i = 0; i < c->n; i++) {
		caption_print_source(f, c->v[i].sum);
		print_unclean_pairs(&c->v[i], f);
	}
}
