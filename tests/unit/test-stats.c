// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test harness/stats/stats.c against numbers that were worked out in other ways, which the
 * comments state.
 *
 * Seen failing: with quantiles of type 1, with 90 % instead of 95 % bounds, with the
 * other neighbour in the interpolation, without corrections for ties or continuity, with
 * n instead of n - 1 in the variance or in the degrees of freedom, and with
 * Benjamini-Hochberg without its running minimum.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "stats/stats.h"
#include "stats/modes.h"
#include "stats/rank.h"

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
	/* The input must stay in its order. */
	close_to(a5[0], 118, 0);
}

/* By hand: type 7 interpolates between the order statistics around h = (n - 1) f. */
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

/* From R 4.2.2, pbinom() and sort(), in proportion between values around a tail of 0.025. */
static void test_median_interval(void **state)
{
	static const double x[] = { 103.2, 99.1, 101.7, 105.3, 98.4, 102.9, 104.8, 100.6, 97.2 };
	struct stats_est e;

	(void)state;
	assert_int_equal(stats_median_est(a5, 5, &e), 0);
	close_to(e.value, 118, 0);
	close_to(e.lo, 110, 0);
	close_to(e.hi, 125, 0);
	assert_int_equal(stats_median_est(x, 9, &e), 0);
	close_to(e.value, 101.7, 0);
	close_to(e.lo, 98.4544444444444, 1e-10);
	close_to(e.hi, 104.675555555556, 1e-10);
	assert_int_equal(stats_median_est(x, 4, &e), 0);
	assert_false(e.has_interval);
}

/*
 * Return the two-sided p of the signed-rank sum by counting all 2^n patterns of signs of the ranks
 * 1..n: an own count, and not the recursion that the statistic uses.
 */
static double p_by_counting(const double *d, size_t n)
{
	size_t up = 0, down = 0, w, at_most = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = i; j < n; j++) {
			up += d[i] + d[j] >= 0;
			down += d[i] + d[j] <= 0;
		}
	}
	w = up < down ? up : down;
	for (size_t signs = 0; signs < (size_t)1 << n; signs++) {
		size_t sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += signs >> i & 1 ? i + 1 : 0;
		at_most += sum <= w;
	}
	return fmin(1, 2 * ldexp(at_most, -(int)n));
}

static const double d12[] = { 0.430, -0.600, 0.290, 0.280, -0.220, 0.860, 0.650, 0.360,
			      -0.200, 0.178, 0.037, 0.298 };

/*
 * The estimate, and from n = 5 on the interval, are those of wilcox.test(d, conf.int = TRUE) of R
 * 4.2.2. The interval begins with the (q + 1)th of the means of two, where q is the largest value
 * with psignrank(q, n) <= 0.025: q = 0 for n = 6, 3 for n = 8, 13 for n = 12.
 */
static void test_shift_paired(void **state)
{
	static const double d[] = { 0.021, -0.004, 0.013, 0.035, 0.008, -0.019 };
	static const double d8[] = { 0.12, -0.03, 0.05, 0.07, -0.01, 0.21, 0.002, 0.09 };
	static const struct {
		const double *d;
		size_t n;
		double value, lo, hi, coverage;
	} want[] = {
		{ d, 5, 0.0145, -0.004, 0.035, 0.9375 },
		{ d, 6, 0.0085, -0.019, 0.035, 0.96875 },
		{ d8, 8, 0.0575, -0.01, 0.14, 1 - 10 / 256. },
		{ d12, 12, 0.23125, -0.085, 0.465, 1 - 174 / 4096. },
	};
	struct stats_est e;

	(void)state;
	for (size_t i = 0; i < N(want); i++) {
		assert_int_equal(stats_shift_paired(want[i].d, want[i].n, &e), 0);
		assert_true(e.has_interval);
		close_to(e.value, want[i].value, 1e-12);
		close_to(e.lo, want[i].lo, 1e-9);
		close_to(e.hi, want[i].hi, 1e-9);
		close_to(e.coverage, want[i].coverage, 1e-12);
		close_to(stats_coverage(want[i].n), want[i].coverage, 1e-12);
		close_to(stats_signed_rank_p(want[i].d, want[i].n),
			 p_by_counting(want[i].d, want[i].n), 1e-12);
	}
	assert_int_equal(stats_shift_paired(d, 4, &e), 0);
	assert_false(e.has_interval);
	assert_true(isnan(e.lo) && isnan(e.hi) && isnan(stats_coverage(4)));
	close_to(e.value, 0.0145, 0.005);
}

