// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints by which rule a table's verdicts were made, and what stands against them. */
#include "report/sections.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

/* --- above the tables ----------------------------------------------------------- */

/* Print why the A/A pair of a job is not clean. */
static void print_aa_problem(const struct verdicts *v, const char *job, const struct verdict_aa *aa,
			     FILE *f)
{
	fprintf(f, "          %s: %s", job, aa->label);
	if (aa->ratio.has_interval)
		fprintf(f, " %.4f (%.4f .. %.4f)", aa->ratio.value, aa->ratio.lo, aa->ratio.hi);
	switch (aa->state) {
	case AA_WIDE:
		fprintf(f, " reaches beyond the margin of %.3g %%\n", v->same_pct);
		break;
	case AA_TWO_GROUPS:
		fprintf(f, ": two groups of devices, %zu near %.3f, %zu near %.3f of the original\n",
			aa->groups.n - aa->groups.n_small, exp(aa->groups.large),
			aa->groups.n_small, exp(aa->groups.small));
		break;
	case AA_FAILED:
		fprintf(f, ": its runs failed in more than %.0f %% of the blocks\n",
			100 * RULE_MAX_FAILED);
		break;
	default:
		fprintf(f, ": fewer than %d blocks\n", STATS_MIN_N);
	}
}

static void print_unclean(const struct verdicts *v, size_t unclean, FILE *f)
{
	fprintf(f, "WARNING   the A/A pair is not clean in %zu of %zu jobs: the same cell twice does not "
		"come out equal.\n          No verdict of these jobs stands:\n", unclean,
		v->sum->jobs.n);
	for (size_t i = 0; i < v->sum->jobs.n; i++)
		if (v->aa[i].state > AA_CLEAN)
			print_aa_problem(v, v->sum->jobs.v[i], &v->aa[i], f);
}

/*
 * Print a warning if the intervals of the A/A pairs exclude 1 in more jobs than chance explains in
 * 99 of 100 campaigns: something other than the strategies differs, if less than the margin.
 */
static void print_aa_excess(const struct verdicts *v, FILE *f)
{
	size_t excludes_1, n = verdicts_count_aa(v, &excludes_1);
	double outside = 1 - stats_coverage(v->n_max);

	if (excludes_1 && gsl_cdf_binomial_Q(excludes_1 - 1, outside, n) < 0.01)
		fprintf(f, "WARNING   the A/A pair's interval excludes 1 in %zu of %zu jobs. By chance it "
			"would in %.0f %% of them:\n          something other than the strategies "
			"differs between equal cells\n", excludes_1, n, 100 * outside);
}

void report_print_warnings(const struct verdicts *v, FILE *f)
{
	size_t unclean = 0;

	if (!v->n_cells)
		return;
	for (size_t i = 0; i < v->sum->jobs.n; i++)
		unclean += v->aa[i].state > AA_CLEAN;
	if (unclean)
		print_unclean(v, unclean, f);
	print_aa_excess(v, f);
	if (!v->verified)
		fputs("WARNING   the plan has no verify job, so nothing shows that the data were right: "
		      "every verdict\n          is \"unverified\"\n", f);
}

const char *report_margin_word(enum margin_source source)
{
	static const char *const words[] = {
		[MARGIN_DECLARED] = "declared", [MARGIN_DEFAULT] = "default",
		[MARGIN_CHOSEN] = "chosen",
	};

	return words[source];
}

const char *report_aa_word(enum aa_state state)
{
	static const char *const words[] = {
		[AA_NONE] = "none", [AA_CLEAN] = "clean", [AA_NO_INTERVAL] = "no interval",
		[AA_FAILED] = "failed", [AA_WIDE] = "wide", [AA_TWO_GROUPS] = "two groups",
	};

	return words[state];
}

const char *report_margin_origin(enum margin_source source)
{
	static const char *const origins[] = {
		[MARGIN_DECLARED] = "declared before the run",
		[MARGIN_DEFAULT] = "a default: the plan declares none, so it was chosen after the fact",
		[MARGIN_CHOSEN] = "chosen after the fact",
	};

	return origins[source];
}

const char *report_margin_short(enum margin_source source)
{
	return source == MARGIN_DECLARED ? "declared" : "not declared before";
}

void report_print_margin(const struct verdicts *v, FILE *f)
{
	double declared = bl_json_num(v->sum->plan, "same_within", 0);
	size_t n, excludes_1;

	fprintf(f, "margin    same within %.3g %%, %s", v->same_pct,
		report_margin_origin(v->margin_source));
	if (v->margin_source == MARGIN_CHOSEN && declared > 0)
		fprintf(f, "; the plan declares %.3g %%", declared);
	fputc('\n', f);
	n = verdicts_count_aa(v, &excludes_1);
	if (n)
		fprintf(f, "A/A       the same cell twice: the interval excludes 1 in %zu of %zu jobs; one "
			"in 20 is to be expected\n", excludes_1, n);
	else if (!v->has_aa)
		fputs("A/A       none: nothing shows that equal cells come out equal, and the noise "
		      "floor is taken as 0\n", f);
}

