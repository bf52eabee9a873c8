// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test harness/eval/verdict.c on tests/program/fixtures/campaign, whose medians follow from the
 * numbers below, and on made-up campaigns, each for one rule.
 *
 * Seen failing: when traced or invalid rows are counted, when a failed verify
 * run is ignored, when the floor is not taken from the A/A pair, when q is not
 * asked for, when the copy is judged against its own floor, when runs are paired by
 * their place instead of their block, and when unpaired runs count in a ratio.
 */
#include "lib/util.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "report/report.h"

static void close_to(double got, double want)
{
	if (!(fabs(got - want) <= 1e-9))
		fail_msg("got %.12g, want %.12g", got, want);
}

static void verdict_is(const struct verdict_cell *c, enum verdict want)
{
	if (c->verdict != want)
		fail_msg("%s in %s: %s, not %s (ratio %.4f, %.4f .. %.4f, q %.4f, floor %.2f %%)",
			 c->label, c->job, verdict_name(c->verdict), verdict_name(want),
			 c->ratio.value, c->ratio.lo, c->ratio.hi, c->q, c->floor_pct);
}

/* --- the fixture ------------------------------------------------------------ */

static struct summary fixture;
static struct verdicts v;

static int setup(void **state)
{
	char *dir = bl_path("tests/program/fixtures/campaign");
	int err = summary_load(&fixture, dir);

	(void)state;
	free(dir);
	return err ? err : verdicts_make(&v, &fixture, RULE_SAME_PCT);
}

static int teardown(void **state)
{
	(void)state;
	verdicts_free(&v);
	summary_free(&fixture);
	return 0;
}

/*
 * The valid IOPS in the first job are: intree 1000 1010 … 1050, its copy 5 more each, direct
 * 2000 - 2020 … 2050 (one run invalid), eager-spin 1001 1011 1021 - 1041 1051 (one failed),
 * lazy-spin 700 703 - 709 712 715 (one invalid). A ratio is taken over the blocks that both
 * labels have, and its estimate was worked out with R. The traced run has 1.
 */
static void test_fixture(void **state)
{
	static const struct {
		const char *label;
		size_t n;
		double median, ratio;
		enum verdict verdict;
	} want[] = {
		{ "intree", 6, 1025, 1, V_BASELINE },
		{ "intree'", 6, 1030, 1.0048790911419, V_SAME },
		{ "direct", 5, 2030, 1.97094276543369, V_FASTER },
		{ "eager-spin", 5, 1021, 1.00097619019302, V_SAME },
		{ "lazy-spin", 5, 709, 0.690303861479049, V_SLOWER },
	};

	(void)state;
	assert_int_equal(v.labels.n, ARRAY_SIZE(want));
	assert_int_equal(v.n_cells, 2 * ARRAY_SIZE(want));
	assert_int_equal(v.n_family, 2 * 3);
	assert_int_equal(v.n_min, 5);
	assert_int_equal(v.n_max, 6);
	assert_true(v.has_aa);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		const struct verdict_cell *c = &v.cells[i];

		assert_string_equal(c->label, want[i].label);
		assert_string_equal(c->job, "4k-randread-1");
		assert_int_equal(c->n, want[i].n);
		assert_int_equal(c->planned, 6);
		close_to(c->median.value, want[i].median);
		close_to(c->ratio.value, want[i].ratio);
		assert_int_equal(c->n_common, want[i].n);
		verdict_is(c, want[i].verdict);
	}
}

static char *text_of(void (*print)(const struct verdicts *, FILE *))
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	print(&v, f);
	fclose(f);
	return text;
}

static void test_csv(void **state)
{
	char *text = text_of(report_verdicts_csv);

	(void)state;
	assert_ptr_equal(strstr(text,
		"job,label,strategy,allocator,granule,prefill,backing,page_order,bounce_mb,"
		"n,planned,common_blocks,iops_median,iops_lo,iops_hi,baseline,ratio,ratio_lo,"
		"ratio_hi,p,q,floor_pct,margin_pct,clat_p50_ns,clat_p99_ns,insns_per_io,verdict,"
		"note,order,guest_kernel,host_cpu,commit\n"), text);
	assert_non_null(strstr(text, "\n4k-randread-1,direct,direct,cached,4k,-,-,0,64,5,6,5,"
		"2030.000,2000.000,2050.000,intree,1.970943,1.952381,2.000000,"));
	assert_non_null(strstr(text, ",,faster,,listed,,,\n"));
	free(text);
}

