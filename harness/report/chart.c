// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/chart.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NEAR		1.25	/* a ratio within this factor of 1 is near the baseline */
#define FAR		1.6	/* an axis no wider than this factor shows all ratios */

/* inches */
#define CHARACTER	0.055	/* of a label, on average */
#define EDGE		0.12	/* right of the last panel */
#define GAP		0.14	/* between two panels */
#define PANEL_MIN	1.05
#define RIM_MIN		1.12	/* of a panel with "0.45 (0.44..0.46)" at its rim */

const struct verdict_cell *chart_cell(const struct chart *c, size_t panel, size_t row)
{
	return verdict_find(c->panels[panel].v, c->rows.v[row].label, c->panels[panel].job);
}

double chart_baseline_iops(const struct chart_panel *p, int block)
{
	const struct verdict_cell *base = verdict_find(p->v, p->v->sum->baseline, p->job);

	for (size_t k = 0; base && k < base->n; k++)
		if (base->block[k] == block)
			return base->iops[k];
	return NAN;
}

/* --- panels and rows ------------------------------------------------------------ */

static int check_comparable(const struct verdicts *a, const struct verdicts *b)
{
	if (strcmp(a->sum->baseline, b->sum->baseline)) {
		bl_err("%s has the baseline %s, %s has %s: one figure has one baseline",
		       a->sum->name, a->sum->baseline, b->sum->name, b->sum->baseline);
		return -EINVAL;
	}
	if (strcmp(a->sum->plane, b->sum->plane)) {
		bl_err("%s is of the plane %s, %s of %s: their clocks count different things, and "
		       "one figure has one plane", a->sum->name, a->sum->plane, b->sum->name,
		       b->sum->plane);
		return -EINVAL;
	}
	return 0;
}

/* Tell whether a label is the baseline or its A/A copy. */
static bool is_baseline(const struct chart *c, const char *label)
{
	size_t len = strlen(c->baseline);

	return !strncmp(label, c->baseline, len) && (!label[len] || !strcmp(label + len, "'"));
}

static void add_rows(struct chart *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct verdicts *v = &c->v[i];

		for (size_t k = 0; k < v->n_cells; k++) {
			const struct verdict_cell *cell = &v->cells[k];

			figure_rows_add(&c->rows, cell->label,
					cell->config ? cell->config->strategy : cell->label,
					is_baseline(c, cell->label));
		}
	}
}

/* Tell whether another campaign has the job too. */
static bool is_job_shared(const struct chart *c, const struct verdicts *v, const char *job)
{
	for (size_t i = 0; i < c->n; i++)
		if (&c->v[i] != v && bl_strv_has(&c->v[i].sum->jobs, job))
			return true;
	return false;
}

/* Count the rows that have a valid run in the panel. */
static size_t count_shown(const struct chart *c, size_t panel)
{
	size_t n = 0;

	for (size_t i = 0; i < c->rows.n; i++) {
		const struct verdict_cell *cell = chart_cell(c, panel, i);

		n += cell && cell->n;
	}
	return n;
}

/* Add a panel for each job, but for those in which no label of the figure has a valid run. */
static void add_panels(struct chart *c, const struct verdicts *v)
{
	for (size_t i = 0; i < v->sum->jobs.n; i++) {
		const char *job = v->sum->jobs.v[i];
		struct chart_panel *p;

		c->panels = bl_realloc(c->panels, (c->n_panels + 1) * sizeof(*c->panels));
		p = &c->panels[c->n_panels++];
		*p = (struct chart_panel){
			.v = v, .job = job, .margin_pct = v->same_pct,
			.title = is_job_shared(c, v, job) ? bl_fmt("%s, %s", job, v->sum->name) :
							    bl_strdup(job),
		};
		if (!count_shown(c, c->n_panels - 1)) {
			free(p->title);
			c->n_panels--;
		}
	}
}

/* --- axes ------------------------------------------------------------------------- */

static void include_value(double *lo, double *hi, double x)
{
	*lo = fmin(*lo, x);
	*hi = fmax(*hi, x);
}

/* Include the interval and the dots of one row in the range. */
static void include_cell(const struct chart_panel *p, const struct verdict_cell *cell, double *lo,
			 double *hi)
{
	include_value(lo, hi, cell->ratio.value);
	include_value(lo, hi, cell->ratio.lo);
	include_value(lo, hi, cell->ratio.hi);
	for (size_t k = 0; k < cell->n; k++)
		include_value(lo, hi, cell->iops[k] / chart_baseline_iops(p, cell->block[k]));
}

