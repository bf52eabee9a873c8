// SPDX-License-Identifier: GPL-2.0-or-later
/* The data and the words of the figures. The drawing is in plots/. */
#include "report/report.h"
#include "lib/gnuplot.h"
#include "lib/csv.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH		7.0	/* of a figure, in inches: two columns of a paper */
#define NEAR		1.25	/* within this factor of the baseline a ratio is near it */
#define FAR		1.6	/* an axis up to so wide shows all that is near, too */
#define CAPTION_CHARS	136	/* that fit into it */

static const char *const figures[] = { "relative", "absolute" };

/* What the baseline made in that block; NaN if it has no valid run there. */
static double base_in_block(const struct verdicts *v, const char *job, int block)
{
	const struct verdict_cell *base = verdict_find(v, v->sum->baseline, job);

	for (size_t k = 0; k < base->n; k++)
		if (base->block[k] == block)
			return base->iops[k];
	return NAN;
}

/* Add the fields that say which row of which panel it is. */
static void add_place(struct csv_row *r, const struct verdict_cell *c)
{
	csv_count(r, "job_index", c->job_idx);
	csv_count(r, "label_index", c->label_idx);
	csv_text(r, "job", c->job);
	csv_text(r, "label", c->label);
}

static void add_point(struct csv_row *r, const struct verdict_cell *c, int block, double iops,
		      double baseline)
{
	add_place(r, c);
	csv_count(r, "block", block);
	csv_number(r, "iops", 3, iops);
	csv_number(r, "ratio", 6, iops / baseline);
	csv_end(r);
}

static int write_points(const struct verdicts *v, const char *dir)
{
	struct bl_draft d;
	struct csv_row r = { .f = bl_draft_open(&d) };

	add_point(&r, &(struct verdict_cell){}, 0, NAN, NAN);
	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];

		for (size_t k = 0; k < c->n; k++)
			add_point(&r, c, c->block[k], c->iops[k],
				  base_in_block(v, c->job, c->block[k]));
	}
	return bl_draft_save_in(&d, dir, "points.csv");
}

/* Without an interval both bounds are the value itself: a bar without length. */
static void add_median(struct csv_row *r, const struct verdict_cell *c)
{
	const struct stats_est *m = &c->median, *q = &c->ratio;

	add_place(r, c);
	csv_text(r, "verdict", verdict_name(c->verdict));
	csv_number(r, "iops", 3, m->value);
	csv_number(r, "iops_lo", 3, m->has_interval ? m->lo : m->value);
	csv_number(r, "iops_hi", 3, m->has_interval ? m->hi : m->value);
	csv_number(r, "ratio", 6, q->value);
	csv_number(r, "ratio_lo", 6, q->has_interval ? q->lo : q->value);
	csv_number(r, "ratio_hi", 6, q->has_interval ? q->hi : q->value);
	csv_end(r);
}

static int write_medians(const struct verdicts *v, const char *dir)
{
	struct bl_draft d;
	struct csv_row r = { .f = bl_draft_open(&d) };

	add_median(&r, &(struct verdict_cell){});
	for (size_t i = 0; i < v->n_cells; i++)
		add_median(&r, &v->cells[i]);
	return bl_draft_save_in(&d, dir, "medians.csv");
}

/* --- figure.gp: what is neither data nor drawing ---------------------------- */

/* Fold @text at blanks into lines of at most @width characters. */
static void fold(struct bl_strv *lines, const char *text, size_t width)
{
	char *copy = bl_strdup(text), *line = copy, *cut;

	while (strlen(line) > width) {
		for (cut = line + width; cut > line && *cut != ' '; cut--)
			;
		if (cut == line)
			break;
		*cut = '\0';
		bl_strv_add(lines, line);
		line = cut + 1;
	}
	bl_strv_add(lines, line);
	free(copy);
}

/* How many dots a row has, and if that is too few for an interval somewhere. */
static char *dots_per_row(const struct verdicts *v, bool relative, bool *few)
{
	size_t lo = SIZE_MAX, hi = 0;

	for (size_t i = 0; i < v->n_cells; i++) {
		size_t n = relative ? v->cells[i].n_common : v->cells[i].n;

		lo = n < lo ? n : lo;
		hi = n > hi ? n : hi;
	}
	*few = lo < STATS_MIN_N;
	return lo < hi ? bl_fmt("n = %zu to %zu", lo, hi) : bl_fmt("n = %zu", hi);
}

static void widen(double *lo, double *hi, double x)
{
	*lo = fmin(*lo, x);
	*hi = fmax(*hi, x);
}

/* All that is drawn of one row: its interval and its dots. */
static void widen_by_cell(const struct verdicts *v, const struct verdict_cell *c, double *lo,
			  double *hi)
{
	widen(lo, hi, c->ratio.lo);
	widen(lo, hi, c->ratio.hi);
	for (size_t k = 0; k < c->n; k++)
		widen(lo, hi, c->iops[k] / base_in_block(v, c->job, c->block[k]));
}

static bool is_near(const struct verdict_cell *c)
{
	return isnan(c->ratio.value) || fabs(log(c->ratio.value)) < log(NEAR);
}

/*
 * The axis of ratios. One strategy at a third of the baseline would push all others onto
 * one line: if most are near 1, the axis is theirs, and what is far stands as a number at
 * its rim. Is there such a number?
 */
