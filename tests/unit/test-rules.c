// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test the rule of verdicts on cases in which an earlier rule was wrong; each has a campaign of
 * its own.
 *
 * Seen failing: all of these with the rule that tested "same" first, within the larger of 5 % and
 * the noise floor, that took p from the t test and the interval from ranks, and that had controls
 * in the family.
 */
#include "tests/unit/made.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "report/report.h"
#include "stats/rank.h"

#define SEED	20261127UL
#define MOST	80	/* blocks */

static gsl_rng *rng;

static int setup(void **state)
{
	(void)state;
	rng = gsl_rng_alloc(gsl_rng_mt19937);
	gsl_rng_set(rng, SEED);
	printf("# seed %lu\n", SEED);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	gsl_rng_free(rng);
	return 0;
}

/* Add a label whose devices are at @mid, with a standard deviation of @sd (of logarithms). */
static void add_noisy(const char *label, double mid, double sd, size_t n)
{
	double x[MOST];

	for (size_t i = 0; i < n; i++)
		x[i] = 1000 * mid * exp(gsl_ran_gaussian(rng, sd));
	made_label(label, x, n);
}

/* Add a label with these ratios to 1000 IOPS. */
static void add_ratios(const char *label, const double *ratio, size_t n)
{
	double x[MOST];

	for (size_t i = 0; i < n; i++)
		x[i] = 1000 * ratio[i];
	made_label(label, x, n);
}

/* Add a label that is at @mid in each block, give or take 0.1 %. */
static void add_quiet(const char *label, double mid, size_t n)
{
	double x[MOST];

	for (size_t i = 0; i < n; i++)
		x[i] = mid * (1 + ((int)(i * 7 + strlen(label)) % 5 - 2) / 2000.);
	add_ratios(label, x, n);
}

/* Return the share of campaigns in which "up", truly @truth, has one of two verdicts. */
static double share_of(double truth, double sd, size_t n, double same, bool aa, enum verdict a,
		       enum verdict b)
{
	int campaigns = 400, hits = 0;

	for (int i = 0; i < campaigns; i++) {
		enum verdict got;

		made_begin();
		add_noisy("base", 1, sd / M_SQRT2, n);
		if (aa)
			add_noisy("base'", 1, sd / M_SQRT2, n);
		add_noisy("up", truth, sd / M_SQRT2, n);
		got = made_judge("up", same)->verdict;
		hits += got == a || got == b;
		made_end();
	}
	return (double)hits / campaigns;
}

/*
 * Case a: +4 % with a margin of 5 % must not be "faster" at 12 blocks and "same" at 80; and +4 %
 * with a margin of 1 % must be "faster" the more often, the more blocks there are.
 */
static void test_more_data(void **state)
{
	double few, many;

	(void)state;
	assert_true(share_of(1.04, 0.02, 12, 5, false, V_FASTER, V_SLOWER) < 0.05);
	assert_true(share_of(1.04, 0.02, 80, 5, false, V_SAME, V_SAME) > 0.9);
	few = share_of(1.04, 0.02, 12, 1, false, V_FASTER, V_FASTER);
	many = share_of(1.04, 0.02, 80, 1, false, V_FASTER, V_FASTER);
	if (!(few > 0.85 && many > 0.99))
		fail_msg("faster in %.0f %% at n = 12, %.0f %% at n = 80", 100 * few, 100 * many);
	assert_true(share_of(1.04, 0.02, 30, 1, false, V_SAME, V_SLOWER) < 0.01);
}

/* Case b: a noisy A/A pair must not make a difference of 15 % "same". */
static void test_noisy_aa(void **state)
{
	static const double one_off[] = { 1.17, 1, 1.001, 0.999, 1 };
	double two[30];

	(void)state;
	for (size_t i = 0; i < 30; i++)
		two[i] = i % 2 ? 1 : 0.82 + i / 10000.;
	made_begin();
	add_quiet("base", 1, 30);
	add_ratios("base'", two, 30);
	add_quiet("down", 0.851, 30);
	made_is("down", 3, V_INCONCLUSIVE);
	assert_string_equal(verdict_find(&mv, "down", "j")->note, "the A/A pair is not clean");
	made_end();

	made_begin();
	add_quiet("base", 1, 5);
	add_ratios("base'", one_off, 5);
	add_quiet("down", 0.861, 5);
	made_is("down", 3, V_INCONCLUSIVE);
	made_end();
}