static bool is_near(const struct verdict_cell *cell)
{
	return isnan(cell->ratio.value) || fabs(log(cell->ratio.value)) < log(NEAR);
}

/*
 * Find the range of the axis of ratios. One strategy at a third of the baseline would push
 * all others onto one line, so if most ratios are near 1, the axis covers these alone, and the
 * others stand as numbers at its rim.
 */
static void find_range(struct chart *c)
{
	double lo = NAN, hi = NAN, all_lo = NAN, all_hi = NAN;
	size_t far = 0, cells = 0;

	for (size_t i = 0; i < c->n_panels; i++) {
		double margin = 1 + c->panels[i].margin_pct / 100;

		include_value(&lo, &hi, margin);
		include_value(&lo, &hi, 1 / margin);
		for (size_t k = 0; k < c->rows.n; k++) {
			const struct verdict_cell *cell = chart_cell(c, i, k);

			if (!cell)
				continue;
			cells++;
			include_cell(&c->panels[i], cell, &all_lo, &all_hi);
			if (is_near(cell))
				include_cell(&c->panels[i], cell, &lo, &hi);
			else
				far++;
		}
	}
	include_value(&all_lo, &all_hi, lo);
	include_value(&all_lo, &all_hi, hi);
	c->has_rim = far && far <= cells / 3 && all_hi / all_lo >= FAR;
	c->lo = c->has_rim ? lo : all_lo;
	c->hi = c->has_rim ? hi : all_hi;
}

/* Return how many numbers of that many characters have room in a panel. */
static double count_room(const struct chart *c, int characters)
{
	return c->panel_width / (0.052 * characters + 0.055);
}

/* Small steps need long numbers, of which there is room for fewer. */
static void choose_ticks(struct chart *c)
{
	for (int characters = 1; characters < 9; characters++) {
		size_t longest = 0;

		ticks_choose(&c->ticks, c->lo, c->hi, count_room(c, characters));
		for (size_t i = 0; i < c->ticks.n; i++) {
			char *text = ticks_text(&c->ticks, i);

			longest = strlen(text) > longest ? strlen(text) : longest;
			free(text);
		}
		if (longest <= (size_t)characters)
			return;
	}
}

/* --- the page ------------------------------------------------------------------------ */

/* As many panels side by side as have room, and no more than fill the last line well. */
static int lay_out(struct chart *c)
{
	double least = c->has_rim ? RIM_MIN : PANEL_MIN, width = c->o->width, label = 8, title = 0;
	size_t n = c->n_panels;

	for (size_t i = 0; i < c->rows.n; i++)
		label = fmax(label, strlen(c->rows.v[i].shown));
	for (size_t i = 0; i < n; i++)
		title = fmax(title, strlen(c->panels[i].title));
	least = fmax(least, CHARACTER * title);
	c->left = 0.14 + CHARACTER * label;
	c->columns = n < 4 ? n : n == 5 || n == 6 ? 3 : 4;
	do {
		c->panel_width = (width - c->left - EDGE - GAP * (c->columns - 1)) / c->columns;
	} while (c->panel_width < least && --c->columns);
	if (c->columns)
		return 0;
	bl_err("--width: %g inches are too narrow for these labels; valid: at least %.1f, or give "
	       "short names with --rename", width, ceil(10 * (c->left + EDGE + least)) / 10);
	return -EINVAL;
}

int chart_make(struct chart *c, const struct verdicts *v, size_t n, const struct figure_options *o)
{
	int err = 0;

	*c = (struct chart){ .o = o, .v = v, .n = n, .baseline = v->sum->baseline };
	for (size_t i = 0; i < n && !err; i++) {
		err = check_comparable(v, &v[i]);
		c->emulated |= v[i].sum->emulated;
	}
	c->insns = !strcmp(v->sum->accel, "icount");
	if (!err) {
		add_rows(c);
		err = figure_rows_choose(&c->rows, o);
	}
	if (err)
		return err;
	for (size_t i = 0; i < n; i++)
		add_panels(c, &v[i]);
	if (!c->n_panels)
		return 0;
	find_range(c);
	err = lay_out(c);
	if (!err)
		choose_ticks(c);
	return err;
}

void chart_free(struct chart *c)
{
	for (size_t i = 0; i < c->n_panels; i++)
		free(c->panels[i].title);
	free(c->panels);
	figure_rows_free(&c->rows);
	*c = (struct chart){};
}