/* An instruction takes 2 ns: 1e9 / 2 / 2030 IOPS. On other planes there is no such number. */
static void test_insns(void **state)
{
	const struct verdict_cell *c = &v.cells[2];
	char accel[sizeof(fixture.accel)];

	(void)state;
	assert_string_equal(c->label, "direct");
	assert_true(isnan(verdict_insns(&v, c)));
	memcpy(accel, fixture.accel, sizeof(accel));
	strcpy(fixture.accel, "icount");
	assert_true(fabs(verdict_insns(&v, c) - 246305.42) < 0.01);
	memcpy(fixture.accel, accel, sizeof(accel));
}

static void test_json(void **state)
{
	json_t *j = report_verdicts_json(&v), *cells = json_object_get(j, "verdicts");

	(void)state;
	assert_true(json_is_true(json_object_get(j, "emulated")));
	assert_int_equal(json_array_size(cells), v.n_cells);
	assert_string_equal(bl_json_str(json_array_get(cells, 2), "verdict", ""), "faster");
	assert_true(json_is_null(json_object_get(json_array_get(cells, 0), "ratio_lo")));
	assert_int_equal(json_array_size(json_object_get(j, "problems")), 4);
	json_decref(j);
}

/* --- made-up campaigns -------------------------------------------------------- */

static struct summary made;
static struct verdicts mv;

static void make(void)
{
	made = (struct summary){ .name = "made", .baseline = "base" };
	bl_strv_add(&made.jobs, "j");
}

static void unmake(void)
{
	verdicts_free(&mv);
	free(made.rows);
	bl_strv_free(&made.jobs);
}

/* Add a row. Rows of one kind and label belong to blocks 0, 1, 2, … */
static void add(enum run_kind kind, const char *label, enum run_status status, double iops)
{
	int block = 0;

	for (size_t i = 0; i < made.n_rows; i++)
		block += made.rows[i].kind == kind && !strcmp(made.rows[i].label, label);
	made.rows = bl_realloc(made.rows, (made.n_rows + 1) * sizeof(*made.rows));
	made.rows[made.n_rows++] = (struct sum_row){
		.run = "", .kind = kind, .block = block, .label = label, .strategy = label,
		.axis = { "-", "-", "-", "-" }, .job = "j", .status = status,
		.reason = "", .fio = { .iops = iops },
	};
}

/* Add five devices around @mid, up to @spread away from it. */
static void add_five(const char *label, double mid, double spread)
{
	for (int i = -2; i <= 2; i++)
		add(KIND_TIME, label, STATUS_OK, mid + i * spread / 2);
}

static enum verdict judged(const char *label)
{
	const struct verdict_cell *c;

	verdicts_free(&mv);
	assert_int_equal(verdicts_make(&mv, &made, 5), 0);
	c = verdict_find(&mv, label, "j");
	assert_non_null(c);
	return c->verdict;
}

static void test_no_floor(void **state)
{
	(void)state;
	make();
	add_five("base", 1000, 5);
	add_five("up", 1100, 5);
	add_five("down", 900, 5);
	add_five("near", 1030, 5);
	assert_int_equal(judged("up"), V_FASTER);
	assert_int_equal(judged("down"), V_SLOWER);
	assert_int_equal(judged("near"), V_SAME);
	assert_true(isnan(verdict_find(&mv, "up", "j")->floor_pct));
	/* With a margin of 1 % the label is faster. */
	verdicts_free(&mv);
	assert_int_equal(verdicts_make(&mv, &made, 1), 0);
	assert_int_equal(verdict_find(&mv, "near", "j")->verdict, V_FASTER);
	unmake();
}

/*
 * The copy differs by 12 %. A label that differs by 10 % is within the floor, so it is the same; a
 * label that differs by 40 % is outside.
 */
