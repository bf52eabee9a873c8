// SPDX-License-Identifier: GPL-2.0-or-later
/* The comparison of two campaigns as a table and as JSON. */
#include "report/comparison.h"
#include "campaign/campaign.h"
#include "campaign/env-diff.h"
#include "campaign/provenance.h"
#include "lib/table.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int report_load_side(struct report_side *s, const char *name, double same_pct)
{
	char *dir = campaign_find(name);
	int err;

	if (!dir)
		return -EINVAL;
	err = summary_load(&s->sum, dir);
	if (!err)
		err = verdicts_make(&s->v, &s->sum, same_pct);
	free(dir);
	return err;
}

void report_free_side(struct report_side *s)
{
	verdicts_free(&s->v);
	summary_free(&s->sum);
}

/* --- printing ----------------------------------------------------------------- */

static void print_list(FILE *f, const char *title, const struct bl_strv *l)
{
	if (!l->n)
		return;
	fprintf(f, "%s\n", title);
	for (size_t i = 0; i < l->n; i++)
		fprintf(f, "  %s\n", l->v[i]);
}

static void add_row(struct table *t, const struct comparison *c)
{
	enum table_style style = c->verdict == V_FASTER ? TABLE_GOOD :
				 c->verdict == V_SLOWER ? TABLE_BAD : TABLE_PLAIN;

	table_row(t);
	table_cell(t, TABLE_PLAIN, "%s", c->label);
	table_cell(t, TABLE_PLAIN, "%zu, %zu", c->n_a, c->n_b);
	table_number(t, c->plain ? 0 : 3, c->a);
	table_number(t, c->plain ? 0 : 3, c->b);
	table_number(t, 3, c->ratio.value);
	table_interval(t, 3, c->ratio.lo, c->ratio.hi);
	if (c->verdict == V_SAME)
		table_cell(t, style, "same within %.3g %%", c->margin_pct);
	else
		table_cell(t, style, "%s%s%s", verdict_name(c->verdict), *c->note ? ": " : "", c->note);
}

static void print_table(const struct comparisons *cs, FILE *f)
{
	struct table *t = table_new();
	const char *job = "";

	table_missing(t, " ");
	table_column(t, "label", TABLE_LEFT);
	table_column(t, "n", TABLE_RIGHT);
	table_column(t, "old", TABLE_RIGHT);
	table_column(t, "new", TABLE_RIGHT);
	table_column(t, "new/old", TABLE_RIGHT);
	table_column(t, "95 % interval", TABLE_LEFT);
	table_column(t, "verdict", TABLE_LEFT);
	for (size_t i = 0; i < cs->n; i++) {
		if (strcmp(cs->c[i].job, job)) {
			job = cs->c[i].job;
			table_heading(t, "%s", job);
			table_titles(t);
		}
		add_row(t, &cs->c[i]);
	}
	table_print(t, f, 2, table_colour(f));
	table_free(t);
}

static const char *source_of(const struct report_side *s)
{
	return bl_json_str(json_object_get(s->sum.env, "module"), "source", "not recorded");
}

/* Print on what one campaign was measured, and what changed while it ran. */
static void print_side(const struct report_side *s, const char *which, FILE *f)
{
	char *line = provenance_line(s->sum.env), *replaced = provenance_list_replaced(s->sum.env);
	char *title = bl_fmt("The %s campaign changed while it ran (first value, then the later one):",
			     which);
	struct bl_strv changes = {};

	fprintf(f, "%s  %s, module sources %.12s\n     %s\n", which, s->sum.name, source_of(s), line);
	if (replaced)
		fprintf(f, "     REPLACED: files of the guest's kernel that are not the package's: %s\n",
			replaced);
	provenance_list_changes(s->sum.dir, s->sum.env, &changes);
	print_list(f, title, &changes);
	bl_strv_free(&changes);
	free(title);
	free(replaced);
	free(line);
}

void report_compare_text(const struct comparisons *cs, const struct report_side s[2], FILE *f)
{
	struct bl_strv differences = {};

	campaign_diff_env(s[0].sum.env, s[1].sum.env, &differences);
	for (size_t i = 0; i < 2; i++)
		print_side(&s[i], i ? "new" : "old", f);
	fprintf(f, "plane %s%s\n", s[0].sum.plane, s[0].sum.emulated ? ", emulated" : "");
	if (s[0].sum.order == s[1].sum.order)
		fprintf(f, "order %s\n", order_names[s[0].sum.order]);
	else
		fprintf(f, "WARNING: order of jobs: old %s, new %s; what one job leaves to the next "
			"can make the difference\n", order_names[s[0].sum.order],
			order_names[s[1].sum.order]);
	print_list(f, "The campaigns differ (old, new):", &differences);
	bl_strv_free(&differences);
	fputc('\n', f);
	print_table(cs, f);
	fprintf(f, "\nn: blocks of old and new. old, new: median ratio to %s within blocks; of %s "
		"itself, median IOPS.\nnew/old: Hodges-Lehmann estimate with the interval of the "
		"rank-sum test. faster, slower: the comparison\nsurvives Benjamini-Hochberg at "
		"%.0f %% and is beyond the noise floor of both campaigns.\n",
		s[0].sum.baseline, s[0].sum.baseline, RULE_FDR * 100);
	print_list(f, "Only in old:", &cs->only_a);
	print_list(f, "Only in new:", &cs->only_b);
}

void report_compare_json(const struct comparisons *cs, const struct report_side s[2], FILE *f)
{
	struct bl_strv differences = {};
	json_t *list = json_array(), *diff = json_array(), *o;

	for (size_t i = 0; i < cs->n; i++) {
		const struct comparison *c = &cs->c[i];

		json_array_append_new(list, json_pack(
			"{s:s, s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s}",
			"label", c->label, "job", c->job, "n_old", (int)c->n_a, "n_new",
			(int)c->n_b, "old", bl_json_real(c->a), "new", bl_json_real(c->b), "ratio",
			bl_json_real(c->ratio.value), "ratio_lo", bl_json_real(c->ratio.lo), "ratio_hi",
			bl_json_real(c->ratio.hi), "p", bl_json_real(c->p), "q", bl_json_real(c->q), "floor_pct",
			bl_json_real(c->floor_pct), "verdict", verdict_name(c->verdict), "note", c->note));
	}
	campaign_diff_env(s[0].sum.env, s[1].sum.env, &differences);
	for (size_t i = 0; i < differences.n; i++)
		json_array_append_new(diff, json_string(differences.v[i]));
	bl_strv_free(&differences);
	o = json_pack("{s:i, s:s, s:s, s:s, s:b, s:o, s:o}", "schema", 1, "old", s[0].sum.name,
		      "new", s[1].sum.name, "plane", s[0].sum.plane, "emulated",
		      s[0].sum.emulated, "differences", diff, "comparisons", list);
	json_object_set_new(o, "order", json_pack("[s, s]", order_names[s[0].sum.order],
						  order_names[s[1].sum.order]));
	json_dumpf(o, f, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	fputc('\n', f);
	json_decref(o);
}
