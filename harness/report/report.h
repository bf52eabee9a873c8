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
#include "report/figure-options.h"

struct report_options {
	bool json;		/* print JSON instead of the table */
	bool plots;		/* draw figures */
	bool verify;		/* sum every raw file before, not only those that seem changed */
	double same_pct;	/* the margin of "same", in per cent, or RULE_AS_DECLARED */
	const char *out;	/* directory for derived files; NULL: the campaign's */
	struct figure_options figures;
};

#define REPORT_DEFAULTS	{ .plots = true, .same_pct = RULE_AS_DECLARED,	\
			  .figures = FIGURE_OPTIONS_DEFAULTS }

/**
 * report_campaigns() - derive all tables, verdicts and figures of campaigns
 * @dirs: the directory of each
 * @n: their number, at least 1
 * @o: options
 * @out: gets the tables or the JSON
 *
 * The derived files of a campaign go into its directory or, of several campaigns with @o->out,
 * into a directory of its name there. Figures of several campaigns need @o->out. A directory
 * that cannot be written gets no files, with a message, and the report is printed all the same.
 *
 * A campaign whose files are not those that the program wrote is refused; campaign/verify.h.
 *
 * Return: 0; 1 if some planned run is not there or not valid; -EINVAL with a message: an option
 * does not fit the campaigns; another negative errno with a
 * message on any failure.
 */
int report_campaigns(const char *const *dirs, size_t n, const struct report_options *o, FILE *out);

/* Do the same for one campaign with the defaults. */
int report_campaign(const char *dir, FILE *out);

/**
 * report_traces() - print the tables of traced campaigns side by side, and write their files
 * @s: the campaigns
 * @n: their number
 * @dir: gets trace-*.csv and figures/; NULL: no files
 * @o: options
 * @out: gets the tables; NULL: they are not printed
 *
 * Return: 0, or a negative errno with a message.
 */
int report_traces(const struct summary *s, size_t n, const char *dir,
		  const struct report_options *o, FILE *out);

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

/* Return 0, or -EINVAL with a message: an option of figures does not fit these campaigns. */
int report_check_figures(const struct verdicts *v, size_t n, const struct figure_options *o);

/**
 * report_figures() - write the data of the figures and let gnuplot draw them
 * @v: the verdicts of each campaign
 * @n: number of campaigns
 * @dir: gets points.csv, medians.csv, figure.gp, and relative and absolute in each format with
 *       their captions, NAME.txt
 * @o: options
 *
 * Return: 0, or a negative errno with a message (-ENOENT: there is no gnuplot).
 */
int report_figures(const struct verdicts *v, size_t n, const char *dir,
		   const struct figure_options *o);

#endif
