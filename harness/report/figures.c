// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes the data and texts of the figures; plots/ draws them. */
#include "report/report.h"
#include "report/chart.h"
#include "lib/csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const figures[] = { "relative", "absolute" };

/* --- data -------------------------------------------------------------------- */

/* Return the instructions per I/O at @iops; NaN if the clock does not count them. */
static double insns_of(const struct chart_panel *p, double iops)
{
	return verdict_insns(p->v, &(struct verdict_cell){ .median.value = iops });
}

/* Add the fields that say which row of which panel it is. */
static void add_place(struct csv_row *r, const struct chart *c, size_t panel, size_t row)
{
	csv_count(r, "job_index", panel);
	csv_count(r, "label_index", row);
	csv_text(r, "job", c->panels[panel].job);
	csv_text(r, "label", c->rows.v[row].shown);
}

static void add_point(struct csv_row *r, const struct chart *c, size_t panel, size_t row, int block,
		      double iops)
{
	const struct chart_panel *p = &c->panels[panel];

	add_place(r, c, panel, row);
	csv_count(r, "block", block);
	csv_number(r, "iops", 3, iops);
	csv_number(r, "ratio", 6, iops / chart_baseline_iops(p, block));
	csv_number(r, "insns", 1, insns_of(p, iops));
	csv_text(r, "campaign", p->v->sum->name);
	csv_end(r);
}

static int write_points(const struct chart *c, const char *dir)
{
	struct bl_draft d;
	struct csv_row r = { .f = bl_draft_open(&d) };

	add_point(&r, c, 0, 0, 0, NAN);
	for (size_t i = 0; i < c->n_panels; i++) {
		for (size_t k = 0; k < c->rows.n; k++) {
			const struct verdict_cell *cell = chart_cell(c, i, k);

			for (size_t j = 0; cell && j < cell->n; j++)
				add_point(&r, c, i, k, cell->block[j], cell->iops[j]);
		}
	}
	return bl_draft_save_in(&d, dir, "points.csv");
}

/* Without an interval both bounds are the value itself: a bar without length. */
static double bound(const struct stats_est *e, double v)
{
	return e->has_interval ? v : e->value;
}

static void add_median(struct csv_row *r, const struct chart *c, size_t panel, size_t row)
{
	static const struct verdict_cell none = {
		.median = { NAN, NAN, NAN, false }, .ratio = { NAN, NAN, NAN, false },
	};
	const struct chart_panel *p = &c->panels[panel];
	const struct verdict_cell *cell = chart_cell(c, panel, row);
	const struct stats_est *m = cell ? &cell->median : &none.median;
	const struct stats_est *q = cell ? &cell->ratio : &none.ratio;

	add_place(r, c, panel, row);
	csv_text(r, "verdict", cell ? verdict_name(cell->verdict) : "not run");
	csv_number(r, "iops", 3, m->value);
	csv_number(r, "iops_lo", 3, bound(m, m->lo));
	csv_number(r, "iops_hi", 3, bound(m, m->hi));
	csv_number(r, "ratio", 6, q->value);
	csv_number(r, "ratio_lo", 6, bound(q, q->lo));
	csv_number(r, "ratio_hi", 6, bound(q, q->hi));
	csv_number(r, "insns", 1, insns_of(p, m->value));
	csv_number(r, "insns_lo", 1, insns_of(p, bound(m, m->hi)));
	csv_number(r, "insns_hi", 1, insns_of(p, bound(m, m->lo)));
	csv_text(r, "campaign", p->v->sum->name);
	csv_end(r);
}

static int write_medians(const struct chart *c, const char *dir)
{
	struct bl_draft d;
	struct csv_row r = { .f = bl_draft_open(&d) };

	add_median(&r, c, 0, 0);
	for (size_t i = 0; i < c->n_panels; i++)
		for (size_t k = 0; k < c->rows.n; k++)
			add_median(&r, c, i, k);
	return bl_draft_save_in(&d, dir, "medians.csv");
}

static int write_captions(const struct chart *c, const char *dir)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(figures) && !err; i++) {
		char *name = bl_fmt("%s.txt", figures[i]);
		struct bl_draft d;

		chart_write_caption(c, !strcmp(figures[i], "relative"), bl_draft_open(&d));
		err = bl_draft_save_in(&d, dir, name);
		free(name);
	}
	return err;
}

/* --- figure.gp: names, places and scales ---------------------------------------- */

static void write_titles(const struct chart *c, FILE *f)
{
	const char **titles = bl_zalloc(c->n_panels * sizeof(*titles));

	for (size_t i = 0; i < c->n_panels; i++)
		titles[i] = c->panels[i].title;
	gnuplot_array(f, "JOBS", titles, c->n_panels);
	free(titles);
}

static bool is_unsafe(const struct chart *c, size_t row)
{
	for (size_t i = 0; i < c->n_panels; i++) {
		const struct verdict_cell *cell = chart_cell(c, i, row);

		if (cell && cell->config && cell->config->unsafe)
			return true;
	}
	return false;
}

