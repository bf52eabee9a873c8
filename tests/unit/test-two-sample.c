// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test harness/stats/two-sample.c: estimates by hand, p values by counting all splits of the
 * values, that interval and test agree on random data, and how often the interval covers when a
 * part of the scatter is hidden.
 *
 * Seen failing: with the interval one place too narrow, with the differences taken the other way
 * round, with a p value of the rank-sum test alone beside an interval with tau, and with tau added
 * to the half width instead of to its square.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "stats/two-sample.h"

#define SEED	11UL

static const double x5[] = { 10.1, 11.7, 9.4, 12.8, 10.9 };
static const double y6[] = { 9.2, 8.8, 10.4, 9.9, 11.2, 8.1 };

static void near(double value, double wanted, double tolerance)
{
	if (!(fabs(value - wanted) <= tolerance))
		fail_msg("%.12g, not %.12g", value, wanted);
}

/*
 * From R 4.2.2: wilcox.test(x, y). The interval begins with the (q + 1)th difference, where q is the
 * largest value with pwilcox(q, n, m) <= 0.025: q = 3 for 5 and 6, 17 for 8 and 10. Ties count
 * against a difference: 14 of 49, 2 * pwilcox(14, 7, 7). More than 60 values: normal.
 */
static void test_reference(void **state)
{
	static const double x8[] = { 103.2, 99.1, 101.7, 105.3, 98.4, 102.9, 104.8, 100.6 };
	static const double y10[] = {
		97.3, 101.2, 99.8, 96.1, 98.9, 100.1, 95.4, 99.5, 102.4, 97.7
	};
	static const double xt[] = { 3, 5, 5, 7, 9, 9, 10 }, yt[] = { 1, 3, 5, 6, 6, 8, 2 };
	double bx[65], by[70], p;
	struct stats_est e;

	(void)state;
	assert_int_equal(stats_shift_between(y6, 6, x5, 5, 0, &e, &p), 0);
	near(p, 0.125541125541126, 1e-9);
	assert_int_equal(stats_shift_between(x8, 8, y10, 10, 0, &e, &p), 0);
	near(e.value, 3.1, 1e-12);
	near(e.lo, 0.5, 1e-9);
	near(e.hi, 5.6, 1e-9);
	near(p, 0.0205219616984323, 1e-9);
	assert_int_equal(stats_shift_between(xt, 7, yt, 7, 0, &e, &p), 0);
	near(p, 0.208624708624709, 1e-9);
	for (int i = 0; i < 65; i++)
		bx[i] = i / 64. + 0.2 * cos(i + 1);
	for (int i = 0; i < 70; i++)
		by[i] = -0.2 + 1.1 * i / 69. + 0.2 * sin(i + 1);
	assert_int_equal(stats_shift_between(bx, 65, by, 70, 0, &e, &p), 0);
	near(p, 0.0234702546012872, 1e-9);
}

static void test_by_hand(void **state)
{
	struct stats_est e;
	double p;

	(void)state;
	assert_int_equal(stats_shift_between(x5, 5, y6, 6, 0, &e, &p), 0);
	/* The 30 differences in order begin with -1.8, -1.1, -1, -0.5 and end with 3.6, 4, 4.7. */
	near(e.value, 1.3, 1e-12);
	near(e.lo, -0.5, 1e-12);
	near(e.hi, 3.6, 1e-12);
	/* 24 of 30 pairs: R's wilcox.test() has the same p. */
	near(p, 0.125541125541126, 1e-9);
	assert_int_equal(stats_shift_between(x5, 4, y6, 6, 0, &e, &p), 0);
	assert_false(e.has_interval);
	assert_true(isnan(p));
	assert_int_equal(stats_shift_between(x5, 5, y6, 0, 0, &e, &p), -EINVAL);
	/* Equal samples are not different. */
	assert_int_equal(stats_shift_between(x5, 5, x5, 5, 0, &e, &p), 0);
	near(e.value, 0, 1e-12);
	assert_true(p > 0.9);
}

/* Return U of the five values whose bits are in @set, among eleven. */
static int u_of(const double *all, unsigned int set)
{
	int u = 0;

	for (int i = 0; i < 11; i++)
		for (int j = 0; j < 11; j++)
			u += (set >> i & 1) && !(set >> j & 1) && all[i] > all[j];
	return u;
}