/* Case b: with noise of 6 % and five blocks, a true -8 % must not be "same". */
static void test_noise_hides(void **state)
{
	double same;

	(void)state;
	same = share_of(0.92, 0.06, 5, 3, true, V_SAME, V_SAME);
	if (same > 0.01)
		fail_msg("a true -8 %% is the same in %.1f %% of the campaigns", 100 * same);
}

/* Case c: what the controls do must not decide about the others. */
static void test_controls(void **state)
{
	static const double up[] = { 0.988, 1.02, 1.062, 1.116, 1.16, 1.22, 1.27, 1.35 };
	static const char *const nulls[] = { "n1", "n2", "n3", "n4", "n5" };
	static const char *const controls[] = { "c1", "c2", "c3", "c4", "c5", "c6" };

	(void)state;
	made_begin();
	add_quiet("base", 1, 8);
	add_ratios("up", up, 8);
	for (size_t i = 0; i < ARRAY_SIZE(nulls); i++)
		add_noisy(nulls[i], 1, 0.02, 8);
	made_is("up", 1, V_INCONCLUSIVE);
	for (size_t i = 0; i < ARRAY_SIZE(controls); i++) {
		add_quiet(controls[i], 1.5, 8);
		for (size_t k = made.n_rows - 8; k < made.n_rows; k++)
			made.rows[k].unsafe = true;
	}
	made_is("up", 1, V_INCONCLUSIVE);
	/* The controls are still judged. */
	made_is("c1", 1, V_FASTER);
	assert_int_equal(mv.n_family, 6);
	made_end();
}

/* Case d: faster in all 8 blocks, in one by 4.5 times. Test and interval must say the same. */
static void test_one_procedure(void **state)
{
	static const double up[] = { 1.11, 1.12, 1.14, 1.107, 1.13, 1.15, 1.12, 4.5 };
	const struct verdict_cell *c;

	(void)state;
	made_begin();
	add_ratios("base", (double[]){ 1, 1, 1, 1, 1, 1, 1, 1 }, 8);
	add_ratios("up", up, 8);
	made_is("up", 3, V_FASTER);
	c = verdict_find(&mv, "up", "j");
	assert_true(c->p <= 0.05 && c->ratio.lo > 1.1);
	made_end();
}

/* Cases d and h: p <= 1 - coverage if, and only if, the interval excludes 1. Many random data. */
static void test_never_contradict(void **state)
{
	(void)state;
	for (int i = 0; i < 3000; i++) {
		size_t n = 5 + gsl_rng_uniform_int(rng, 26);
		double mid = exp(gsl_ran_gaussian(rng, 0.03)), sd = 0.04 * gsl_rng_uniform(rng);
		const struct verdict_cell *c;
		bool excludes;

		made_begin();
		add_noisy("base", 1, sd, n);
		add_noisy("up", mid, sd, n);
		/* Every fifth campaign has steps so coarse that many values are equal. */
		for (size_t k = 0; i % 5 == 0 && k < made.n_rows; k++)
			made.rows[k].fio.iops = 10 * round(made.rows[k].fio.iops / 10);
		c = made_judge("up", 1);
		excludes = c->ratio.lo > 1 || c->ratio.hi < 1;
		if (n > 5 && excludes != (c->p <= 0.05))
			fail_msg("campaign %d, n = %zu: p = %.5f, interval %.5f .. %.5f", i, n,
				 c->p, c->ratio.lo, c->ratio.hi);
		if (!excludes)
			assert_true(c->verdict != V_FASTER && c->verdict != V_SLOWER);
		made_end();
	}
}

/* Case e: 3 of 30 devices at a third of the speed. */
static void test_slow_devices(void **state)
{
	double x[30];

	(void)state;
	for (size_t mid = 0; mid < 2; mid++) {
		for (size_t i = 0; i < 30; i++)
			x[i] = (mid ? 1.1 : 1) * (i % 10 == 4 ? 0.3 : 1) *
			       exp(gsl_ran_gaussian(rng, 0.002));
		made_begin();
		add_quiet("base", 1, 30);
		add_quiet("base'", 1, 30);
		add_ratios("some", x, 30);
		made_is("some", 3, V_INCONCLUSIVE);
		made_end();
	}
}

