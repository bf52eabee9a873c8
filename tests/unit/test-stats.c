// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * harness/stats.c against numbers that were worked out in other ways, stated
 * at each.
 *
 * Seen to fail: with quantiles of type 1, with 90 % instead of 95 % bounds,
 * with b resampled by a's size, with n instead of n - 1 in the variance, and
 * with Benjamini-Hochberg without its running minimum.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "stats.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const double a5[] = { 118, 110, 125, 112, 121 };
static const double b5[] = { 104, 101, 109, 100, 106 };

static void close_to(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("got %.12g, want %.12g within %g", got, want, tolerance);
}

static void test_median(void **state)
{
	static const double even[] = { 4, 1, 3, 2 }, one[] = { 7 };

	(void)state;
	close_to(stats_median(a5, 5), 118, 0);
	close_to(stats_median(even, 4), 2.5, 0);
	close_to(stats_median(one, 1), 7, 0);
	assert_true(isnan(stats_median(one, 0)));
	/* The input is not to be sorted in place. */
	close_to(a5[0], 118, 0);
}

/* Type 7: h = (n - 1) f, between the order statistics around h. By hand. */
static void test_quantile(void **state)
{
	static const double x[] = { 50, 20, 35, 40, 15 };

	(void)state;
	close_to(stats_quantile(x, 5, 0), 15, 0);
	close_to(stats_quantile(x, 5, 0.25), 20, 1e-12);
	close_to(stats_quantile(x, 5, 0.4), 29, 1e-12);	/* h = 1.6: 20 + 0.6 * 15 */
	close_to(stats_quantile(x, 5, 0.9), 46, 1e-12);	/* h = 3.6: 40 + 0.6 * 10 */
	close_to(stats_quantile(x, 5, 1), 50, 0);
	assert_true(isnan(stats_quantile(x, 5, 1.1)));
}

/*
 * The bootstrap's distribution can be had without drawing: all 5^5 resamples of
 * each group, all pairs of their medians. Of that exact distribution of the
 * ratio, the cumulated probability passes 0.025 within the atom 110/106 (0.018
 * to 0.033) and 0.975 within 121/100 (0.967 to 0.982), each at least four
 * standard errors of 10000 draws away from the atom's ends. The median's own:
 * P(110) = P(125) = 0.0579, so its interval is the whole range.
 */
static void test_interval_exact(void **state)
{
	struct stats_est e;

	(void)state;
	assert_int_equal(stats_ratio_est(a5, 5, b5, 5, STATS_SEED, &e), 0);
	assert_true(e.has_interval);
	close_to(e.value, 118.0 / 104, 1e-12);
	close_to(e.lo, 110.0 / 106, 1e-12);
	close_to(e.hi, 121.0 / 100, 1e-12);

	assert_int_equal(stats_median_est(a5, 5, STATS_SEED, &e), 0);
	close_to(e.value, 118, 0);
	close_to(e.lo, 110, 0);
	close_to(e.hi, 125, 0);
}

/* 3 + 3: the extreme ratios have probability (7/27)^2 = 0.067 each. */
static void test_interval_three(void **state)
{
	static const double a[] = { 11, 12, 15 }, b[] = { 10, 10.5, 13 };
	struct stats_est e;

	(void)state;
	assert_int_equal(stats_ratio_est(a, 3, b, 3, STATS_SEED, &e), 0);
	close_to(e.value, 12 / 10.5, 1e-12);
	close_to(e.lo, 11.0 / 13, 1e-12);
	close_to(e.hi, 1.5, 1e-12);
}

/* 0.0579^2 is less than 2.5 %, and b must be drawn by its own size. */
static void test_interval_unequal_groups(void **state)
{
	static const double flat[] = { 100, 100, 100, 100, 100, 100, 100, 100 };
	static const double b[] = { 50, 50, 50 };
	struct stats_est e;

	(void)state;
	assert_int_equal(stats_ratio_est(flat, 8, b, 3, STATS_SEED, &e), 0);
	close_to(e.lo, 2, 0);
	close_to(e.hi, 2, 0);
}

static void test_same_seed_same_interval(void **state)
{
	double x[40], y[40];
	struct stats_est e1, e2, e3;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	for (size_t i = 0; i < N(x); i++) {
		x[i] = 100 + gsl_ran_gaussian(rng, 3);
		y[i] = 100 + gsl_ran_gaussian(rng, 3);
	}
	stats_ratio_est(x, N(x), y, N(y), 1, &e1);
	stats_ratio_est(y, N(y), x, N(x), 1, &e2);
	stats_ratio_est(x, N(x), y, N(y), 1, &e2);
	stats_ratio_est(x, N(x), y, N(y), 2, &e3);
	assert_true(e1.lo == e2.lo && e1.hi == e2.hi);
	assert_true(e1.lo != e3.lo || e1.hi != e3.hi);
	gsl_rng_free(rng);
}