/* Tell whether some interval is over @n blocks. */
static bool has_interval_over(const struct verdicts *v, size_t n)
{
	for (size_t i = 0; i < v->n_cells; i++)
		if (v->cells[i].ratio.has_interval && v->cells[i].n_common == n)
			return true;
	return false;
}

void report_print_coverage(const struct verdicts *v, FILE *f)
{
	bool any = false;

	for (size_t n = STATS_MIN_N; n <= v->n_max; n++) {
		if (!has_interval_over(v, n))
			continue;
		fprintf(f, "%s%.4g %% at n = %zu", any ? ", " : ", which covers ",
			100 * stats_coverage(n), n);
		any = true;
	}
}

/* --- below the tables ----------------------------------------------------------- */

static void print_groups(const struct verdict_cell *c, FILE *f)
{
	const struct stats_groups *g = &c->groups;

	if (g->n_small)
		fprintf(f, "! %s in %s: %zu of %zu devices near %.3f of the baseline, the others near "
			"%.3f\n", c->label, c->job, g->n_small, g->n, exp(g->small), exp(g->large));
}

/* Print for a label in which jobs it or the baseline failed. */
static void print_lost(const struct verdicts *v, const char *label, FILE *f)
{
	const char *begin = "";

	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];

		if (strcmp(c->label, label) || c->verdict == V_BASELINE || !c->lost)
			continue;
		if (!*begin)
			fprintf(f, "! %s: it or the baseline failed or is invalid, and the ratio is of the "
				"other blocks:\n  ", label);
		fprintf(f, "%s%zu of %zu in %s", begin, c->lost, c->tried, c->job);
		begin = ", ";
	}
	if (*begin)
		fputc('\n', f);
}

void report_print_marks(const struct verdicts *v, FILE *f)
{
	bool near = false;

	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];

		near |= c->verdict == V_SAME && rule_excludes_1(&c->ratio);
	}
	if (near)
		fputs("* The interval excludes 1: there is a difference, and it is smaller than the "
		      "margin.\n", f);
	for (size_t i = 0; i < v->n_cells; i++)
		print_groups(&v->cells[i], f);
	for (size_t i = 0; i < v->labels.n; i++)
		print_lost(v, v->labels.v[i], f);
}

/* Say what cannot be shown with so few blocks, and how many it takes. */
static void print_fewness(const struct verdicts *v, FILE *f)
{
	size_t n = v->n_max, needed = rule_blocks_needed(v->n_family), at_once;

	if (n < STATS_MIN_N) {
		fprintf(f, "Fewer than %d blocks give no interval, and so no verdict.\n", STATS_MIN_N);
		return;
	}
	if (v->n_min < STATS_MIN_N)
		fprintf(f, "A label with fewer than %d blocks has no interval, and so no verdict.\n",
			STATS_MIN_N);
	if (!v->n_family || n >= needed)
		return;
	at_once = ceil(stats_smallest_p(n) * v->n_family / RULE_FDR);
	fprintf(f, "n = %zu: the smallest possible p is %.2g. ", n, stats_smallest_p(n));
	if (at_once > v->n_family)
		fprintf(f, "No difference can be shown at %.0f %%; ", 100 * RULE_FDR);
	else
		fprintf(f, "Only if %zu or more of the %zu comparisons differ can they be shown;\n",
			at_once, v->n_family);
	fprintf(f, "one alone takes %zu blocks.\n", needed);
}

static size_t count_family(const struct verdicts *v, enum verdict_family family)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_cells; i++)
		n += v->cells[i].family == family && !isnan(v->cells[i].p);
	return n;
}

void report_print_rules(const struct verdicts *v, FILE *f)
{
	size_t controls = count_family(v, FAMILY_CONTROLS), copies = count_family(v, FAMILY_AA);

	fprintf(f, "same: the whole interval lies within the margin, %.3g %% on either side of 1.\n"
		"faster, slower: the whole interval lies beyond the margin%s, and the comparison survives\n"
		"Benjamini-Hochberg at a false discovery rate of %.0f %% over %zu comparisons of labels "
		"(p of the same test).\n", v->same_pct, v->has_aa ? " and the noise floor" : "",
		RULE_FDR * 100, v->n_family);
	if (controls || copies)
		fprintf(f, "%zu comparisons of unsafe cells and %zu of A/A copies are corrected apart from "
			"these.\n", controls, copies);
	fputs("inconclusive: none of these; more blocks would tell, if nothing else is said.\n", f);
	if (v->has_aa)
		fputs("noise floor: the end of the A/A pair's interval that is farther from 1.\n", f);
	print_fewness(v, f);
}
