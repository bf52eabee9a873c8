// SPDX-License-Identifier: GPL-2.0-or-later
/* The comparison of two campaigns as a table and as JSON. */
#include "report/comparison.h"
#include "campaign/campaign.h"
#include "campaign/env-diff.h"
#include "campaign/provenance.h"
#include "campaign/verify.h"
#include "lib/table.h"
#include "report/sections.h"

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
	err = campaign_verify(dir, true);
	err = err ? err : summary_load(&s->sum, dir);
	if (!err)
		err = verdicts_make(&s->v, &s->sum, same_pct);
	free(dir);
	return err;
}

static void free_side(struct report_side *s)
{
	verdicts_free(&s->v);
	summary_free(&s->sum);
}

void report_free_comparison(struct report_comparison *r)
{
	comparisons_free(&r->cs);
	bl_strv_free(&r->why);
	free_side(&r->side[0]);
	free_side(&r->side[1]);
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
	table_number(t, c->plain ? 0 : 4, c->a);
	table_number(t, c->plain ? 0 : 4, c->b);
	table_number(t, 4, c->ratio.value);
	table_interval(t, 4, c->ratio.lo, c->ratio.hi);
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

/* Say by which margins the verdicts are made, and since when these were known. */
static void print_margins(const struct report_side *s, FILE *f)
{
	const struct verdicts *a = &s[0].v, *b = &s[1].v;

	if (a->same_pct == b->same_pct && a->margin_source == b->margin_source) {
		fprintf(f, "margin same within %.3g %%, %s\n", a->same_pct,
			report_margin_origin(a->margin_source));
		return;
	}
	fprintf(f, "margin old: same within %.3g %%, %s\n       new: same within %.3g %%, %s\n",
		a->same_pct, report_margin_origin(a->margin_source), b->same_pct,
		report_margin_origin(b->margin_source));
	if (a->same_pct != b->same_pct)
		fputs("       A verdict is given only if it is the same by both.\n", f);
}

static void print_header(const struct report_comparison *r, FILE *f)
{
	const struct report_side *s = r->side;
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
	print_margins(s, f);
	print_list(f, "The campaigns differ (old, new):", &differences);
	bl_strv_free(&differences);
	fputc('\n', f);
}

/* Say what the interval has in it of the scatter between boots. */
static void print_boots(const struct comparisons *cs, FILE *f)
{
	if (!cs->hidden)
		fprintf(f, "n: boots of old and new; the interval includes the scatter between "
			"boots.\n");
	else if (isnan(cs->boot_sd_pct))
		fprintf(f, "n: blocks of old and new. The campaigns have fewer than %d boots, so the "
			"scatter between boots\nis not known. Run them with boot = block, or give its "
			"standard deviation by --boot-sd;\n'bouncelab plan --pilot' estimates it.\n",
			STATS_MIN_N);
	else
		fprintf(f, "n: blocks of old and new. The campaigns have fewer than %d boots; between "
			"boots a standard deviation\nof %.3g %% of the ratio is assumed, and is in "
			"the interval.\n", STATS_MIN_N, cs->boot_sd_pct);
}

static void print_footer(const struct report_comparison *r, FILE *f)
{
	const char *baseline = r->side[0].sum.baseline;

	fputc('\n', f);
	print_boots(&r->cs, f);
	fprintf(f, "old, new: median ratio to %s within blocks; of %s itself, median IOPS.\n"
		"new/old: Hodges-Lehmann estimate with the interval of the rank-sum test.\n",
		baseline, baseline);
	print_list(f, "Only in old:", &r->cs.only_a);
	print_list(f, "Only in new:", &r->cs.only_b);
}

void report_compare_text(const struct report_comparison *r, FILE *f)
{
	static const char *const sentences[] = {
		[NOT_WORSE] = "new is not worse than old",
		[WORSE] = "new is worse than old:",
		[CANNOT_TELL] = "it cannot be said whether new is worse than old:",
	};

	print_header(r, f);
	print_table(&r->cs, f);
	print_footer(r, f);
	fprintf(f, "\n%s\n", sentences[r->conclusion]);
	for (size_t i = 0; i < r->why.n; i++)
		fprintf(f, "  %s\n", r->why.v[i]);
}

static json_t *comparison_json(const struct comparison *c)
{
	json_t *o = json_pack("{s:s, s:s, s:i, s:i, s:o, s:o}", "label", c->label, "job", c->job,
			      "n_old", (int)c->n_a, "n_new", (int)c->n_b, "old",
			      bl_json_real(c->a), "new", bl_json_real(c->b));

	json_object_update_new(o, json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s}", "ratio", bl_json_real(c->ratio.value),
		"ratio_lo", bl_json_real(c->ratio.lo), "ratio_hi", bl_json_real(c->ratio.hi),
		"p", bl_json_real(c->p), "q", bl_json_real(c->q), "floor_pct",
		bl_json_real(c->floor_pct), "verdict", verdict_name(c->verdict), "note", c->note));
	json_object_update_new(o, json_pack(
		"{s:o, s:o, s:o, s:b}", "margin_pct", bl_json_real(c->margin_pct), "boots_old",
		bl_json_real(c->boots_a), "boots_new", bl_json_real(c->boots_b), "boots_hidden",
		c->hidden));
	return o;
}

static json_t *list_json(const struct bl_strv *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, json_string(l->v[i]));
	return a;
}

static json_t *measured_json(const struct report_side s[2])
{
	json_t *old = json_object(), *new = json_object();

	report_add_provenance(&s[0].sum, old);
	report_add_provenance(&s[1].sum, new);
	return json_pack("{s:o, s:o}", "old", old, "new", new);
}

void report_compare_json(const struct report_comparison *r, FILE *f)
{
	const struct report_side *s = r->side;
	json_t *list = json_array(), *o;
	struct bl_strv diff = {};

	for (size_t i = 0; i < r->cs.n; i++)
		json_array_append_new(list, comparison_json(&r->cs.c[i]));
	campaign_diff_env(s[0].sum.env, s[1].sum.env, &diff);
	o = json_pack("{s:i, s:s, s:s, s:s, s:b, s:o, s:o}", "schema", 1, "old", s[0].sum.name,
		      "new", s[1].sum.name, "plane", s[0].sum.plane, "emulated",
		      s[0].sum.emulated, "differences", list_json(&diff), "comparisons", list);
	json_object_update_new(o, json_pack(
		"{s:s, s:o, s:o, s:o, s:o}", "conclusion", conclusion_name(r->conclusion), "why",
		list_json(&r->why), "only_old", list_json(&r->cs.only_a), "only_new",
		list_json(&r->cs.only_b), "boot_sd_pct", bl_json_real(r->cs.boot_sd_pct)));
	json_object_set_new(o, "margin_pct", json_pack("[f, f]", s[0].v.same_pct, s[1].v.same_pct));
	json_object_set_new(o, "margin_source", json_pack(
		"[s, s]", report_margin_word(s[0].v.margin_source),
		report_margin_word(s[1].v.margin_source)));
	json_object_set_new(o, "order", json_pack("[s, s]", order_names[s[0].sum.order],
						  order_names[s[1].sum.order]));
	bl_strv_free(&diff);
	json_object_set_new(o, "measured", measured_json(s));
	json_dumpf(o, f, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	fputc('\n', f);
	json_decref(o);
}
