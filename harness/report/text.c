// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints the verdict table with all that a reader needs to judge it. */
#include "report/report.h"
#include "report/sections.h"
#include "proto/accel.h"
#include "campaign/campaign.h"
#include "lib/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PROBLEMS	20	/* runs that are listed; summary.csv has all */

char *report_plane(const struct summary *s)
{
	if (!strcmp(s->accel, "tcg"))
		return bl_fmt("%s, emulated (TCG)", s->plane);
	if (!strcmp(s->accel, "kvm"))
		return bl_fmt("%s, KVM", s->plane);
	if (!strcmp(s->accel, "icount"))
		return bl_fmt("%s, emulated (TCG, one CPU, %d ns an instruction)", s->plane,
			      1 << ACCEL_ICOUNT_SHIFT);
	if (!strcmp(s->accel, "mixed"))
		return bl_fmt("%s, some runs emulated (TCG), some on KVM", s->plane);
	return bl_fmt("%s, accelerator %s", s->plane, s->accel);
}

static bool counts_insns(const struct verdicts *v)
{
	return !strcmp(v->sum->accel, "icount");
}

/*
 * Print conditions of guest and host that a reader has to know. A noisy host does not change
 * the counts of icount.
 */
static void print_conditions(const struct summary *s, FILE *f)
{
	const json_t *guest = json_object_get(s->env, "guest");
	const json_t *facts = json_object_get(json_object_get(guest, "hello"), "facts");
	char *text;

	if (!strcmp(bl_json_str(facts, "wakeup_preemption", "on"), "off"))
		fputs("guest     wake-up preemption is off: a task runs until it sleeps\n", f);
	text = campaign_noise_text(json_object_get(s->env, "unfit"));
	if (text && strcmp(s->accel, "icount"))
		fprintf(f, "NOISY     the host, when the session began: %s\n", text);
	free(text);
}

static void print_header(const struct verdicts *v, FILE *f)
{
	const struct summary *s = v->sum;
	char *plane = report_plane(s);

	report_print_warnings(v, f);
	fprintf(f, "campaign  %s (plan %s, seed %lld)\n", s->name,
		bl_json_str(s->plan, "name", "?"), bl_json_int(s->plan, "seed", 0));
	fprintf(f, "plane     %s%s\n", plane, !s->emulated ? "" :
		!strcmp(s->accel, "icount") ?
		": path lengths; the cost of\n          caches, traps and waiting for another CPU is not in them" :
		": ratios carry over to hardware with care, other numbers do not");
	report_print_provenance(s, f);
	print_conditions(s, f);
	if (!v->n_cells) {
		fputs("This campaign has no timed runs.\n", f);
		report_print_stop(s, f);
		goto out;
	}
	if (v->n_min == v->n_max)
		fprintf(f, "n         %zu fresh devices per cell%s", v->n_max,
			s->order == ORDER_FRESH ? " and job" : "");
	else
		fprintf(f, "n         %zu to %zu valid fresh devices per cell%s (column n)",
			v->n_min, v->n_max, s->order == ORDER_FRESH ? " and job" : "");
	fprintf(f, ", %.3g s per job; disk: %s\n", s->runtime_ms / 1000,
		strcmp(bl_json_str(s->plan, "backend", "null"), "ram") ?
		"null-co, which drops writes and reads zeroes" : "a file in memory");
	report_print_shards(s, f);
	report_print_order(s, f);
	report_print_levels(s, f);
	report_print_stop(s, f);
	if (counts_insns(v))
		fputs("insns/IO  all instructions of the guest per I/O, with daemon and fio, at the median IOPS\n", f);
	fprintf(f, "method    median IOPS; ratio to %s within blocks (Hodges-Lehmann) with the interval\n"
		"          of the exact signed-rank test", s->baseline);
	report_print_coverage(v, f);
	fputc('\n', f);
	report_print_margin(v, f);
out:
	free(plane);
}

static enum table_style style_of(enum verdict v)
{
	switch (v) {
	case V_FASTER:
		return TABLE_GOOD;
	case V_SLOWER:
		return TABLE_BAD;
	case V_BASELINE:
	case V_INCONCLUSIVE:
		return TABLE_DIM;
	default:
		return TABLE_PLAIN;
	}
}

static void add_verdict(struct table *t, const struct verdict_cell *c)
{
	enum table_style style = style_of(c->verdict);
	bool marked = c->verdict != V_BASELINE && (c->groups.n_small || c->lost);
	const char *mark = marked ? " !" : "";

	if (c->verdict == V_SAME)
		table_cell(t, style, "same within %.3g %%%s%s", c->margin_pct,
			   rule_excludes_1(&c->ratio) ? " *" : "", mark);
	else if (*c->note)
		table_cell(t, style, "%s: %s%s", verdict_name(c->verdict), c->note, mark);
	else
		table_cell(t, style, "%s%s", verdict_name(c->verdict), mark);
}

/* Add how many devices the median is of and, if those are fewer, how many blocks the ratio. */
static void add_n(struct table *t, const struct verdict_cell *c)
{
	enum table_style style = c->n == c->planned ? TABLE_PLAIN : TABLE_BAD;
	char *n = c->n == c->planned ? bl_fmt("%zu", c->n) :
				       bl_fmt("%zu of %zu", c->n, c->planned);

	if (c->n_common < c->n)
		table_cell(t, TABLE_BAD, "%s, %zu common", n, c->n_common);
	else
		table_cell(t, style, "%s", n);
	free(n);
}

