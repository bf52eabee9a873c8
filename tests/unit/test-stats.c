// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * harness/stats.c against numbers that were worked out in other ways, stated
 * at each.
 *
 * Seen to fail: with quantiles of type 1, with 90 % instead of 95 % bounds,
 * with blocks drawn for each label anew, with n instead of n - 1 in the variance
 * or in the degrees of freedom, and with Benjamini-Hochberg without its running
 * minimum.
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
 * The bootstrap's distribution can be had without drawing: all 6^6 resamples of
 * these blocks, every other of which is three times as fast. Of that exact
 * distribution of the ratio, the cumulated probability passes 0.025 within the
 * atom 215/208 (0.0087 to 0.0349) and 0.975 within 708/639 (0.9673 to 0.9832),
 * each at least four standard errors of 10000 draws away from the atom's ends;
 * 0.05 and 0.95 are in other atoms.
 */
static void test_interval_exact(void **state)
{
	static const double a[] = { 117, 348, 107, 339, 108, 360 };
	static const double b[] = { 106, 315, 104, 318, 104, 324 };
	struct stats_est e;

	(void)state;
	assert_int_equal(stats_ratio_est(a, b, 6, STATS_SEED, &e), 0);
	assert_true(e.has_interval);
	close_to(e.value, 228 / 210.5, 1e-12);
	close_to(e.lo, 215.0 / 208, 1e-12);
	close_to(e.hi, 708.0 / 639, 1e-12);
}

/*
 * In the same way: P(110) = P(125) = 0.0579 for a median of five, so its interval
 * is the whole range, as is that of the ratio: 110/101 up to 0.0579, 125/109 from
 * 0.9421 on.
 */
static void test_interval_five(void **state)
{
	struct stats_est e;

	(void)state;
	assert_int_equal(stats_median_est(a5, 5, STATS_SEED, &e), 0);
	close_to(e.value, 118, 0);
	close_to(e.lo, 110, 0);
	close_to(e.hi, 125, 0);
	assert_int_equal(stats_ratio_est(a5, b5, 5, STATS_SEED, &e), 0);
	close_to(e.value, 118.0 / 104, 1e-12);
	close_to(e.lo, 110.0 / 101, 1e-12);
	close_to(e.hi, 125.0 / 109, 1e-12);
}

/* The extreme ratios are those of one block, 7/27 each; no other two are paired. */
static void test_interval_three(void **state)
{
	static const double a[] = { 11, 36, 15 }, b[] = { 10, 30, 13.5 };
	struct stats_est e;

	(void)state;
	assert_int_equal(stats_ratio_est(a, b, 3, STATS_SEED, &e), 0);
	close_to(e.value, 15 / 13.5, 1e-12);
	close_to(e.lo, 1.1, 1e-12);
	close_to(e.hi, 1.2, 1e-12);
}

/* What is not done: each label for itself. Width of the interval, as a logarithm. */
static double unpaired_width(const double *a, const double *b, size_t n)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double r[2000], x[8], y[8];

	for (size_t i = 0; i < N(r); i++) {
		for (size_t k = 0; k < n; k++) {
			x[k] = a[gsl_rng_uniform_int(rng, n)];
			y[k] = b[gsl_rng_uniform_int(rng, n)];
		}
		r[i] = log(stats_median(x, n) / stats_median(y, n));
	}
	gsl_rng_free(rng);
	return stats_quantile(r, N(r), 0.975) - stats_quantile(r, N(r), 0.025);
}

/*
 * The truth is 1.02, runs differ from it by up to 0.5 % each way, and blocks from
 * each other by a factor of 3. b is flat within a speed, so no resample's ratio is
 * farther off than the farthest block's.
 */
static void test_speed_of_blocks(void **state)
{
	static const double speed[] = { 1, 3, 1, 3, 3, 1, 1, 3 };
	static const double noise[] = { 3, -5, 1, 4, -2, 0, -4, 5 };
	double a[8], b[8], width;
	struct stats_est e;

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		b[i] = 1000 * speed[i];
		a[i] = 1020 * speed[i] * (1 + noise[i] / 1000);
	}
	assert_int_equal(stats_ratio_est(a, b, 8, STATS_SEED, &e), 0);
	assert_true(e.lo > 1.0148 && e.lo < 1.02);
	assert_true(e.hi < 1.0252 && e.hi > 1.02);
	width = unpaired_width(a, b, 8);
	if (width < log(3) || log(e.hi / e.lo) > width / 100)
		fail_msg("width %g, unpaired %g", log(e.hi / e.lo), width);
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
	stats_ratio_est(x, y, N(x), 1, &e1);
	stats_ratio_est(y, x, N(x), 1, &e2);
	stats_ratio_est(x, y, N(x), 1, &e2);
	stats_ratio_est(x, y, N(x), 2, &e3);
	assert_true(e1.lo == e2.lo && e1.hi == e2.hi);
	assert_true(e1.lo != e3.lo || e1.hi != e3.hi);
	gsl_rng_free(rng);
}

