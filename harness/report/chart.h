/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contents of the figures relative and absolute: a panel for each job of each campaign, a row
 * for each label, and the axes that these need.
 */
#ifndef BL_CHART_H
#define BL_CHART_H

#include "eval/verdict.h"
#include "report/figure-options.h"
#include "report/ticks.h"

struct chart_panel {
	const struct verdicts *v;
	const char *job;
	char *title;			/* the job, with the campaign where that is needed */
	double margin_pct;		/* of "same" */
};

struct chart {
	const struct figure_options *o;
	const struct verdicts *v;	/* of each campaign */
	size_t n;
	struct chart_panel *panels;
	size_t n_panels;
	struct figure_rows rows;
	const char *baseline;		/* of all campaigns */
	bool emulated;			/* some run of some campaign was */
	bool insns;			/* the clock counts instructions */
	/* inches */
	double left, panel_width;
	size_t columns;
	/* the axis of ratios */
	double lo, hi;
	bool has_rim;			/* some ratio is beyond it, and stands as a number at its rim */
	struct ticks ticks;
};

/**
 * chart_make() - lay out the figures of one or several campaigns
 * @c: gets the chart; chart_free() frees it, also after an error
 * @v: the campaigns, which must outlive it
 * @n: their number, at least 1
 * @o: options, which must outlive it
 *
 * Return: 0, or -EINVAL with a message: the campaigns have different baselines or planes, or an
 * option does not fit them.
 */
int chart_make(struct chart *c, const struct verdicts *v, size_t n, const struct figure_options *o);
void chart_free(struct chart *c);

/* Return the cell of a row in a panel; NULL if that campaign does not have the label. */
const struct verdict_cell *chart_cell(const struct chart *c, size_t panel, size_t row);

/* Return the baseline's IOPS in a block, NaN without a valid run in it. */
double chart_baseline_iops(const struct chart_panel *p, int block);

/* Write the caption of a figure, as text with lines for people. */
void chart_write_caption(const struct chart *c, bool relative, FILE *f);

#endif