static void test_floor(void **state)
{
	(void)state;
	make();
	add_five("base", 1000, 2);
	add_five("base'", 1120, 2);
	add_five("up", 1100, 2);
	add_five("far", 1400, 2);
	add_five("wide", 1100, 60);
	assert_int_equal(judged("up"), V_SAME);
	assert_int_equal(judged("far"), V_FASTER);
	/* The interval excludes 1 and is wider than the floor; the estimate is below the floor. */
	assert_int_equal(judged("wide"), V_INCONCLUSIVE);
	assert_true(verdict_find(&mv, "wide", "j")->ratio.lo > 1);
	/* The A/A copy differs from the baseline, and its verdict says so. */
	assert_int_equal(judged("base'"), V_FASTER);
	/* With five blocks the interval is the range of their ratios. */
	close_to(verdict_find(&mv, "up", "j")->floor_pct, 100 * (1118 / 998. - 1));
	unmake();
}

/* A floor of 30 % is too high for "same", which would hold for every label. */
static void test_floor_too_high(void **state)
{
	(void)state;
	make();
	add_five("base", 1000, 2);
	add_five("base'", 1300, 2);
	add_five("up", 1100, 2);
	assert_int_equal(judged("up"), V_INCONCLUSIVE);
	assert_string_equal(verdict_find(&mv, "up", "j")->note,
			    "within the noise, which is too high");
	/* It is "same" if the user sets a margin above the floor. */
	verdicts_free(&mv);
	assert_int_equal(verdicts_make(&mv, &made, 40), 0);
	assert_int_equal(verdict_find(&mv, "up", "j")->verdict, V_SAME);
	unmake();
}

/* The interval excludes 1, p is 0.035: a verdict for one label, but none in a family of twelve. */
static void test_family(void **state)
{
	static const char *const nulls[] = {
		"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9", "n10",
	};
	static const double base[] = { 960, 980, 1000, 1020, 1040 };
	static const double up[] = { 979, 1029, 1100, 1183, 1269 };

	(void)state;
	make();
	for (int i = 0; i < 5; i++) {
		add(KIND_TIME, "base", STATUS_OK, base[i]);
		add(KIND_TIME, "up", STATUS_OK, up[i]);
	}
	assert_int_equal(judged("up"), V_FASTER);
	assert_true(verdict_find(&mv, "up", "j")->p > 0.01);
	for (size_t i = 0; i < ARRAY_SIZE(nulls); i++)
		add_five(nulls[i], 1000, 40);
	assert_int_equal(judged("up"), V_INCONCLUSIVE);
	assert_true(verdict_find(&mv, "up", "j")->ratio.lo > 1);
	assert_int_equal(mv.n_family, 12);
	unmake();
}

static void test_too_few(void **state)
{
	(void)state;
	make();
	add_five("base", 1000, 1);
	add(KIND_TIME, "two", STATUS_OK, 2000);
	add(KIND_TIME, "two", STATUS_OK, 2001);
	add(KIND_TIME, "two", STATUS_INVALID, 2002);
	add(KIND_TIME, "two", STATUS_FAILED, NAN);
	add(KIND_TIME, "none", STATUS_MISSING, NAN);
	assert_int_equal(judged("two"), V_INCONCLUSIVE);
	assert_int_equal(verdict_find(&mv, "two", "j")->n, 2);
	assert_int_equal(verdict_find(&mv, "two", "j")->planned, 4);
	assert_false(verdict_find(&mv, "two", "j")->ratio.has_interval);
	assert_string_equal(verdict_find(&mv, "two", "j")->note,
			    "too few common blocks for an interval");
	assert_int_equal(judged("none"), V_NO_DATA);
	unmake();
}

static void add_at(const char *label, const double *iops, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(KIND_TIME, label, isnan(iops[i]) ? STATUS_FAILED : STATUS_OK, iops[i]);
}

/* Both labels have blocks 0, 2, 4, 5 and 6, with ratios of 1.078, 1, 1.25, 1.2 and 1. */
static void test_missing_block(void **state)
{
	static const double base[] = { 1020, 3030, 1000, NAN, 1040, 1010, 1030 };
	static const double copy[] = { NAN, 3030, 1000, 3000, 1040, 1010, 1030 };
	static const double up[] = { 1100, NAN, 1000, 3000, 1300, 1212, 1030 };
	const struct verdict_cell *c;

	(void)state;
	make();
	add_at("base", base, 7);
	add_at("base'", copy, 7);
	add_at("up", up, 7);
	assert_int_equal(judged("up"), V_INCONCLUSIVE);
	c = verdict_find(&mv, "up", "j");
	assert_int_equal(c->n, 6);
	assert_int_equal(c->planned, 7);
	assert_int_equal(c->n_common, 5);
	close_to(c->median.value, 1156);
	/* The estimate is the 8th of the 15 means of two ratios, that of blocks 2 and 5. */
	close_to(c->ratio.value, sqrt(1.2));
	close_to(c->ratio.lo, 1);
	close_to(c->ratio.hi, 1300 / 1040.);
	/* The copy has blocks 1, 2, 4, 5 and 6. */
	close_to(c->floor_pct, 0);
	unmake();
}