/*
 * The interval has exactly the shifts that the test does not reject: move the values by each of its
 * ends, and by a little more. Values that are equal, and a mean of two that is 0, are in d too.
 */
static void test_one_procedure(void **state)
{
	double d[20], moved[20];
	unsigned int seed = 7;
	struct stats_est e;

	(void)state;
	for (int i = 0; i < 300; i++) {
		size_t n = 5 + i % 16;

		for (size_t k = 0; k < n; k++) {
			seed = seed * 1103515245 + 12345;
			/* Steps of 1/16, so that sums are exact. */
			d[k] = (seed >> 16) % 64 / 16.;
		}
		assert_int_equal(stats_shift_paired(d, n, &e), 0);
		for (int beyond = 0; beyond < 2; beyond++) {
			for (size_t k = 0; k < n; k++)
				moved[k] = d[k] - (e.lo - beyond / 1024.);
			assert_int_equal(stats_signed_rank_p(moved, n) <= 1 - e.coverage + 1e-12,
					 beyond);
			close_to(stats_signed_rank_p(moved, n), p_by_counting(moved, n), 1e-12);
			for (size_t k = 0; k < n; k++)
				moved[k] = d[k] - (e.hi + beyond / 1024.);
			assert_int_equal(stats_signed_rank_p(moved, n) <= 1 - e.coverage + 1e-12,
					 beyond);
		}
	}
}

/*
 * n = 70 uses the normal distribution: psignrank(907, 70) = 0.02475871 and psignrank(908,
 * 70) = 0.02510637, so the ends are the 908th mean from outside.
 */
static void test_shift_paired_many(void **state)
{
	double d[70];
	struct stats_est e;

	(void)state;
	for (int i = 0; i < 70; i++)
		d[i] = -1 + 3 * i / 69. + 0.3 * sin(i + 1);
	assert_int_equal(stats_shift_paired(d, 70, &e), 0);
	close_to(e.value, 0.503633845512104, 1e-12);
	close_to(e.lo, 0.271662866171174, 2e-3);
	close_to(e.hi, 0.732623548039491, 2e-3);
}

/* The ratio is the shift of the logarithms. */
static void test_ratio(void **state)
{
	struct stats_est e;

	(void)state;
	assert_int_equal(stats_ratio_est(a5, b5, 5, &e), 0);
	close_to(e.lo, 110.0 / 101, 1e-12);
	close_to(e.hi, 125.0 / 109, 1e-12);
	/* By hand the 8th of 15 means; in R exp(wilcox.test(log(a / b), conf.int = TRUE)$est). */
	close_to(e.value, 1.1307035712501, 1e-12);
}

/*
 * The true ratio is 1.02, runs differ from it by up to 0.5 % each way, and blocks differ
 * from each other by a factor of 3, which must not show in the interval.
 */
static void test_speed_of_blocks(void **state)
{
	static const double speed[] = { 1, 3, 1, 3, 3, 1, 1, 3 };
	static const double noise[] = { 3, -5, 1, 4, -2, 0, -4, 5 };
	double a[8], b[8];
	struct stats_est e;

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		b[i] = 1000 * speed[i];
		a[i] = 1020 * speed[i] * (1 + noise[i] / 1000);
	}
	assert_int_equal(stats_ratio_est(a, b, 8, &e), 0);
	assert_true(e.lo > 1.0148 && e.lo < 1.02);
	assert_true(e.hi < 1.0252 && e.hi > 1.02);
}

