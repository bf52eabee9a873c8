// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test harness/eval/pilot.c on made-up pilots: the variances of all levels, which levels can be
 * told apart, and whether a campaign of a design gets intervals of the predicted width.
 *
 * Seen failing: with the A/A copy taken for another label, with boots numbered without their
 * shard, with the part of the runs left in the device, and with a width that has one label's
 * variance in place of two.
 */
#include "lib/util.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "eval/pilot.h"
#include "eval/verdict.h"

#define SEED		7UL
#define MAX_BLOCKS	48
#define MAX_RUNS	5

static const char *const labels[] = { "base", "base'", "one", "two" };

#define LABELS	ARRAY_SIZE(labels)

/* Standard deviations of logarithms. */
static const double truth[PILOT_LEVELS] = {
	[PILOT_BOOT] = 0.05, [PILOT_BOOT_LABEL] = 0.02, [PILOT_BLOCK] = 0.03,
	[PILOT_DEVICE] = 0.01, [PILOT_RUN] = 0.008,
};

static struct sum_row rows[MAX_BLOCKS * LABELS];
static double each[MAX_BLOCKS * LABELS][MAX_RUNS];
static gsl_rng *rng;

static void draw_boot(double *of_label)
{
	double boot = gsl_ran_gaussian(rng, truth[PILOT_BOOT]);

	for (size_t i = 0; i < LABELS; i++)
		of_label[i] = boot + gsl_ran_gaussian(rng, truth[PILOT_BOOT_LABEL]);
	of_label[1] = of_label[0];
}

/* Make up a campaign with @per blocks in each boot. The rows must not be freed. */
static struct summary make(int blocks, int per, unsigned int runs)
{
	struct summary s = { .name = "made", .baseline = "base", .plane = "vm", .boot = "block",
			     .rows = rows, .runs_each = runs };
	double of_label[LABELS], in_device[MAX_RUNS];

	bl_strv_add(&s.jobs, "j");
	for (int b = 0; b < blocks; b++) {
		double block = gsl_ran_gaussian(rng, truth[PILOT_BLOCK]);

		if (b % per == 0)
			draw_boot(of_label);
		for (size_t i = 0; i < LABELS; i++, s.n_rows++) {
			double dev = of_label[i] + block +
				     gsl_ran_gaussian(rng, truth[PILOT_DEVICE]);
			double *x = each[s.n_rows];

			for (unsigned int k = 0; k < runs; k++)
				in_device[k] = x[k] = 1000 * (i == 1 ? 1 : i + 1) *
					exp(dev + gsl_ran_gaussian(rng, truth[PILOT_RUN]));
			rows[s.n_rows] = (struct sum_row){
				.run = "", .kind = KIND_TIME, .label = labels[i],
				.strategy = labels[i], .axis = { "-", "-", "-", "-" }, .job = "j",
				.block = b, .boot = 1 + b / per, .status = STATUS_OK, .each = x,
				.n_each = runs, .fio.iops = stats_median(in_device, runs),
			};
		}
	}
	return s;
}

/* The mean of many pilots must be the truth, at each level. */
static void test_levels(void **state)
{
	double mean[PILOT_LEVELS] = {};
	const int pilots = 100;

	(void)state;
	gsl_rng_set(rng, SEED);
	printf("# seed %lu\n", SEED);
	for (int i = 0; i < pilots; i++) {
		struct summary s = make(24, 3, 3);
		struct pilot p;

		assert_int_equal(pilot_make(&p, &s), 0);
		for (size_t k = 0; k < PILOT_LEVELS; k++)
			mean[k] += p.job[0].level[k].value / pilots;
		pilot_free(&p);
		bl_strv_free(&s.jobs);
	}
	for (size_t k = 0; k < PILOT_LEVELS; k++) {
		double sd = sqrt(mean[k]);

		printf("# %-12s %.4f, made with %.4f\n", pilot_level_names[k], sd, truth[k]);
		assert_true(fabs(sd / truth[k] - 1) < 0.08);
	}
}

static bool is_known(const struct pilot *p, enum pilot_level level)
{
	return !isnan(p->job[0].level[level].value);
}