static void test_refusals(void **state)
{
	static const double bad[] = { 1, 0, 2 }, nan[] = { 1, NAN, 2 };
	struct stats_est e;

	(void)state;
	assert_int_equal(stats_ratio_est(a5, 2, b5, 5, 1, &e), 0);
	assert_false(e.has_interval);
	assert_true(isnan(e.lo) && isnan(e.hi));
	close_to(e.value, 114.0 / 104, 1e-12);
	assert_int_equal(stats_ratio_est(a5, 5, b5, 2, 1, &e), 0);
	assert_false(e.has_interval);
	assert_int_equal(stats_ratio_est(a5, 5, b5, 0, 1, &e), -EINVAL);
	assert_int_equal(stats_ratio_est(a5, 5, bad, 3, 1, &e), -EDOM);
	assert_int_equal(stats_ratio_est(nan, 3, b5, 5, 1, &e), -EDOM);
	assert_int_equal(stats_median_est(nan, 3, 1, &e), -EINVAL);
	assert_int_equal(stats_median_est(a5, 0, 1, &e), -EINVAL);
}

/*
 * The interval covers the truth about as often as it says. 400 pairs of 5 + 5
 * equal log-normal samples; separate simulation gives 0.95 to 0.98 here, and
 * the standard error of 400 is 0.01.
 */
static void test_coverage(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double x[5], y[5];
	struct stats_est e;
	int covered = 0;

	(void)state;
	for (int t = 0; t < 400; t++) {
		for (int i = 0; i < 5; i++) {
			x[i] = exp(gsl_ran_gaussian(rng, 0.03));
			y[i] = exp(gsl_ran_gaussian(rng, 0.03));
		}
		stats_ratio_est(x, 5, y, 5, STATS_SEED, &e);
		covered += e.lo <= 1 && e.hi >= 1;
	}
	gsl_rng_free(rng);
	if (covered < 0.93 * 400 || covered > 0.99 * 400)
		fail_msg("covered %d of 400", covered);
}

/*
 * From the definition: t = 4.1698194, 6.9468363 degrees of freedom; and t =
 * -0.0852975, 5.3174138. p by Simpson's rule over the density of t, in 2 million
 * steps.
 */
static void test_welch(void **state)
{
	static const double c4[] = { 109, 115, 117, 130 }, flat[] = { 5, 5, 5 };
	static const double other[] = { 6, 6, 6 };

	(void)state;
	close_to(stats_welch_p(a5, 5, b5, 5), 0.004261032774, 1e-9);
	close_to(stats_welch_p(b5, 5, a5, 5), 0.004261032774, 1e-9);
	close_to(stats_welch_p(a5, 5, c4, 4), 0.935144214307, 1e-9);
	close_to(stats_welch_p(a5, 2, b5, 5), 1, 0);
	close_to(stats_welch_p(flat, 3, flat, 3), 1, 0);
	close_to(stats_welch_p(flat, 3, other, 3), 0, 0);
}

/*
 * By hand, n = 5: sorted p .005 .009 .05 .051 .4, times 5/rank = .025 .0225
 * .0833 .06375 .4, then the minimum from the right: .0225 .0225 .06375 .06375 .4.
 */
static void test_bh(void **state)
{
	double p[] = { 0.05, 0.005, 0.4, 0.009, 0.051 }, q[5];

	(void)state;
	assert_int_equal(stats_bh(p, q, 5), 0);
	close_to(q[0], 0.06375, 1e-12);
	close_to(q[1], 0.0225, 1e-12);
	close_to(q[2], 0.4, 1e-12);
	close_to(q[3], 0.0225, 1e-12);
	close_to(q[4], 0.06375, 1e-12);
	assert_int_equal(stats_bh(p, p, 5), 0);
	close_to(p[0], 0.06375, 1e-12);
	assert_int_equal(stats_bh(NULL, NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_median),
		cmocka_unit_test(test_quantile),
		cmocka_unit_test(test_interval_exact),
		cmocka_unit_test(test_interval_three),
		cmocka_unit_test(test_interval_unequal_groups),
		cmocka_unit_test(test_same_seed_same_interval),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_welch),
		cmocka_unit_test(test_bh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