static bool ratio_range(const struct verdicts *v, double *lo, double *hi)
{
	double all_lo = NAN, all_hi = NAN;
	size_t far = 0;

	*lo = *hi = NAN;
	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];
		double margin = 1 + fmax(v->same_pct, c->floor_pct) / 100;

		widen(lo, hi, margin);
		widen(lo, hi, 1 / margin);
		widen_by_cell(v, c, &all_lo, &all_hi);
		if (is_near(c))
			widen_by_cell(v, c, lo, hi);
		else
			far++;
	}
	widen(&all_lo, &all_hi, *lo);
	widen(&all_lo, &all_hi, *hi);
	if (far > v->n_cells / 3 || all_hi / all_lo < FAR) {
		*lo = all_lo;
		*hi = all_hi;
	}
	return *lo > all_lo || *hi < all_hi;
}

static void gp_caption(const struct verdicts *v, FILE *f, bool relative, size_t width)
{
	const struct summary *s = v->sum;
	char *plane = report_plane(s), *n, *text;
	double lo, hi;
	bool few;
	struct bl_strv lines = {};

	n = dots_per_row(v, relative, &few);
	text = bl_fmt("Dots: %s (%s per row). Symbol and bar: %s and its 95 %% "
		      "interval%s.%s",
		      relative ? "one block each, ratio to the baseline in it" :
		      "one fresh device each", n, relative ? "their Hodges-Lehmann estimate" : "median",
		      few ? " (none below n = 5)" : "",
		      !relative ? "" : v->has_aa ?
		      " Grey band: too small to matter (the noise floor from the A/A pair, at "
		      "least 5 %)." : " Grey band: too small to matter (5 %).");
	fold(&lines, text, width);
	free(text);
	text = bl_fmt("%sPlane: %s%s. Campaign: %s.",
		      relative && ratio_range(v, &lo, &hi) ?
		      "Numbers at the rim: ratios beyond the axis. " : "", plane,
		      s->emulated ? "; only ratios carry over" : "", s->name);
	fold(&lines, text, width);
	gnuplot_array(f, relative ? "RELATIVE_CAPTION" : "ABSOLUTE_CAPTION",
		      (const char *const *)lines.v, lines.n);
	bl_strv_free(&lines);
	free(text);
	free(n);
	free(plane);
}

static void gp_ranges(const struct verdicts *v, FILE *f)
{
	double lo, hi, most = NAN;

	fprintf(f, "array MARGIN[%zu]\n", v->sum->jobs.n);
	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];

		if (!c->label_idx)
			fprintf(f, "MARGIN[%zu] = %.6f\n", c->job_idx + 1,
				1 + fmax(v->same_pct, c->floor_pct) / 100);
		most = fmax(most, c->median.hi);
		for (size_t k = 0; k < c->n; k++)
			most = fmax(most, c->iops[k]);
	}
	ratio_range(v, &lo, &hi);
	fprintf(f, "RATIO_LO = %.6f\nRATIO_HI = %.6f\nIOPS_MAX = %.3f\n", lo, hi,
		isnan(most) ? 1 : most);
}

static int write_settings(const struct verdicts *v, const char *dir)
{
	const struct summary *s = v->sum;
	size_t cols = s->jobs.n < 4 ? s->jobs.n : s->jobs.n == 5 || s->jobs.n == 6 ? 3 : 4;
	struct bl_strv labels = {};
	struct bl_draft d;
	FILE *f = bl_draft_open(&d);

	for (size_t i = 0; i < v->labels.n; i++) {
		const struct sum_row *r = verdict_find(v, v->labels.v[i], s->jobs.v[0])->config;
		char *name = bl_fmt("%s%s", v->labels.v[i],
				    r && r->unsafe ? " (unsafe)" : "");

		bl_strv_add(&labels, name);
		free(name);
	}
	fputs("# Written by 'bouncelab report' for the scripts in plots/.\n"
	      "# To draw again: gnuplot -c PATH/plots/relative.gp svg\n", f);
	fprintf(f, "COLUMNS = %zu\nWIDTH = %.2f\nBASELINE = ", cols, WIDTH);
	gnuplot_string(f, s->baseline);
	fprintf(f, "\nEMULATED = '%s'\n", s->emulated ? ", emulated" : "");
	gnuplot_array(f, "JOBS", (const char *const *)s->jobs.v, s->jobs.n);
	gnuplot_array(f, "LABELS", (const char *const *)labels.v, labels.n);
	gp_caption(v, f, true, CAPTION_CHARS);
	gp_caption(v, f, false, CAPTION_CHARS);
	gp_ranges(v, f);
	bl_strv_free(&labels);
	return bl_draft_save_in(&d, dir, "figure.gp");
}

int report_figures(const struct verdicts *v)
{
	char *dir = bl_fmt("%s/figures", v->sum->dir);
	int err;

	err = bl_mkdir_p(dir);
	if (err)
		bl_err("%s: %s", dir, strerror(-err));
	if (!err)
		err = write_points(v, dir);
	if (!err)
		err = write_medians(v, dir);
	if (!err)
		err = write_settings(v, dir);
	if (!err)
		err = gnuplot_draw(dir, figures, ARRAY_SIZE(figures));
	free(dir);
	return err;
}