/* One pilot of each kind: with a boot for each block, with one boot, with one run. */
static void test_known(void **state)
{
	static const struct {
		int blocks, per, runs;
		bool known[PILOT_LEVELS];
	} kinds[] = {
		{ 12, 3, 2, { true, true, true, true, true } },
		{ 12, 1, 2, { true, true, false, true, true } },
		{ 12, 12, 2, { false, false, true, true, true } },
		{ 12, 1, 1, { true, true, false, true, false } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct summary s = make(kinds[i].blocks, kinds[i].per, kinds[i].runs);
		struct pilot p;

		assert_int_equal(pilot_make(&p, &s), 0);
		for (size_t k = 0; k < PILOT_LEVELS; k++)
			if (is_known(&p, k) != kinds[i].known[k])
				fail_msg("pilot %zu: %s", i, pilot_level_names[k]);
		assert_int_equal(isnan(p.job[0].ratio_sd), !kinds[i].known[PILOT_BOOT_LABEL]);
		pilot_free(&p);
		bl_strv_free(&s.jobs);
	}
	/* Without an A/A pair, boot x label cannot be told from the device. */
	{
		struct summary s = make(12, 1, 2);
		struct pilot p;

		for (size_t i = 1; i < s.n_rows; i += LABELS)
			rows[i].status = STATUS_MISSING;
		assert_int_equal(pilot_make(&p, &s), 0);
		assert_false(is_known(&p, PILOT_BOOT_LABEL));
		assert_true(is_known(&p, PILOT_DEVICE));
		pilot_free(&p);
		s.n_rows = LABELS;
		assert_int_equal(pilot_make(&p, &s), -ENODATA);
		bl_strv_free(&s.jobs);
	}
}

/* The boots of two shards are different boots, although both count from 1. */
static void test_shards(void **state)
{
	struct summary s = make(12, 1, 2);
	struct pilot p;

	(void)state;
	for (size_t i = 0; i < s.n_rows; i++) {
		rows[i].shard = 1 + rows[i].block % 2;
		rows[i].boot = 1 + rows[i].block / 2;
	}
	assert_int_equal(pilot_make(&p, &s), 0);
	assert_int_equal(p.job[0].boots, 12);
	pilot_free(&p);
	bl_strv_free(&s.jobs);
}

static double width_of(const struct verdicts *v, const char *label)
{
	const struct stats_est *r = &verdict_find(v, label, "j")->ratio;

	return 100 * (r->hi / r->lo - 1);
}

/* The widths of many campaigns must be as predicted from the true variances. */
static void test_width(void **state)
{
	static const struct pilot_design designs[] = {
		{ true, 8, 1 }, { true, 8, 5 }, { true, 20, 2 },
	};
	struct pilot_job j = {};

	(void)state;
	for (size_t k = 0; k < PILOT_LEVELS; k++)
		j.level[k].value = truth[k] * truth[k];
	for (size_t i = 0; i < ARRAY_SIZE(designs); i++) {
		double mean = 0, wanted = pilot_predict_width(&j, &designs[i], false);
		const int campaigns = 200;

		for (int c = 0; c < campaigns; c++) {
			struct summary s = make(designs[i].blocks, 1, designs[i].runs);
			struct verdicts v;

			assert_int_equal(verdicts_make(&v, &s, RULE_AS_DECLARED), 0);
			mean += (width_of(&v, "one") + width_of(&v, "two")) / 2 / campaigns;
			verdicts_free(&v);
			bl_strv_free(&s.jobs);
		}
		printf("# %u blocks, %u runs: %.2f %% wide, predicted %.2f %%\n",
		       designs[i].blocks, designs[i].runs, mean, wanted);
		assert_true(fabs(mean / wanted - 1) < 0.12);
	}
}

/* One boot cannot get below the scatter between boots, however many blocks it has. */
static void test_one_boot(void **state)
{
	struct pilot_job j = {};
	struct pilot p = { &j, 1, 1 };
	struct pilot_design one = { false, 0, 1 }, many = { true, 0, 1 };

	(void)state;
	for (size_t k = 0; k < PILOT_LEVELS; k++)
		j.level[k].value = truth[k] * truth[k];
	assert_int_equal(pilot_find_blocks(&p, &one, 5), 0);
	assert_int_not_equal(pilot_find_blocks(&p, &many, 5), 0);
	assert_true(pilot_predict_width(&j, &many, false) <= 5);
	assert_true(many.blocks > pilot_least_blocks(&p));
	many.blocks--;
	assert_true(pilot_predict_width(&j, &many, false) > 5);
	/* Two labels beside the baseline need 7 blocks to be told, however little the values scatter. */
	j = (struct pilot_job){ .labels = 3 };
	assert_int_equal(pilot_find_blocks(&p, &many, 5), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_shards),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_one_boot),
	};
	int failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	rng = gsl_rng_alloc(gsl_rng_mt19937);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gsl_rng_free(rng);
	return failed;
}
