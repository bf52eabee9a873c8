// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test harness/eval/order.c on made-up campaigns: it finds what one label carries over from one
 * job to another, it is not fooled by a drift of the machine, and without an effect it reports
 * one in at most 5 % of the campaigns, with noise that is anything but normal.
 *
 * Seen failing: with p values that are not over all jobs; with the blocks left in; with the sides of
 * a contrast swapped.
 */
#include "lib/util.h"

#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "eval/order.h"

#define BLOCKS	8
#define LABELS	5
#define JOBS	4
#define ROWS	(BLOCKS * LABELS * JOBS)

static const char *const labels[LABELS] = { "base", "base'", "a", "b", "c" };
static const char *const jobs[JOBS] = { "read", "write", "big-read", "big-write" };

static struct sum_row rows[ROWS];
static char runs[BLOCKS * LABELS][8];

/* Make a campaign of noise, in which each device has an order of its own. */
static struct summary make_campaign(gsl_rng *rng, double (*noise)(gsl_rng *rng))
{
	struct summary s = { .name = "made", .baseline = "base", .rows = rows, .n_rows = ROWS,
			     .order = ORDER_RANDOM };

	for (int i = 0; i < JOBS; i++)
		bl_strv_add(&s.jobs, jobs[i]);
	for (int d = 0; d < BLOCKS * LABELS; d++) {
		int order[JOBS] = { 0, 1, 2, 3 };

		gsl_ran_shuffle(rng, order, JOBS, sizeof(order[0]));
		snprintf(runs[d], sizeof(runs[d]), "%04d", d);
		for (int i = 0; i < JOBS; i++)
			rows[d * JOBS + i] = (struct sum_row){
				.run = runs[d], .kind = KIND_TIME, .status = STATUS_OK,
				.label = labels[d % LABELS], .block = d / LABELS,
				.job = jobs[order[i]], .position = i + 1,
				.fio.iops = 1000 * (1 + order[i]) * exp(noise(rng)),
			};
	}
	return s;
}

static double small_noise(gsl_rng *rng)
{
	return gsl_ran_gaussian(rng, 0.005);
}

/* One device of ten is 30 % slower, and the others scatter little and not symmetrically. */
static double rough_noise(gsl_rng *rng)
{
	return gsl_ran_exponential(rng, 0.01) - (gsl_rng_uniform(rng) < 0.1 ? 0.35 : 0);
}

/* Return whether @other comes before @job on the device of row @i. */
static bool comes_before(int i, const char *other)
{
	for (int k = i / JOBS * JOBS; k < i; k++)
		if (!strcmp(rows[k].job, other))
			return true;
	return false;
}

static void test_carry_over(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct order_effects e;
	struct summary s;

	(void)state;
	gsl_rng_set(rng, 2);
	s = make_campaign(rng, small_noise);
	for (int i = 0; i < ROWS; i++)
		if (!strcmp(rows[i].label, "b") && !strcmp(rows[i].job, "big-write") &&
		    comes_before(i, "big-read"))
			rows[i].fio.iops *= 0.7;
	order_find_effects(&e, &s);
	assert_int_equal(e.n, JOBS);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(e.jobs[i].found, !strcmp(jobs[i], "big-write"));
	assert_string_equal(e.jobs[3].label, "b");
	assert_string_equal(e.jobs[3].other, "big-read");
	assert_true(e.jobs[3].ratio.value > 0.68 && e.jobs[3].ratio.value < 0.72);
	/* Few devices are on either side, and still the effect has an interval. */
	assert_true(e.jobs[3].ratio.has_interval);
	assert_true(e.jobs[3].ratio.lo > 0.66 && e.jobs[3].ratio.hi < 0.74);
	assert_true(e.jobs[3].ratio.coverage >= STATS_LEVEL);
	assert_int_equal(e.jobs[3].n_after + e.jobs[3].n_before, BLOCKS);
	/* The others have the contrast of all labels: 1 is about the effect. */
	assert_null(e.jobs[0].label);
	assert_int_equal(e.jobs[0].n_after + e.jobs[0].n_before, BLOCKS * LABELS);
	assert_true(fabs(e.jobs[0].ratio.value - 1) < 0.01);
	order_free_effects(&e);
	bl_strv_free(&s.jobs);
	gsl_rng_free(rng);
}

