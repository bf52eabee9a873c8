// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints the percentiles of latency with their verdicts. */
#include "report/sections.h"
#include "lib/table.h"

#include <math.h>
#include <stdlib.h>

static const char *const titles[TAILS] = { [TAIL_P99] = "p99", [TAIL_P999] = "p99.9" };
static const char *const titles_us[TAILS] = { [TAIL_P99] = "p99 us", [TAIL_P999] = "p99.9 us" };

/* Tell whether some label has this percentile. */
static bool has_tail(const struct verdicts *v, int t)
{
	for (size_t i = 0; i < v->n_cells; i++)
		if (!isnan(v->cells[i].tails[t].ns))
			return true;
	return false;
}

static void add_tail(struct table *t, const struct verdict_cell *c, int i)
{
	const struct verdict_tail *tail = &c->tails[i];
	enum table_style style = tail->verdict == V_FASTER ? TABLE_GOOD :
				 tail->verdict == V_SLOWER ? TABLE_BAD : TABLE_PLAIN;

	table_number(t, 1, tail->ns / 1000);
	table_number(t, 3, tail->ratio.value);
	table_interval(t, 3, tail->ratio.lo, tail->ratio.hi);
	if (!c->n || c->verdict == V_NO_DATA)
		table_cell(t, TABLE_DIM, "%s", verdict_name(V_NO_DATA));
	else if (isnan(tail->ns))
		table_cell(t, TABLE_DIM, "too few I/Os");
	else if (tail->verdict == V_NO_DATA)
		table_cell(t, TABLE_DIM, "%s", tail->note);
	else
		table_cell(t, style, "%s%s", verdict_name(tail->verdict),
			   tail->groups.n_small ? " !" : "");
}

/* Tell whether a verdict that is shown has the mark "!". */
static bool has_mark(const struct verdicts *v, int shown)
{
	for (size_t i = 0; i < v->n_cells; i++)
		for (int t = 0; t < shown; t++)
			if (v->cells[i].tails[t].groups.n_small)
				return true;
	return false;
}

/* Name the jobs in which no verdict can rest on the latencies of the A/A pair. */
static void print_unclean(const struct verdicts *v, FILE *f)
{
	for (size_t i = 0; i < v->sum->jobs.n * TAILS; i++) {
		const struct verdict_aa *aa = &v->tail_aa[i];

		if (aa->state > AA_CLEAN && aa->ratio.has_interval)
			fprintf(f, "The A/A pair is not clean in %s, %s: %.3f (%.3f .. %.3f)%s. No such verdict "
				"stands.\n", v->sum->jobs.v[i / TAILS], titles[i % TAILS],
				aa->ratio.value, aa->ratio.lo, aa->ratio.hi,
				aa->state == AA_TWO_GROUPS ? ", in two groups of blocks" : "");
	}
}

void report_print_tails(const struct verdicts *v, FILE *f, bool colour)
{
	int shown = has_tail(v, TAIL_P999) ? TAILS : TAIL_P999;
	struct table *t;

	if (!has_tail(v, TAIL_P99))
		return;
	fprintf(f, "Completion latency: the 99th and the 99.9th percentile of each block, from the "
		"histogram of that block.\nus: median over blocks; ratio: to %s within blocks, above 1 is "
		"slower; interval and rule as above.\nMargin: same within %.3g %%, %s.\n",
		v->sum->baseline, v->tail_pct, report_margin_origin(v->tail_source));
	print_unclean(v, f);
	if (shown < TAILS)
		fputs("No label has 10,000 I/Os in each block, which p99.9 needs.\n", f);
	fputc('\n', f);
	t = table_new();
	table_missing(t, " ");
	table_column(t, "label", TABLE_LEFT);
	for (int i = 0; i < shown; i++) {
		table_column(t, titles_us[i], TABLE_RIGHT);
		table_column(t, "ratio", TABLE_RIGHT);
		table_column(t, "interval", TABLE_LEFT);
		table_column(t, "verdict", TABLE_LEFT);
	}
	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];

		if (!c->label_idx) {
			table_heading(t, "%s, completion latency (same within %.3g %%, %s)", c->job,
				      v->tail_pct, report_margin_short(v->tail_source));
			table_titles(t);
		}
		table_row(t);
		table_cell(t, TABLE_PLAIN, "%s", c->label);
		for (int k = 0; k < shown; k++)
			add_tail(t, c, k);
	}
	table_print(t, f, 2, colour);
	table_free(t);
	if (has_mark(v, shown))
		fputs("\n!: two groups of blocks, or one block far from all others.\n", f);
	fputc('\n', f);
}
