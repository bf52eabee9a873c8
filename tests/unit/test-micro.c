// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test the arithmetic of `bouncelab micro`: the queueing network against closed forms, and the
 * buckets of its histograms.
 *
 * Seen failing: with an arriving customer that counts itself in the queue (n for n - 1); with
 * copies that do not share the demand; with the lower edge of a bucket for its middle; with a core
 * mean without its limit.
 */
#include "lib/util.h"
#include "stats/hist.h"
#include "stats/mva.h"
#include "kmod/uapi/micro.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void assert_close(double a, double b, double relative)
{
	if (!(fabs(a - b) <= relative * fabs(b)))
		fail_msg("%.12g is not %.12g", a, b);
}

/* Return the throughput of M/M/1//N: N machines run for Z on average, one repair takes S. */
static double machine_repairman(size_t n, double z, double s)
{
	double term = 1, sum = 1;

	for (size_t k = 1; k <= n; k++) {
		term *= (n - k + 1) * s / z;
		sum += term;
	}
	return (1 - 1 / sum) / s;
}

static void test_machine_repairman(void **state)
{
	static const double z[] = { 0.01, 1, 7, 1000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(z); i++) {
		for (size_t n = 1; n <= 64; n++) {
			struct mva_station s = { 1.5, 1 };

			assert_close(mva_throughput(&s, 1, z[i], n, NULL),
				     machine_repairman(n, z[i], 1.5), 1e-9);
		}
	}
}

/* With K stations of the same demand D and no thinking, the throughput is N / (D (N + K - 1)). */
static void test_balanced(void **state)
{
	struct mva_station s[5];
	double queue[5];

	(void)state;
	for (size_t k = 1; k <= 5; k++) {
		for (size_t n = 1; n <= 64; n++) {
			for (size_t i = 0; i < k; i++)
				s[i] = (struct mva_station){ 2.5, 1 };
			assert_close(mva_throughput(s, k, 0, n, queue), n / (2.5 * (n + k - 1)),
				     1e-12);
			assert_close(queue[k - 1], (double)n / k, 1e-12);
		}
	}
}

/* A station with N copies equals N stations, each with 1/N of the demand. */
static void test_copies(void **state)
{
	struct mva_station one = { 6, 4 }, four[4];
	double queue;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		four[i] = (struct mva_station){ 1.5, 1 };
	for (size_t n = 1; n <= 20; n++)
		assert_close(mva_throughput(&one, 1, 3, n, &queue),
			     mva_throughput(four, 4, 3, n, NULL), 1e-12);
}

static void test_limits(void **state)
{
	struct mva_station s[2] = { { 2, 1 }, { 0, 1 } };

	(void)state;
	/* One customer never waits; many are as fast as the slowest station; thinking scales. */
	assert_close(mva_throughput(s, 2, 8, 1, NULL), 1 / 10.0, 1e-12);
	assert_close(mva_throughput(s, 2, 8, 1000, NULL), 1 / 2.0, 1e-9);
	assert_close(mva_throughput(NULL, 0, 4, 64, NULL), 16, 1e-12);
	assert_true(isnan(mva_throughput(&s[1], 1, 0, 3, NULL)));
	s[0].demand = -1;
	assert_true(isnan(mva_throughput(s, 2, 8, 3, NULL)));
	s[0].demand = 1;
	assert_true(isnan(mva_throughput(s, 2, -8, 3, NULL)));
}

/* --- buckets ----------------------------------------------------------------- */

static void test_buckets(void **state)
{
	u32 last = 0, bucket;
	u64 v;

	(void)state;
	/* Each value below 512 has its own bucket; above, a power of two has 256 buckets. */
	assert_int_equal(micro_bucket(0), 0);
	assert_int_equal(micro_bucket(511), 511);
	assert_int_equal(micro_bucket(512), 512);
	assert_int_equal(micro_bucket(513), 512);
	assert_int_equal(micro_bucket(1023), 767);
	assert_int_equal(micro_bucket(1024), 768);
	assert_int_equal(micro_bucket(1 << 20), (20 - 7) * 256);
	assert_int_equal(micro_bucket(~0ULL), MICRO_BUCKETS - 1);
	for (v = 0; v < 1 << 20; v++) {
		double middle = micro_bucket_twice(micro_bucket(v)) / 2.0;

		bucket = micro_bucket(v);
		assert_true(bucket == last || bucket == last + 1);
		last = bucket;
		if (fabs(middle - v) > v / 512.0)
			fail_msg("%llu is in a bucket whose middle is %g", v, middle);
	}
}

/* The middle of a bucket is half way between its smallest and its largest value. */
static void test_middles(void **state)
{
	u64 v, first = 0;

	(void)state;
	for (v = 0; v < 1 << 16; v++) {
		if (micro_bucket(v) == micro_bucket(v + 1))
			continue;
		assert_int_equal(micro_bucket_twice(micro_bucket(v)), first + v);
		first = v + 1;
	}
}

/* --- quantiles and means ----------------------------------------------------------- */

static void test_quantile(void **state)
{
	struct hist h = {};

	(void)state;
	assert_true(isnan(hist_quantile(&h, 0.5)));
	hist_add(&h, 20, 10);
	assert_close(hist_quantile(&h, 0.5), 20, 1e-12);
	/* The steps are 10: half of all values are below 25, and a quarter more are below 35. */
	hist_add(&h, 40, 5);
	hist_add(&h, 30, 5);
	assert_close(hist_quantile(&h, 0.5), 25, 1e-12);
	assert_close(hist_quantile(&h, 0.25), 20, 1e-12);
	assert_close(hist_quantile(&h, 0.75), 35, 1e-12);
	assert_close(hist_quantile(&h, 0.6), 29, 1e-12);
	assert_close(hist_quantile(&h, 1), 45, 1e-12);
	/* A value far away does not widen the other bins. */
	hist_add(&h, 5000, 1);
	assert_close(hist_quantile(&h, 20 / 21.0), 45, 1e-12);
	assert_close(hist_quantile(&h, 1 / 21.0), 16, 1e-12);
	hist_free(&h);
}

static void test_core_mean(void **state)
{
	struct hist h = {};

	(void)state;
	assert_true(isnan(hist_core_mean(&h)));
	hist_add(&h, 30, 45);
	hist_add(&h, 10, 45);
	assert_close(hist_core_mean(&h), 20, 1e-12);
	/* 10 times the 90th percentile still counts, and larger values do not. */
	hist_add(&h, 300, 5);
	hist_add(&h, 301, 5);
	assert_close(hist_core_mean(&h), (45 * 40 + 5 * 300) / 95.0, 1e-12);
	hist_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_machine_repairman),
		cmocka_unit_test(test_balanced),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_middles),
		cmocka_unit_test(test_quantile),
		cmocka_unit_test(test_core_mean),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
