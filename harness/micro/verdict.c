// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verdicts of `bouncelab micro`: each cell's cost against the baseline's, by the rule of
 * eval/rule.h. A round is a block: both costs are of runs of one round, and what makes a round slow
 * cancels in their ratio. The baseline runs twice in each round. This A/A pair is clean if its
 * interval lies within the margin and its rounds are not in two groups (stats/modes.h); no verdict
 * rests on cells whose pair is not clean, or on rounds in two groups farther from each other than
 * the margin. Controls (null, and strategies that are unsafe) and the pair are no members of the
 * family.
 *
 * A group has the cells of one size, number of threads, working set and touch.
 */
#include "micro/micro.h"
#include "eval/rule.h"
#include "stats/modes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A group: its cells are c->n_rows from FIRST on. */
struct group {
	struct micro_cell *first;
	const struct micro_cell *baseline, *copy;
	bool clean;		/* the A/A pair */
	double floor;		/* its farther bound, a logarithm; 0 if unknown */
};

/* Collect the costs of two cells in the same rounds. Return how many; 0 if one is not valid. */
static size_t pair_costs(const struct micro_cell *a, const struct micro_cell *b, double *x,
			 double *y)
{
	size_t n = a->n < b->n ? a->n : b->n;

	if (a->invalid || b->invalid)
		return 0;
	for (size_t i = 0; i < n; i++) {
		x[i] = a->rounds[i].cost;
		y[i] = b->rounds[i].cost;
	}
	return n;
}

/* Return whether the ratios of the pairs are in two groups farther apart than the margin. */
static bool has_groups(const struct micro_campaign *c, const double *x, const double *y, size_t n)
{
	double *d = bl_zalloc((n + 1) * sizeof(*d));
	struct stats_groups g = {};

	for (size_t i = 0; i < n; i++)
		d[i] = log(x[i] / y[i]);
	stats_find_groups(d, n, &g);
	free(d);
	return g.n_small > 1 && fabs(g.small - g.large) > rule_log_of_pct(c->o.same_within);
}

/* Estimate the speed of @cell to the baseline, and the p value that belongs to it. */
static void compare(const struct micro_campaign *c, const struct micro_cell *baseline,
		    struct micro_cell *cell, double *p)
{
	double *x = bl_zalloc((c->rounds + 1) * sizeof(*x));
	double *y = bl_zalloc((c->rounds + 1) * sizeof(*y));
	size_t n = pair_costs(baseline, cell, x, y);

	*p = NAN;
	/* There is no ratio of costs that are not above that of the loop and the clock. */
	if (n && !stats_ratio_est(x, y, n, &cell->verdict.speed)) {
		if (cell->verdict.speed.has_interval)
			*p = stats_ratio_p(x, y, n);
		cell->verdict.groups = has_groups(c, x, y, n);
	} else if (!cell->invalid && !baseline->invalid) {
		cell->verdict.note = "costs no more than the loop and the clock";
	}
	free(x);
	free(y);
}

static struct group find_group(struct micro_campaign *c, size_t nr)
{
	struct group g = { .first = &c->cells[nr * c->n_rows] };

	for (size_t i = 0; i < c->n_rows; i++) {
		const struct micro_cell *cell = &g.first[i];

		if (cell->aa)
			g.copy = cell;
		else if (!strcmp(cell->strategy, c->o.baseline))
			g.baseline = cell;
	}
	return g;
}

static void check_pair(struct group *g, double margin)
{
	const struct stats_est *ratio = &g->copy->verdict.speed;

	g->floor = ratio->has_interval ? rule_largest_bound(ratio) : 0;
	g->clean = ratio->has_interval && g->floor <= margin && !g->copy->verdict.groups;
}

static const char *decide(const struct group *g, struct micro_cell *cell, double margin)
{
	struct micro_verdict *v = &cell->verdict;
	enum verdict verdict;

	if (cell == g->baseline)
		return "baseline";
	if (cell == g->copy)
		return g->clean ? "A/A clean" : "A/A not clean";
	if (!strcmp(cell->strategy, MICRO_NULL))
		return "control";
	if (!v->speed.has_interval)
		return verdict_name(V_INCONCLUSIVE);
	verdict = rule_decide(&v->speed, v->q, g->floor, margin, &v->note);
	if (verdict == V_INCONCLUSIVE)
		return verdict_name(verdict);
	if (!g->clean)
		v->note = "the A/A pair is not clean";
	else if (v->groups)
		v->note = "the rounds are in two groups";
	else
		return verdict_name(verdict);
	return verdict_name(V_INCONCLUSIVE);
}