static void add_cell(struct table *t, const struct verdicts *v, const struct verdict_cell *c)
{
	table_row(t);
	table_cell(t, TABLE_PLAIN, "%s%s", c->label,
		   c->config && c->config->unsafe ? " (unsafe)" : "");
	add_n(t, c);
	table_number(t, 0, c->median.value);
	if (counts_insns(v))
		table_number(t, 0, verdict_insns(v, c));
	table_number(t, 3, c->ratio.value);
	table_interval(t, 3, c->ratio.lo, c->ratio.hi);
	add_verdict(t, c);
}

static void print_cells(const struct verdicts *v, FILE *f, bool colour)
{
	const char *declared = report_margin_short(v->margin_source);
	struct table *t = table_new();

	table_missing(t, " ");
	table_column(t, "label", TABLE_LEFT);
	table_column(t, "n", TABLE_RIGHT);
	table_column(t, "IOPS", TABLE_RIGHT);
	if (counts_insns(v))
		table_column(t, "insns/IO", TABLE_RIGHT);
	table_column(t, "ratio", TABLE_RIGHT);
	table_column(t, "interval", TABLE_LEFT);
	table_column(t, "verdict", TABLE_LEFT);
	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];

		if (!c->label_idx) {
			if (isnan(c->floor_pct))
				table_heading(t, "%s (same within %.3g %%, %s)", c->job,
					      v->same_pct, declared);
			else
				table_heading(t, "%s (same within %.3g %%, %s; noise floor %.3g %%)",
					      c->job, v->same_pct, declared,
					      c->floor_pct);
			table_titles(t);
		}
		add_cell(t, v, c);
	}
	table_print(t, f, 2, colour);
	table_free(t);
}

/* Tell whether some valid run is in no comparison, or labels have different numbers of runs. */
static bool has_gaps(const struct verdicts *v)
{
	for (size_t i = 0; i < v->n_cells; i++)
		if (v->cells[i].n != v->n_max || v->cells[i].n_common < v->cells[i].n)
			return true;
	return false;
}

static void print_foot(const struct verdicts *v, FILE *f)
{
	report_print_rules(v, f);
	if (has_gaps(v))
		fprintf(f, "ratio: over the blocks in which both %s and the label have a valid run (common,\n"
			"if fewer than n); it can differ from the quotient of two IOPS in this table.\n",
			v->sum->baseline);
}

static void print_problems(const struct summary *s, FILE *f)
{
	const char *last = "";
	size_t shown = 0, bad;

	bad = s->n_runs - s->n_status[STATUS_OK];
	fprintf(f, "runs: %zu planned, %zu ok, %zu failed, %zu invalid, %zu missing%s\n",
		s->n_runs, s->n_status[STATUS_OK], s->n_status[STATUS_FAILED],
		s->n_status[STATUS_INVALID], s->n_status[STATUS_MISSING],
		bad ? "; only ok runs are counted:" : "");
	for (size_t i = 0; i < s->n_rows && shown < MAX_PROBLEMS; i++) {
		const struct sum_row *r = &s->rows[i];

		if (r->status == STATUS_OK || !strcmp(r->run, last))
			continue;
		last = r->run;
		shown++;
		fprintf(f, "  run %s (%s, %s): %s: %s\n", r->run, kind_names[r->kind], r->label,
			status_names[r->status], r->reason);
	}
	if (bad > shown)
		fprintf(f, "  summary.csv has %zu more, with status and reason\n", bad - shown);
}

/* Print the verify runs, which come before the timed ones. */
static void print_verified(const struct summary *s, FILE *f, bool colour)
{
	struct table *t = table_new();
	size_t n = 0;

	table_column(t, "label", TABLE_LEFT);
	table_column(t, "job", TABLE_LEFT);
	table_column(t, "I/Os", TABLE_RIGHT);
	table_column(t, "data integrity", TABLE_LEFT);
	table_titles(t);
	for (size_t i = 0; i < s->n_rows; i++) {
		const struct sum_row *r = &s->rows[i];

		if (r->kind != KIND_VERIFY)
			continue;
		n++;
		table_row(t);
		table_cell(t, TABLE_PLAIN, "%s", r->label);
		table_cell(t, TABLE_PLAIN, "%s", r->job);
		if (isnan(r->fio.ios))
			table_cell(t, TABLE_PLAIN, " ");
		else
			table_cell(t, TABLE_PLAIN, "%.0f", r->fio.ios);
		if (r->status == STATUS_OK)
			table_cell(t, TABLE_GOOD, "verified, no errors");
		else
			table_cell(t, TABLE_BAD, "%s", status_names[r->status]);
	}
	if (n) {
		fputc('\n', f);
		table_print(t, f, 2, colour);
	}
	table_free(t);
}

void report_text(const struct verdicts *v, FILE *f, bool colour)
{
	print_header(v, f);
	print_verified(v->sum, f, colour);
	fputc('\n', f);
	if (v->n_cells) {
		print_cells(v, f, colour);
		report_print_marks(v, f);
		fputc('\n', f);
		report_print_order_effects(v->sum, f);
		report_print_shares(v, f);
		print_foot(v, f);
		fputc('\n', f);
		report_print_tails(v, f, colour);
	}
	print_problems(v->sum, f);
}
