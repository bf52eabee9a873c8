// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test harness/eval/levels.c: the parts of the variance, by hand and for many made-up campaigns,
 * and the counts of blocks and boots.
 *
 * Seen failing: without taking the part of the runs from the variance of the means, with
 * the runs of the label alone, and with boots of different shards taken for the same.
 */
#include "lib/util.h"

#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "eval/levels.h"

#define BLOCKS	6
#define RUNS	3

static struct sum_row rows[2 * BLOCKS];
static double each[2 * BLOCKS][RUNS];

static struct summary made(void)
{
	struct summary s = { .name = "made", .baseline = "base", .boot = "block", .rows = rows,
			     .n_rows = 2 * BLOCKS, .runs_each = RUNS };

	for (int i = 0; i < 2 * BLOCKS; i++)
		rows[i] = (struct sum_row){
			.run = "", .kind = KIND_TIME, .label = i % 2 ? "up" : "base",
			.strategy = "", .axis = { "-", "-", "-", "-" }, .job = "j",
			.block = i / 2, .boot = 1 + i / 2, .status = STATUS_OK, .each = each[i],
			.n_each = RUNS, .fio.iops = 1,
		};
	bl_strv_add(&s.jobs, "j");
	return s;
}

static int shares_of(const struct summary *s, struct level_shares *x)
{
	struct verdicts v;
	int err;

	assert_int_equal(verdicts_make(&v, s, RULE_AS_DECLARED), 0);
	err = levels_get_shares(&v, "j", x);
	verdicts_free(&v);
	return err;
}

static void fill(double between, double within, gsl_rng *rng)
{
	for (int i = 0; i < 2 * BLOCKS; i++) {
		double device = gsl_ran_gaussian(rng, between);

		for (int k = 0; k < RUNS; k++)
			each[i][k] = 100 * exp(device + gsl_ran_gaussian(rng, within));
	}
}

static void test_parts(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct summary s = made();
	double b = 0, w = 0;
	struct level_shares x;

	(void)state;
	gsl_rng_set(rng, 5);
	for (int i = 0; i < 4000; i++) {
		fill(0.03, 0.05, rng);
		assert_int_equal(shares_of(&s, &x), 0);
		b += x.between / 4000;
		w += x.within / 4000;
	}
	/*
	 * A ratio has two devices, so its variance is twice the variance of one. Values below 0
	 * become 0, which is a bias upwards.
	 */
	assert_true(fabs(w - 2 * 0.05 * 0.05) < 0.0002);
	assert_true(b > 0.0017 && b < 0.0022);
	gsl_rng_free(rng);
	bl_strv_free(&s.jobs);
}

/* A change of all runs of a block, or of both labels' runs, must be in neither part. */
static void test_exact(void **state)
{
	static const double within[RUNS] = { -0.1, 0, 0.1 };
	struct summary s = made();
	struct level_shares x;

	(void)state;
	for (int i = 0; i < 2 * BLOCKS; i++)
		for (int k = 0; k < RUNS; k++)
			each[i][k] = exp(i / 2 + (i % 2 ? within[k] + 0.2 * (i / 2 % 2) : 0));
	assert_int_equal(shares_of(&s, &x), 0);
	assert_true(fabs(x.within - 0.01) < 1e-9);
	/*
	 * The means are 0 and 0.2 in turn, so the variance of six is 0.012. A third of 0.01 is the
	 * part of the runs.
	 */
	assert_true(fabs(x.between - (0.012 - 0.01 / 3)) < 1e-9);
	for (int i = 0; i < 2 * BLOCKS; i++)
		rows[i].n_each = 1;
	assert_int_not_equal(shares_of(&s, &x), 0);
	bl_strv_free(&s.jobs);
}

static void test_count(void **state)
{
	struct summary s = made();
	struct levels l;

	(void)state;
	levels_count(&s, &l);
	assert_int_equal(l.blocks, BLOCKS);
	assert_int_equal(l.boots, BLOCKS);
	assert_int_equal(l.split, 0);
	rows[3].boot = 9;
	rows[4].status = rows[5].status = STATUS_MISSING;
	levels_count(&s, &l);
	assert_int_equal(l.blocks, BLOCKS - 1);
	assert_int_equal(l.boots, BLOCKS);
	assert_int_equal(l.split, 1);
	/* Each shard counts its boots from 1. */
	for (int i = 0; i < 2 * BLOCKS; i++) {
		rows[i].boot = 1;
		rows[i].shard = 1 + i / 2 % 2;
	}
	levels_count(&s, &l);
	assert_int_equal(l.boots, 2);
	bl_strv_free(&s.jobs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_count),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