/* The p value must be the share of all splits that are as far from the middle. */
static void test_all_splits(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	gsl_rng_set(rng, SEED);
	for (int round = 0; round < 20; round++) {
		int extreme = 0, splits = 0;
		double all[11], p, wanted;
		struct stats_est e;

		for (int i = 0; i < 11; i++)
			all[i] = gsl_ran_gaussian(rng, 1) + (i < 5) * round / 5.0;
		for (unsigned int set = 0; set < 1 << 11; set++) {
			if (__builtin_popcount(set) != 5)
				continue;
			splits++;
			extreme += fabs(u_of(all, set) - 15.) >= fabs(u_of(all, 0x1f) - 15.);
		}
		assert_int_equal(splits, 462);
		wanted = fmin(1, extreme / 462.);
		assert_int_equal(stats_shift_between(all, 5, all + 5, 6, 0, &e, &p), 0);
		near(fmin(p, 1), wanted, 1e-6);
	}
	gsl_rng_free(rng);
}

static void test_agreement(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	int told = 0;

	(void)state;
	gsl_rng_set(rng, SEED);
	for (int round = 0; round < 3000; round++) {
		size_t n = 5 + gsl_rng_uniform_int(rng, 10), m = 5 + gsl_rng_uniform_int(rng, 60);
		double x[14], y[64], tau = round % 3 * 0.5, p;
		struct stats_est e;
		bool outside;

		for (size_t i = 0; i < n; i++)
			x[i] = floor(4 * gsl_ran_gaussian(rng, 1) + 3) / 4;
		for (size_t i = 0; i < m; i++)
			y[i] = floor(4 * gsl_ran_gaussian(rng, 1)) / 4;
		assert_int_equal(stats_shift_between(x, n, y, m, tau, &e, &p), 0);
		outside = e.lo > 0 || e.hi < 0;
		if (outside != (p <= 1 - STATS_LEVEL + 1e-12))
			fail_msg("n %zu, m %zu, tau %g: p %.9f, interval %.9f .. %.9f", n, m, tau,
				 p, e.lo, e.hi);
		assert_true(e.lo <= e.value && e.value <= e.hi);
		told += outside;
	}
	assert_true(told > 300 && told < 2700);
	gsl_rng_free(rng);
}

/* Return the per cent of intervals that cover 0, with a hidden effect of sd @tau in each shift. */
static double covered(gsl_rng *rng, size_t n, double tau, double declared)
{
	const int rounds = 2000;
	int hits = 0;

	for (int round = 0; round < rounds; round++) {
		double x[30], y[30], hidden = gsl_ran_gaussian(rng, tau), p;
		struct stats_est e;

		for (size_t i = 0; i < n; i++) {
			x[i] = hidden + gsl_ran_gaussian(rng, 1);
			y[i] = gsl_ran_gaussian(rng, 1);
		}
		assert_int_equal(stats_shift_between(x, n, y, n, declared, &e, &p), 0);
		hits += e.lo <= 0 && e.hi >= 0;
	}
	return 100. * hits / rounds;
}

static void test_hidden(void **state)
{
	static const size_t sizes[] = { 5, 8, 12, 30 };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	gsl_rng_set(rng, SEED);
	printf("# seed %lu\n", SEED);
	for (size_t i = 0; i < 4; i++) {
		double none = covered(rng, sizes[i], 0, 0), with = covered(rng, sizes[i], 1, 1);
		double without = covered(rng, sizes[i], 1, 0);

		printf("# n = %2zu: covered %.1f %%, hidden %.1f %%, hidden and not declared %.1f %%\n",
		       sizes[i], none, with, without);
		/* Three standard errors are 1.5 %. With 5 values the test's own level is 96.8 %. */
		assert_true(none > 93.5 && none < 98.5);
		assert_true(with > 93.5 && with < 98.5);
		assert_true(without < 85);
	}
	gsl_rng_free(rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_all_splits),
		cmocka_unit_test(test_agreement),
		cmocka_unit_test(test_hidden),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
