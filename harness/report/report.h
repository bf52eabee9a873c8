/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report/ turns an evaluated campaign into text, CSV, JSON and figures.
 *
 * In: the directory of a campaign, which eval/ reads and evaluates. Out: the files that
 * campaign/derived.c lists, and a table or JSON on a stream.
 */
#ifndef BL_REPORT_H
#define BL_REPORT_H

#include "eval/verdict.h"

struct report_options {
	bool json;		/* print JSON instead of the table */
	bool plots;		/* draw figures */
	double same_pct;	/* the margin of "same", in per cent, or RULE_AS_DECLARED */
};

#define REPORT_DEFAULTS	{ .plots = true, .same_pct = RULE_AS_DECLARED }

/**
 * report_campaign() - derive all tables, verdicts and figures of a campaign
 * @dir: the campaign's directory, in which the derived files are written
 * @o: options, or NULL for the defaults
 * @out: gets the table or the JSON
 *
 * Return: 0; 1 if some planned run is not there or not valid; a negative errno with a
 * message on any failure.
 */
int report_campaign(const char *dir, const struct report_options *o, FILE *out);

/* Print header, verdict table, footer and the runs that are not ok. */
void report_text(const struct verdicts *v, FILE *f, bool colour);

/* Write summary.csv: one line per planned run and job, with status and reason. */
void report_summary_csv(const struct verdicts *v, FILE *f);

/* Write verdicts.csv: one line per label and job. */
void report_verdicts_csv(const struct verdicts *v, FILE *f);

/* Return the verdicts with method and problems as an object. The caller owns it. */
json_t *report_verdicts_json(const struct verdicts *v);

/* Write costs.csv: the module's counters per mapping or per mapped byte, per label. */
void report_costs_csv(const struct verdicts *v, FILE *f);

/* Describe the plane, e.g. "vm, emulated (TCG)". The caller frees it. */
char *report_plane(const struct summary *s);

/**
 * report_figures() - write the data of the figures and let gnuplot draw them
 * @v: the verdicts; DIR is their campaign's directory
 *
 * Writes DIR/figures/{points.csv,medians.csv,figure.gp} and from them
 * DIR/figures/{relative,absolute}.{svg,pdf}.
 *
 * Return: 0, or a negative errno with a message (-ENOENT: there is no gnuplot).
 */
int report_figures(const struct verdicts *v);

#endif