/* Case e: a label that fails in 3 of 8 blocks; the blocks in which it did not are faster. */
static void test_failing(void **state)
{
	static const double up[] = { 1.2, NAN, 1.21, 1.2, NAN, 1.19, NAN, 1.2 };
	static const double most[] = { 1.2, 1.21, 1.2, 1.19, NAN, 1.2, 1.21, 1.2, 1.19, 1.2,
				       1.2, 1.21, 1.2, 1.19, 1.2, 1.2, 1.21, 1.2, 1.19, 1.2 };

	(void)state;
	made_begin();
	add_quiet("base", 1, 8);
	add_ratios("up", up, 8);
	made_is("up", 3, V_INCONCLUSIVE);
	made_end();
	/* One of 20 is below the share that is allowed. */
	made_begin();
	add_quiet("base", 1, 20);
	add_ratios("up", most, 20);
	made_is("up", 3, V_FASTER);
	made_end();
}

/* Case e: a plan without verification. */
static void test_no_verify(void **state)
{
	(void)state;
	made_begin();
	add_quiet("base", 1, 8);
	add_quiet("up", 1.2, 8);
	for (size_t i = 0; i < made.n_rows; i++)
		if (made.rows[i].kind == KIND_VERIFY)
			made.rows[i].kind = KIND_TRACE;
	made_is("up", 3, V_UNVERIFIED);
	/* Its numbers stay: they were measured, and no verify run is against them. */
	assert_int_equal(verdict_find(&mv, "up", "j")->n, 8);
	made_end();
}

/* Return the object of a label in the JSON of the verdicts. */
static json_t *json_of(json_t *all, const char *label)
{
	json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(all, "verdicts"), i, cell)
		if (!strcmp(bl_json_str(cell, "label", ""), label))
			return cell;
	fail_msg("no label %s", label);
	return NULL;
}

/* Case f: the copy is told apart where its interval excludes 1, although it is "same". */
static void test_aa_can_fail(void **state)
{
	json_t *all;

	(void)state;
	made_begin();
	add_quiet("base", 1, 8);
	add_quiet("base'", 1.005, 8);
	add_quiet("near", 1, 8);
	made_is("base'", 3, V_SAME);
	all = report_verdicts_json(&mv);
	assert_true(json_is_true(json_object_get(json_of(all, "base'"), "excludes_1")));
	assert_true(json_is_false(json_object_get(json_of(all, "near"), "excludes_1")));
	json_decref(all);
	made_end();
}

/* Case g: a p99 of two bad blocks is not that of the others. */
static void test_tail(void **state)
{
	json_t *all, *o;

	(void)state;
	made_begin();
	add_quiet("base", 1, 8);
	add_quiet("up", 1, 8);
	for (size_t i = 0; i < made.n_rows; i++) {
		struct sum_row *r = &made.rows[i];
		bool bad = !strcmp(r->label, "up") && r->block < 2;

		if (r->kind != KIND_TIME)
			continue;
		hist_add(&r->hist, 100000, 98000);
		hist_add(&r->hist, bad ? 2000000 : 456000 + 1000 * r->block, bad ? 9000 : 2000);
	}
	made_judge("up", 3);
	all = report_verdicts_json(&mv);
	o = json_of(all, "up");
	/* Merged: 18000 of 112000 I/Os take 2 ms. Of the blocks' values, 6 of 8 are 458 to 463 us. */
	assert_true(bl_json_num(o, "clat_p99_ns", 0) == 2000000);
	assert_true(fabs(bl_json_num(o, "p99_ns", 0) - 461500) < 2000);
	assert_true(fabs(bl_json_num(o, "p99_ratio", 0) - 1) < 0.01);
	json_decref(all);
	for (size_t i = 0; i < made.n_rows; i++)
		hist_free(&made.rows[i].hist);
	made_end();
}

/*
 * Case h: two modes in one label only, 65 % of its devices at @fast and 35 % at @slow. Return the
 * share of campaigns with the verdict "same" or "faster"; *@marked takes that of the marked ones.
 */
static double share_of_modes(double fast, double slow, size_t n, double *marked)
{
	int campaigns = 400, told = 0, found = 0;

	for (int i = 0; i < campaigns; i++) {
		const struct verdict_cell *c;
		double x[30];

		for (size_t b = 0; b < n; b++)
			x[b] = (gsl_rng_uniform(rng) < 0.35 ? slow : fast) *
			       exp(gsl_ran_gaussian(rng, 0.01));
		made_begin();
		add_noisy("base", 1, 0.01, n);
		add_ratios("some", x, n);
		c = made_judge("some", 1);
		told += c->verdict == V_SAME || c->verdict == V_FASTER;
		found += c->groups.n_small > 0;
		made_end();
	}
	*marked = (double)found / campaigns;
	return (double)told / campaigns;
}