/* Write the names of the rows; a star marks those that are unsafe. */
static void write_labels(const struct chart *c, FILE *f)
{
	struct bl_strv labels = {};
	bool any = false;

	for (size_t i = 0; i < c->rows.n; i++) {
		bool unsafe = is_unsafe(c, i);
		char *name = bl_fmt("%s%s", c->rows.v[i].shown, unsafe ? "*" : "");

		any |= unsafe;
		bl_strv_add(&labels, name);
		free(name);
	}
	gnuplot_array(f, "LABELS", (const char *const *)labels.v, labels.n);
	fprintf(f, "UNSAFE = %d\n", any);
	bl_strv_free(&labels);
}

/* Write the verdicts that rows with a value have, with blanks around each: the legend has these. */
static void write_verdicts(const struct chart *c, FILE *f)
{
	fputs("VERDICTS = ' ", f);
	for (int v = 0; v <= V_NO_DATA; v++) {
		bool any = false;

		for (size_t i = 0; i < c->n_panels; i++) {
			for (size_t k = 0; k < c->rows.n; k++) {
				const struct verdict_cell *cell = chart_cell(c, i, k);

				any |= cell && (int)cell->verdict == v && !isnan(cell->median.value);
			}
		}
		if (any)
			fprintf(f, "%s ", verdict_name(v));
	}
	fputs("'\n", f);
}

/* Return the largest value of the axis of the figure absolute. */
static double find_most(const struct chart *c)
{
	double most = 1;

	for (size_t i = 0; i < c->n_panels; i++) {
		for (size_t k = 0; k < c->rows.n; k++) {
			const struct verdict_cell *cell = chart_cell(c, i, k);

			for (size_t j = 0; cell && j < cell->n; j++)
				most = fmax(most, c->insns ? insns_of(&c->panels[i], cell->iops[j]) :
					    cell->iops[j]);
		}
	}
	return most;
}

/* Write the words under the axes, in lines that the figure has room for. */
static void write_axes(const struct chart *c, FILE *f)
{
	const char *emulated = c->emulated ? ", emulated" : "";
	double most = find_most(c), scale = most < 10000 ? 1 : 1000;
	char *relative, *absolute;

	if (c->insns)
		relative = bl_fmt("instructions per I/O of %s / of the strategy%s, log scale",
				  figure_options_name(c->o, c->baseline), emulated);
	else
		relative = bl_fmt("ratio to the IOPS of %s%s, log scale",
				  figure_options_name(c->o, c->baseline), emulated);
	absolute = bl_fmt("%s%s%s", c->insns ? "instructions per I/O" : "IOPS",
			  scale > 1 ? " (thousand)" : "", emulated);
	figure_write_lines(f, "RELATIVE_AXIS", relative, c->o->width);
	figure_write_lines(f, "ABSOLUTE_AXIS", absolute, c->o->width);
	fprintf(f, "SCALE = %g\nMOST = %.3f\n", scale, most);
	free(relative);
	free(absolute);
}

static void write_ranges(const struct chart *c, FILE *f)
{
	const char *texts[TICKS_MOST];

	fprintf(f, "array MARGIN[%zu]\n", c->n_panels);
	for (size_t i = 0; i < c->n_panels; i++)
		fprintf(f, "MARGIN[%zu] = %.6f\n", i + 1, 1 + c->panels[i].margin_pct / 100);
	fprintf(f, "RATIO_LO = %.6f\nRATIO_HI = %.6f\nRIM = %d\n", c->lo, c->hi, c->has_rim);
	for (size_t i = 0; i < c->ticks.n; i++)
		texts[i] = ticks_text(&c->ticks, i);
	gnuplot_array(f, "TICKS", texts, c->ticks.n);
	for (size_t i = 0; i < c->ticks.n; i++)
		free((char *)texts[i]);
}

static int write_settings(const struct chart *c, const char *dir)
{
	struct bl_draft d;
	FILE *f = bl_draft_open(&d);

	fputs("# Written by 'bouncelab report' for the scripts in plots/.\n"
	      "# To draw again: gnuplot -c PATH/plots/relative.gp svg\n", f);
	fprintf(f, "WIDTH = %.2f\nLEFT = %.3f\nPANEL_WIDTH = %.3f\nCOLUMNS = %zu\nINSNS = %d\n",
		c->o->width, c->left, c->panel_width, c->columns, c->insns);
	write_titles(c, f);
	write_labels(c, f);
	write_verdicts(c, f);
	write_axes(c, f);
	write_ranges(c, f);
	return bl_draft_save_in(&d, dir, "figure.gp");
}

int report_check_figures(const struct verdicts *v, size_t n, const struct figure_options *o)
{
	struct chart c;
	int err = chart_make(&c, v, n, o);

	chart_free(&c);
	return err;
}

int report_figures(const struct verdicts *v, size_t n, const char *dir,
		   const struct figure_options *o)
{
	struct chart c;
	int err = chart_make(&c, v, n, o);

	if (!err && !c.n_panels) {
		bl_err("%s: no label of the figures has a valid run, so no figures", v->sum->dir);
		err = -ENODATA;
	}
	if (!err) {
		err = bl_mkdir_p(dir);
		if (err)
			bl_err("%s: %s", dir, strerror(-err));
	}
	err = err ? err : write_points(&c, dir);
	err = err ? err : write_medians(&c, dir);
	err = err ? err : write_settings(&c, dir);
	err = err ? err : write_captions(&c, dir);
	err = err ? err : gnuplot_draw(dir, figures, ARRAY_SIZE(figures), o->formats);
	chart_free(&c);
	return err;
}