static void test_refusals(void **state)
{
	static const double bad[] = { 1, 0, 2 }, nan[] = { 1, NAN, 2 };
	struct stats_est e;

	(void)state;
	assert_int_equal(stats_ratio_est(a5, b5, 1, &e), 0);
	assert_false(e.has_interval);
	assert_true(isnan(e.lo) && isnan(e.hi));
	close_to(e.value, 118 / 104., 1e-12);
	assert_int_equal(stats_ratio_est(a5, b5, 0, &e), -EINVAL);
	assert_int_equal(stats_ratio_est(a5, bad, 3, &e), -EDOM);
	assert_int_equal(stats_ratio_est(nan, b5, 3, &e), -EDOM);
	assert_int_equal(stats_median_est(nan, 3, &e), -EINVAL);
	assert_int_equal(stats_median_est(a5, 0, &e), -EINVAL);
}

/* By hand: all 5 differences have one sign, so p = 2 / 32; with one tie of 5 against it, 4 / 32. */
static void test_ratio_p(void **state)
{
	static const double flat[] = { 5, 15, 5, 20, 5 }, other[] = { 6, 18, 6, 24, 6 };
	static const double tied[] = { 6, 18, 6, 20, 6 }, bad[] = { 1, 0, 2, 1, 1 };

	(void)state;
	close_to(stats_ratio_p(a5, b5, 5), 0.0625, 1e-12);
	close_to(stats_ratio_p(b5, a5, 5), 0.0625, 1e-12);
	close_to(stats_ratio_p(flat, other, 5), 0.0625, 1e-12);
	close_to(stats_ratio_p(flat, tied, 5), 0.125, 1e-12);
	close_to(stats_ratio_p(flat, flat, 5), 1, 0);
	close_to(stats_ratio_p(flat, bad, 5), 1, 0);
	close_to(stats_smallest_p(5), 0.0625, 0);
	close_to(stats_smallest_p(8), 1 / 128., 0);
}

/* The shares of both groups, and a value far from the others; an own arrangement for each. */
static void test_groups(void **state)
{
	double x[30];
	struct stats_groups g;

	(void)state;
	for (int i = 0; i < 30; i++)
		x[i] = 0.01 * gsl_cdf_ugaussian_Pinv(((7 * i) % 30 + 0.5) / 30);
	assert_int_equal(stats_find_groups(x, 30, &g), 0);
	assert_int_equal(g.n_small, 0);
	for (int i = 0; i < 30; i += 10)
		x[i] -= 1.2;
	assert_int_equal(stats_find_groups(x, 30, &g), 0);
	assert_int_equal(g.n_small, 3);
	close_to(g.small, -1.2, 0.03);
	close_to(g.large, 0, 0.01);
	x[0] = x[10] = 0;
	assert_int_equal(stats_find_groups(x, 30, &g), 0);
	assert_int_equal(g.n_small, 1);
	close_to(g.small, g.min, 0);
	x[0] = NAN;
	assert_int_equal(stats_find_groups(x, 30, &g), -EINVAL);
	assert_int_equal(stats_find_groups(x + 1, 4, &g), 0);
	assert_int_equal(g.n_small, 0);
}

/*
 * By hand, n = 5: sorted p are .005 .009 .05 .051 .4; times 5/rank they are .025 .0225
 * .0833 .06375 .4; the minimum from the right is .0225 .0225 .06375 .06375 .4.
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
		cmocka_unit_test(test_median_interval),
		cmocka_unit_test(test_shift_paired),
		cmocka_unit_test(test_shift_paired_many),
		cmocka_unit_test(test_ratio),
		cmocka_unit_test(test_speed_of_blocks),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_one_procedure),
		cmocka_unit_test(test_ratio_p),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_bh),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