static void test_refusals(void **state)
{
	static const double bad[] = { 1, 0, 2 }, nan[] = { 1, NAN, 2 };
	struct stats_est e;

	(void)state;
	assert_int_equal(stats_ratio_est(a5, b5, 2, 1, &e), 0);
	assert_false(e.has_interval);
	assert_true(isnan(e.lo) && isnan(e.hi));
	close_to(e.value, 114 / 102.5, 1e-12);
	assert_int_equal(stats_ratio_est(a5, b5, 0, 1, &e), -EINVAL);
	assert_int_equal(stats_ratio_est(a5, bad, 3, 1, &e), -EDOM);
	assert_int_equal(stats_ratio_est(nan, b5, 3, 1, &e), -EDOM);
	assert_int_equal(stats_median_est(nan, 3, 1, &e), -EINVAL);
	assert_int_equal(stats_median_est(a5, 0, 1, &e), -EINVAL);
}

/*
 * The interval covers the truth about as often as it says. 400 times 5 blocks,
 * which differ far more (0.5) than runs within one (0.03): then the interval is
 * the range of 5 ratios, which misses their median twice in 2^5, 0.9375 in all.
 * The standard error of 400 is 0.012. Unpaired, it would cover all of them.
 */
static void test_coverage(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double x[5], y[5], block;
	struct stats_est e;
	int covered = 0;

	(void)state;
	for (int t = 0; t < 400; t++) {
		for (int i = 0; i < 5; i++) {
			block = gsl_ran_gaussian(rng, 0.5);
			x[i] = exp(block + gsl_ran_gaussian(rng, 0.03));
			y[i] = exp(block + gsl_ran_gaussian(rng, 0.03));
		}
		stats_ratio_est(x, y, 5, STATS_SEED, &e);
		covered += e.lo <= 1 && e.hi >= 1;
	}
	gsl_rng_free(rng);
	if (covered < 0.90 * 400 || covered > 0.975 * 400)
		fail_msg("covered %d of 400", covered);
}

/*
 * p in closed form, from the distribution of t with 2, 3 and 4 degrees of freedom:
 * 1 - t / sqrt(t^2 + 2)				t = 4.6453188
 * 1 - 2/pi (atan(t / sqrt 3) + t sqrt 3 / (t^2 + 3))	t = 2.6443537
 * 1 - t / sqrt(t^2 + 4) (1 + 2 / (t^2 + 4))		t = 12.8246125
 * Simpson's rule over the density, in 2 million steps, agrees to 11 digits.
 */
static void test_paired(void **state)
{
	static const double a3[] = { 11, 36, 15 }, b3[] = { 10, 30, 13.5 };
	static const double a4[] = { 109, 345, 117, 390 }, b4[] = { 104, 303, 109, 300 };
	static const double flat[] = { 5, 15, 5 }, other[] = { 6, 18, 6 };
	static const double bad[] = { 1, 0, 2 };

	(void)state;
	close_to(stats_paired_p(a3, b3, 3), 0.043350265744, 1e-10);
	close_to(stats_paired_p(a4, b4, 4), 0.077366820638, 1e-10);
	close_to(stats_paired_p(a5, b5, 5), 0.000213094609, 1e-10);
	close_to(stats_paired_p(b5, a5, 5), 0.000213094609, 1e-10);
	close_to(stats_paired_p(a5, b5, 2), 1, 0);
	close_to(stats_paired_p(flat, bad, 3), 1, 0);
	close_to(stats_paired_p(flat, flat, 3), 1, 0);
	close_to(stats_paired_p(flat, other, 3), 0, 0);
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
		cmocka_unit_test(test_interval_five),
		cmocka_unit_test(test_interval_three),
		cmocka_unit_test(test_speed_of_blocks),
		cmocka_unit_test(test_same_seed_same_interval),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_paired),
		cmocka_unit_test(test_bh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