/* Set q of all cells: strategies are one family, unsafe ones another. */
static void control_families(struct micro_campaign *c, const double *p)
{
	double *of = bl_zalloc((c->n_cells + 1) * sizeof(*of));
	double *q = bl_zalloc((c->n_cells + 1) * sizeof(*q));

	for (int control = 0; control < 2; control++) {
		for (size_t i = 0; i < c->n_cells; i++)
			of[i] = c->cells[i].control == control && !c->cells[i].aa ? p[i] : NAN;
		rule_control_family(of, q, c->n_cells);
		for (size_t i = 0; i < c->n_cells; i++)
			if (!isnan(of[i]))
				c->cells[i].verdict.q = q[i];
	}
	free(of);
	free(q);
}

void micro_make_verdicts(struct micro_campaign *c)
{
	double margin = rule_log_of_pct(c->o.same_within);
	double *p = bl_zalloc((c->n_cells + 1) * sizeof(*p));

	for (size_t i = 0; i < c->n_cells; i++)
		c->cells[i].verdict = (struct micro_verdict){ .speed = STATS_NO_EST, .q = NAN };
	for (size_t i = 0; c->aa_label && i < c->n_cells; i++) {
		struct group g = find_group(c, i / c->n_rows);
		struct micro_cell *cell = &c->cells[i];

		p[i] = NAN;
		if (cell != g.baseline && strcmp(cell->strategy, MICRO_NULL))
			compare(c, g.baseline, cell, &p[i]);
	}
	if (c->aa_label)
		control_families(c, p);
	for (size_t i = 0; c->aa_label && i < c->n_cells; i++) {
		struct group g = find_group(c, i / c->n_rows);

		check_pair(&g, margin);
		c->cells[i].verdict.word = decide(&g, &c->cells[i], margin);
	}
	free(p);
}

/* --- text ---------------------------------------------------------------------- */

/* Count the groups, and those whose A/A pair is not clean. */
static size_t count_unclean(const struct micro_campaign *c, size_t *all)
{
	size_t n = 0;

	*all = 0;
	for (size_t i = 0; i < c->n_cells; i++) {
		if (!c->cells[i].aa)
			continue;
		++*all;
		n += !strcmp(c->cells[i].verdict.word, "A/A not clean");
	}
	return n;
}

void micro_print_pairs(const struct micro_campaign *c, FILE *f)
{
	size_t all, unclean;

	if (!c->aa_label)
		return;
	unclean = count_unclean(c, &all);
	if (!unclean)
		return;
	fprintf(f, "A/A: in %zu of %zu groups of cells %s and its copy are not the same within "
		"%g %%: no verdict rests on them%s\n", unclean, all, c->o.baseline,
		c->o.same_within, c->rounds < STATS_MIN_N ?
		" (too few rounds for an interval)" : "");
}

/* Print the reasons of verdicts that are inconclusive, each once. */
static void print_notes(const struct micro_campaign *c, FILE *f)
{
	struct bl_strv notes = {};
	char *text;

	for (size_t i = 0; i < c->n_cells; i++) {
		const char *note = c->cells[i].verdict.note;

		if (note && !bl_strv_has(&notes, note))
			bl_strv_add(&notes, note);
	}
	if (notes.n) {
		text = bl_strv_join(&notes, "; ");
		fprintf(f, "inconclusive because (the column note of the CSV file says where): %s\n",
			text);
		free(text);
	}
	bl_strv_free(&notes);
}

void micro_print_verdict_key(const struct micro_campaign *c, FILE *f)
{
	if (!c->aa_label)
		return;
	fprintf(f, "\nspeed: cost of %s by the own cost, in pairs of the same round; above 1 is "
		"faster. same within %g %%%s:\nthe whole interval of the speed lies within that "
		"margin. faster, slower: the whole interval is beyond it, and beyond\nthat of the "
		"A/A pair (%s), and holds in the family of all comparisons (q <= %g). null and unsafe "
		"strategies\nare controls and no members of the family.\n", c->o.baseline,
		c->o.same_within,
		c->o.same_within_after ? ", chosen after the runs" : ", declared before the runs",
		c->aa_label, RULE_FDR);
	print_notes(c, f);
}