static void test_two_modes(void **state)
{
	static const size_t blocks[] = { 8, 12, 30 };
	static const double fast[] = { 1, 1.02 }, slow[] = { 0.9, 0.92 };

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(blocks); k++) {
		for (size_t i = 0; i < ARRAY_SIZE(fast); i++) {
			double marked, told = share_of_modes(fast[i], slow[i], blocks[k], &marked);

			printf("# modes at %g and %g, n = %zu: same or faster in %.1f %%, marked in "
			       "%.0f %%\n", fast[i], slow[i], blocks[k], 100 * told, 100 * marked);
			assert_true(told <= 0.025);
			assert_true(marked > 0.95 || blocks[k] < 30);
		}
	}
}

/* The log ratio of a label of which 35 % of the devices are 12 % slower to one without groups. */
static double two_mode_ratio(void)
{
	return gsl_ran_gaussian(rng, 0.02) - gsl_ran_gaussian(rng, 0.02) -
	       (gsl_rng_uniform(rng) < 0.35 ? 0.12 : 0);
}

/*
 * Case h: what the interval covers if one label alone has two modes. It is an interval of the
 * pseudo-median, which is not the median there. Both are taken from 200,000 draws.
 */
static void test_pseudo_median(void **state)
{
	static const size_t blocks[] = { 8, 12, 30 };
	static double draws[200000];
	double median, pseudo;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(draws); i++)
		draws[i] = two_mode_ratio();
	median = stats_median(draws, ARRAY_SIZE(draws));
	for (size_t i = 0; i < ARRAY_SIZE(draws); i++)
		draws[i] = (two_mode_ratio() + two_mode_ratio()) / 2;
	pseudo = stats_median(draws, ARRAY_SIZE(draws));
	for (size_t k = 0; k < ARRAY_SIZE(blocks); k++) {
		int campaigns = 4000, of_pseudo = 0, of_median = 0;

		for (int i = 0; i < campaigns; i++) {
			struct stats_est e;
			double d[30];

			for (size_t b = 0; b < blocks[k]; b++)
				d[b] = two_mode_ratio();
			assert_int_equal(stats_shift_paired(d, blocks[k], &e), 0);
			of_pseudo += e.lo <= pseudo && pseudo <= e.hi;
			of_median += e.lo <= median && median <= e.hi;
		}
		printf("# two modes in one label, n = %zu: the interval covers the pseudo-median in "
		       "%.1f %%, the median in %.1f %%\n", blocks[k], 100. * of_pseudo / campaigns,
		       100. * of_median / campaigns);
		assert_true(of_pseudo > 0.93 * campaigns);
	}
}

/* How often two groups are seen where there is one mode: in about 1 % of normal samples. */
static void test_false_groups(void **state)
{
	static const size_t blocks[] = { 5, 8, 12, 20, 30, 50 };

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(blocks); k++) {
		int samples = 8000, normal = 0, laplace = 0;

		for (int i = 0; i < samples; i++) {
			struct stats_groups g;
			double x[50], y[50];

			for (size_t b = 0; b < blocks[k]; b++) {
				x[b] = gsl_ran_gaussian(rng, 1);
				y[b] = gsl_ran_laplace(rng, 1);
			}
			assert_int_equal(stats_find_groups(x, blocks[k], &g), 0);
			normal += g.n_small > 1;
			assert_int_equal(stats_find_groups(y, blocks[k], &g), 0);
			laplace += g.n_small > 1;
		}
		printf("# one mode, n = %zu: two groups in %.2f %% (normal), %.2f %% (Laplace)\n",
		       blocks[k], 100. * normal / samples, 100. * laplace / samples);
		assert_true(normal <= 0.015 * samples && laplace <= 0.015 * samples);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_more_data),
		cmocka_unit_test(test_noisy_aa),
		cmocka_unit_test(test_noise_hides),
		cmocka_unit_test(test_controls),
		cmocka_unit_test(test_one_procedure),
		cmocka_unit_test(test_never_contradict),
		cmocka_unit_test(test_slow_devices),
		cmocka_unit_test(test_failing),
		cmocka_unit_test(test_no_verify),
		cmocka_unit_test(test_aa_can_fail),
		cmocka_unit_test(test_tail),
		cmocka_unit_test(test_two_modes),
		cmocka_unit_test(test_false_groups),
		cmocka_unit_test(test_pseudo_median),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