/* The copy has three valid runs, but its original has no valid run in their blocks. */
static void test_no_common_block(void **state)
{
	static const double base[] = { 1000, 1000, NAN, NAN, NAN };
	static const double other[] = { NAN, NAN, 1000, 1001, 1002 };
	const struct verdict_cell *c;

	(void)state;
	make();
	add_at("base", base, 5);
	add_at("base'", other, 5);
	add_at("up", other, 5);
	assert_int_equal(judged("up"), V_NO_DATA);
	c = verdict_find(&mv, "up", "j");
	assert_int_equal(c->n, 3);
	assert_int_equal(c->n_common, 0);
	assert_string_equal(c->note, "no block in common with the baseline");
	close_to(c->median.value, 1001);
	assert_true(isnan(c->ratio.value) && isnan(c->p));
	assert_int_equal(judged("base'"), V_NO_DATA);
	assert_true(isnan(c->floor_pct));
	unmake();
}

/* The machine is three times as fast in some blocks, for all labels. */
static void test_speed_of_blocks(void **state)
{
	static const double speed[] = { 1, 3, 3, 1, 3 }, noise[] = { 2, -3, 1, 0, -1 };
	double base[5], copy[5], near[5], up[5];

	(void)state;
	make();
	for (int i = 0; i < 5; i++) {
		base[i] = 1000 * speed[i];
		copy[i] = (1000 + noise[i]) * speed[i];
		near[i] = (1020 + noise[i]) * speed[i];
		up[i] = (1100 + noise[i]) * speed[i];
	}
	add_at("base", base, 5);
	add_at("base'", copy, 5);
	add_at("near", near, 5);
	add_at("up", up, 5);
	assert_int_equal(judged("base'"), V_SAME);
	assert_int_equal(judged("near"), V_SAME);
	assert_int_equal(judged("up"), V_FASTER);
	assert_true(verdict_find(&mv, "up", "j")->floor_pct < 0.31);
	unmake();
}

static void test_verification(void **state)
{
	(void)state;
	make();
	add(KIND_VERIFY, "base", STATUS_OK, NAN);
	add(KIND_VERIFY, "wrong", STATUS_FAILED, NAN);
	add(KIND_VERIFY, "gone", STATUS_MISSING, NAN);
	add_five("base", 1000, 5);
	add_five("wrong", 2000, 5);
	add_five("wrong'", 2000, 5);
	add_five("gone", 2000, 5);
	assert_int_equal(judged("wrong"), V_UNVERIFIED);
	assert_int_equal(judged("wrong'"), V_UNVERIFIED);
	assert_int_equal(judged("gone"), V_UNVERIFIED);
	/* A label without a valid verify run has no numbers. */
	assert_int_equal(verdict_find(&mv, "wrong", "j")->n, 0);
	assert_true(isnan(verdict_find(&mv, "wrong", "j")->median.value));
	unmake();
}

static void test_no_baseline(void **state)
{
	(void)state;
	make();
	add(KIND_TIME, "base", STATUS_FAILED, NAN);
	add_five("up", 1100, 5);
	assert_int_equal(judged("base"), V_NO_DATA);
	assert_int_equal(judged("up"), V_NO_DATA);
	close_to(verdict_find(&mv, "up", "j")->median.value, 1100);
	made.baseline = "other";
	verdicts_free(&mv);
	assert_int_equal(verdicts_make(&mv, &made, 5), -EINVAL);
	unmake();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fixture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_csv, setup, teardown),
		cmocka_unit_test_setup_teardown(test_insns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
		cmocka_unit_test(test_no_floor),
		cmocka_unit_test(test_floor),
		cmocka_unit_test(test_floor_too_high),
		cmocka_unit_test(test_family),
		cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_missing_block),
		cmocka_unit_test(test_no_common_block),
		cmocka_unit_test(test_speed_of_blocks),
		cmocka_unit_test(test_verification),
		cmocka_unit_test(test_no_baseline),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
