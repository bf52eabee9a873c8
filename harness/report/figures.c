// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes the data and texts of the figures; plots/ draws them. */
#include "report/report.h"
#include "lib/gnuplot.h"
#include "lib/csv.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH		7.0	/* of a figure, in inches: two columns of a paper */
#define NEAR		1.25	/* a ratio within this factor of 1 is near the baseline */
#define FAR		1.6	/* an axis no wider than this factor shows all ratios */
#define CAPTION_CHARS	136	/* characters of a caption's line */

static const char *const figures[] = { "relative", "absolute" };

/* Return the baseline's IOPS in a block, NaN without a valid run in it. */
static double baseline_iops(const struct verdicts *v, const char *job, int block)
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
				  baseline_iops(v, c->job, c->block[k]));
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

/* --- figure.gp: texts and scales -------------------------------------------- */

/* Split @text at blanks into lines of at most @width characters. */
static void wrap_text(struct bl_strv *lines, const char *text, size_t width)
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

/* Say how many dots a row has. *@few is set if some row has too few for an interval. */
static char *describe_dots(const struct verdicts *v, bool relative, bool *few)
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

static void include_value(double *lo, double *hi, double x)
{
	*lo = fmin(*lo, x);
	*hi = fmax(*hi, x);
}

/* Include the interval and the dots of one row in the range. */
static void include_cell(const struct verdicts *v, const struct verdict_cell *c, double *lo,
			  double *hi)
{
	include_value(lo, hi, c->ratio.lo);
	include_value(lo, hi, c->ratio.hi);
	for (size_t k = 0; k < c->n; k++)
		include_value(lo, hi, c->iops[k] / baseline_iops(v, c->job, c->block[k]));
}

static bool is_near(const struct verdict_cell *c)
{
	return isnan(c->ratio.value) || fabs(log(c->ratio.value)) < log(NEAR);
}

/*
 * Find the range of the axis of ratios. One strategy at a third of the baseline would push
 * all others onto one line, so if most ratios are near 1, the axis covers these alone, and the
 * others stand as numbers at its rim. Return whether such numbers are needed.
 */
static bool find_ratio_range(const struct verdicts *v, double *lo, double *hi)
{
	double all_lo = NAN, all_hi = NAN;
	size_t far = 0;

	*lo = *hi = NAN;
	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];
		double margin = 1 + v->same_pct / 100;

		include_value(lo, hi, margin);
		include_value(lo, hi, 1 / margin);
		include_cell(v, c, &all_lo, &all_hi);
		if (is_near(c))
			include_cell(v, c, lo, hi);
		else
			far++;
	}
	include_value(&all_lo, &all_hi, *lo);
	include_value(&all_lo, &all_hi, *hi);
	if (far > v->n_cells / 3 || all_hi / all_lo < FAR) {
		*lo = all_lo;
		*hi = all_hi;
	}
	return *lo > all_lo || *hi < all_hi;
}

static void write_caption(const struct verdicts *v, FILE *f, bool relative, size_t width)
{
	const struct summary *s = v->sum;
	char *plane = report_plane(s), *n, *text, *band;
	double lo, hi;
	bool few;
	struct bl_strv lines = {};

	n = describe_dots(v, relative, &few);
	band = bl_fmt(" Grey band: the margin of same, %.3g %%, %s.", v->same_pct,
		      v->margin_source == MARGIN_DECLARED ? "declared" : "not declared before");
	text = bl_fmt("Each dot is %s (%s per row). Symbol and bar: %s with its 95 %% interval%s.%s",
		      relative ? "the ratio in one block" : "one fresh device", n,
		      relative ? "Hodges-Lehmann estimate" : "median",
		      few ? " (none below n = 5)" : "",
		      relative ? band : "");
	wrap_text(&lines, text, width);
	free(text);
	text = bl_fmt("%sPlane: %s%s. Campaign: %s.",
		      relative && find_ratio_range(v, &lo, &hi) ?
		      "Numbers at the rim: ratios beyond the axis. " : "", plane,
		      s->emulated ? "; only ratios carry over to hardware" : "", s->name);
	wrap_text(&lines, text, width);
	gnuplot_array(f, relative ? "RELATIVE_CAPTION" : "ABSOLUTE_CAPTION",
		      (const char *const *)lines.v, lines.n);
	bl_strv_free(&lines);
	free(text);
	free(band);
	free(n);
	free(plane);
}

static void write_ranges(const struct verdicts *v, FILE *f)
{
	double lo, hi, most = NAN;

	fprintf(f, "array MARGIN[%zu]\n", v->sum->jobs.n);
	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];

		if (!c->label_idx)
			fprintf(f, "MARGIN[%zu] = %.6f\n", c->job_idx + 1,
				1 + v->same_pct / 100);
		most = fmax(most, c->median.hi);
		for (size_t k = 0; k < c->n; k++)
			most = fmax(most, c->iops[k]);
	}
	find_ratio_range(v, &lo, &hi);
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
	write_caption(v, f, true, CAPTION_CHARS);
	write_caption(v, f, false, CAPTION_CHARS);
	write_ranges(v, f);
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
