// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab compare: two campaigns, of two versions of a strategy or of two machines. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "campaign/campaign.h"
#include "eval/compare.h"
#include "campaign/env-diff.h"
#include "report/trace-compare.h"
#include "lib/table.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* git bisect run skips a revision with this exit code. */
#define EXIT_CANNOT_TELL	125

enum { OPT_JSON = 256, OPT_SAME, OPT_TRACE };

struct options {
	const char *campaigns[2], *label, *job;
	bool json, trace;
	double same_pct;
};

static const struct argp_option options[] = {
	{ "label", 'l', "LABEL", 0, "Compare only this label", 0 },
	{ "job", 'j', "JOB", 0, "Compare only this job", 0 },
	{ "json", OPT_JSON, NULL, 0, "Print JSON", 0 },
	{ "trace", OPT_TRACE, NULL, 0, "Compare the traces of two campaigns, or of two strategies, "
	  "each given as CAMPAIGN:STRATEGY", 0 },
	{ "same-within", OPT_SAME, "PERCENT", 0,
	  "Call differences up to this margin the same [default: 5]", 0 },
	{}
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'l':
		o->label = arg;
		return 0;
	case 'j':
		o->job = arg;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_TRACE:
		o->trace = true;
		return 0;
	case OPT_SAME:
		if (bl_parse_double(arg, 0.01, 100, &o->same_pct))
			argp_error(state, "--same-within: bad percentage '%s'; valid: 0.01..100", arg);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "'%s' is a third campaign; valid: OLD NEW", arg);
		o->campaigns[state->arg_num] = arg;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < 2)
			argp_error(state, "two campaigns are needed; give directories or names below "
				   "results/");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options, parse, "OLD NEW",
	"Compare each label of the campaign NEW with the same label of OLD, each relative to the "
	"baseline of its own campaign. With --trace, compare where the time goes.\vExit code: 0 no "
	"label is slower, 1 a label is slower, 125 there is no verdict ('git bisect run' then skips "
	"the revision), 2 bad usage.", NULL, NULL, NULL
};

/* --- reading ------------------------------------------------------------------ */

struct side {
	struct summary sum;
	struct verdicts v;
	json_t *env;
};

static int load_side(struct side *s, const char *name, double same_pct)
{
	char *dir = bl_find_campaign(name), *path;
	int err;

	if (!dir)
		return -EINVAL;
	err = summary_load(&s->sum, dir);
	if (!err) {
		path = bl_fmt("%s/env.json", dir);
		s->env = bl_exists(path) ? bl_json_load(path) : NULL;
		free(path);
		err = verdicts_make(&s->v, &s->sum, same_pct);
	}
	free(dir);
	return err;
}

static void free_side(struct side *s)
{
	verdicts_free(&s->v);
	summary_free(&s->sum);
	json_decref(s->env);
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

static const char *source_of(const struct side *s)
{
	return bl_json_str(json_object_get(s->env, "module"), "source", "not recorded");
}

static void print_text(const struct comparisons *cs, const struct side *s,
		       const struct bl_strv *differences, FILE *f)
{
	for (size_t i = 0; i < 2; i++)
		fprintf(f, "%s  %s, revision %.12s, module sources %.12s\n", i ? "new" : "old",
			s[i].sum.name, bl_json_str(json_object_get(s[i].env, "git"), "revision",
						   "not recorded"), source_of(&s[i]));
	fprintf(f, "plane %s%s\n", s[0].sum.plane, s[0].sum.emulated ? ", emulated" : "");
	print_list(f, "the machines differ:", differences);
	fputc('\n', f);
	print_table(cs, f);
	fprintf(f, "\nold, new: median ratio to %s within blocks, of %s itself IOPS. new/old: "
		"Hodges-Lehmann with\nthe interval of the rank-sum test; a verdict has survived "
		"Benjamini-Hochberg at %.0f %% and is beyond\nthe noise floor of both campaigns.\n",
		s[0].sum.baseline, s[0].sum.baseline, VERDICT_FDR * 100);
	print_list(f, "only in old:", &cs->only_a);
	print_list(f, "only in new:", &cs->only_b);
}

static void print_json(const struct comparisons *cs, const struct side *s,
		       const struct bl_strv *differences, FILE *f)
{
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
	for (size_t i = 0; i < differences->n; i++)
		json_array_append_new(diff, json_string(differences->v[i]));
	o = json_pack("{s:i, s:s, s:s, s:s, s:b, s:o, s:o}", "schema", 1, "old", s[0].sum.name,
		      "new", s[1].sum.name, "plane", s[0].sum.plane, "emulated",
		      s[0].sum.emulated, "differences", diff, "comparisons", list);
	json_dumpf(o, f, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	fputc('\n', f);
	json_decref(o);
}

static int exit_code(const struct comparisons *cs)
{
	bool told = false;

	for (size_t i = 0; i < cs->n; i++) {
		if (cs->c[i].verdict == V_SLOWER)
			return BL_EXIT_FAIL;
		told |= cs->c[i].verdict == V_FASTER || cs->c[i].verdict == V_SAME;
	}
	return told ? BL_EXIT_OK : EXIT_CANNOT_TELL;
}

int cmd_compare(int argc, char **argv)
{
	struct options o = { .same_pct = VERDICT_SAME_PCT };
	struct bl_strv differences = {};
	struct comparisons cs = {};
	struct side s[2] = {};
	int code = BL_EXIT_USAGE;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (o.trace)
		return compare_traces(o.campaigns);
	if (load_side(&s[0], o.campaigns[0], o.same_pct) ||
	    load_side(&s[1], o.campaigns[1], o.same_pct) ||
	    compare(&cs, &s[0].v, &s[1].v, o.label, o.job))
		goto out;
	bl_env_diff(s[0].env, s[1].env, &differences);
	if (o.json)
		print_json(&cs, s, &differences, stdout);
	else
		print_text(&cs, s, &differences, stdout);
	code = exit_code(&cs);
out:
	compare_free(&cs);
	bl_strv_free(&differences);
	free_side(&s[0]);
	free_side(&s[1]);
	return code;
}