/* An effect of 1.5 % that all labels have: no label shows it alone. */
static void test_common_effect(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct order_effects e;
	struct summary s;

	(void)state;
	gsl_rng_set(rng, 3);
	s = make_campaign(rng, small_noise);
	for (int i = 0; i < ROWS; i++)
		if (rows[i].position > 1)
			rows[i].fio.iops *= 1.015;
	order_find_effects(&e, &s);
	for (int i = 0; i < JOBS; i++) {
		assert_true(e.jobs[i].found);
		assert_null(e.jobs[i].label);
		assert_null(e.jobs[i].other);
		assert_true(fabs(e.jobs[i].ratio.value - 1.015) < 0.006);
	}
	order_free_effects(&e);
	bl_strv_free(&s.jobs);
	gsl_rng_free(rng);
}

/* The machine jumps by 20 % from block to block, and still 4 % are seen. */
static void test_drift(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct order_effects e;
	struct summary s;

	(void)state;
	gsl_rng_set(rng, 4);
	s = make_campaign(rng, small_noise);
	for (int i = 0; i < ROWS; i++) {
		rows[i].fio.iops *= rows[i].block % 3 ? 1 : 1.2;
		if (!strcmp(rows[i].label, "a") && !strcmp(rows[i].job, "write") &&
		    comes_before(i, "read"))
			rows[i].fio.iops *= 0.96;
	}
	order_find_effects(&e, &s);
	assert_true(e.jobs[1].found);
	assert_string_equal(e.jobs[1].label, "a");
	order_free_effects(&e);
	bl_strv_free(&s.jobs);
	gsl_rng_free(rng);
}

static void count_false_alarms(double (*noise)(gsl_rng *rng), unsigned int campaigns)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct order_effects e;
	unsigned int alarms = 0;

	gsl_rng_set(rng, 5);
	for (unsigned int i = 0; i < campaigns; i++) {
		struct summary s = make_campaign(rng, noise);
		bool any = false;

		s.plan = json_pack("{s:i}", "seed", (int)i);
		order_find_effects(&e, &s);
		for (size_t k = 0; k < e.n; k++)
			any |= e.jobs[k].found;
		alarms += any;
		order_free_effects(&e);
		json_decref(s.plan);
		bl_strv_free(&s.jobs);
	}
	print_message("# %u of %u campaigns without an effect report one (seed 5)\n", alarms,
		      campaigns);
	/* A rate of 5 % has more alarms than this once in a thousand times. */
	assert_true(gsl_cdf_binomial_Q(alarms, ORDER_LEVEL, campaigns) > 0.001);
	gsl_rng_free(rng);
}

static void test_false_alarms(void **state)
{
	(void)state;
	count_false_alarms(small_noise, 300);
	count_false_alarms(rough_noise, 300);
}

static void test_other_orders(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct summary s = make_campaign(rng, small_noise);
	struct order_effects e;

	(void)state;
	s.order = ORDER_FRESH;
	order_find_effects(&e, &s);
	assert_int_equal(e.n, 0);
	s.order = ORDER_LISTED;
	order_find_effects(&e, &s);
	assert_int_equal(e.n, 0);
	/* One device has nothing to compare. */
	s.order = ORDER_RANDOM;
	s.n_rows = JOBS;
	order_find_effects(&e, &s);
	assert_int_equal(e.n, JOBS);
	assert_false(e.jobs[0].found);
	assert_true(isnan(e.jobs[0].ratio.value));
	order_free_effects(&e);
	s.n_rows = 0;
	order_find_effects(&e, &s);
	assert_int_equal(e.n, 0);
	bl_strv_free(&s.jobs);
	gsl_rng_free(rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_carry_over),
		cmocka_unit_test(test_common_effect),
		cmocka_unit_test(test_drift),
		cmocka_unit_test(test_false_alarms),
		cmocka_unit_test(test_other_orders),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
