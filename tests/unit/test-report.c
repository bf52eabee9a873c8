// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test `bouncelab report` on a copy of tests/program/fixtures/campaign: its output, its files and
 * its exit code.
 *
 * Seen failing: with exit code 0 in spite of failed runs, without the word
 * "emulated", without the list of runs that are not ok, without the common blocks,
 * with dots relative to another block, with a figure whose script does not load, and with
 * an axis that one label far away decides.
 */
#include "lib/util.h"

#include <glob.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cmd/commands.h"
#include "report/report.h"
#include "lib/table.h"

static char scratch[] = "/tmp/bl-test-report-XXXXXX";
static char *dir;

static int setup(void **state)
{
	char *from = bl_path("tests/program/fixtures/campaign");
	const char *const cp[] = { "cp", "-r", from, scratch, NULL };
	int err;

	(void)state;
	if (!mkdtemp(scratch))
		return -1;
	err = bl_run_capture(cp, NULL, false);
	dir = bl_fmt("%s/campaign", scratch);
	free(from);
	return err;
}

static int teardown(void **state)
{
	(void)state;
	free(dir);
	return bl_rm_rf(scratch);
}

static char *slurp(const char *name)
{
	char *path = bl_fmt("%s/%s", dir, name), *text = NULL;

	if (bl_read_file(path, &text, NULL))
		fail_msg("%s was not written", path);
	free(path);
	return text;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
}

static void test_table(void **state)
{
	char *argv[] = { "report", "--no-plots", dir, NULL }, *text;

	(void)state;
	assert_int_equal(cmd_report(3, argv), BL_EXIT_FAIL);
	text = slurp("table.txt");
	has(text, "plane     vm, emulated (TCG)");
	has(text, "measured  not recorded: there is no env.json");
	has(text, "n         5 to 6 valid fresh devices per cell");
	has(text, "ratio to intree within blocks (Hodges-Lehmann) with the interval\n"
	    "          of the exact signed-rank test, which covers 93.75 % at n = 5, 96.88 % at n = 6");
	has(text, "margin    same within 3 %, a default: the plan declares none, so it was chosen after");
	has(text, "\n4k-randread-1 (same within 3 %, not declared before; noise floor");
	has(text, "Benjamini-Hochberg");
	has(text, "\n  direct (unsafe)  5 of 6  2030  1.971");
	has(text, "same within 3 % *\n");
	has(text, "\n* The interval excludes 1: there is a difference, and it is smaller than the margin.");
	has(text, "\n! direct: it or the baseline failed or is invalid, and the ratio is of the other blocks:\n"
	    "  1 of 6 in 4k-randread-1, 1 of 6 in 64k-randwrite-2\n");
	has(text, "WARNING   the A/A pair's interval excludes 1 in 2 of 2 jobs.");
	has(text, "over 4 comparisons of labels (p of the same test)");
	has(text, "comparisons of unsafe cells");
	assert_null(strstr(text, " common  "));
	assert_null(strstr(text, "Fewer than 5 blocks"));
	has(text, "runs: 36 planned, 32 ok, 1 failed, 2 invalid, 1 missing");
	has(text, "\n  run 0015 (time, lazy-spin): invalid: job 64k-randwrite-2: ran 400 ms");
	has(text, "\n  run 0026 (trace, lazy-spin): missing: interrupted");
	assert_null(strstr(text, " \n"));
	assert_null(strchr(text, '\033'));
	free(text);
	free(slurp("summary.csv"));
	free(slurp("verdicts.csv"));
}

/* Runs 0005 (direct), 0007, 0023 (lazy-spin) and 0015 have counters; 0015 is invalid. */
static void test_costs(void **state)
{
	char *argv[] = { "report", "--no-plots", dir, NULL }, *text;

	(void)state;
	cmd_report(3, argv);
	text = slurp("costs.csv");
	assert_string_equal(text,
		"label,n,copied_per_byte,copied_in_faults_per_byte,zeroed_per_byte,"
		"faults_per_map,zaps_per_map,pages_per_map,iovas_per_map,failures,resident_mib,"
		"job,order,guest_kernel,host_cpu,commit\n"
		"direct,1,0.0000,0.000000,0.0000,0.0050,0.0000,0.0000,0.0000,0,0.00,all,listed,,,\n"
		"lazy-spin,2,1.2500,0.312500,0.0000,0.1500,0.0000,0.0200,1.0000,3,2.50,all,listed,,,\n");
	free(text);
}

static void test_figures(void **state)
{
	static const struct { const char *name, *start; } files[] = {
		{ "figures/relative.svg", "<?xml" }, { "figures/relative.pdf", "%PDF" },
		{ "figures/absolute.svg", "<?xml" }, { "figures/absolute.pdf", "%PDF" },
	};
	char *prog = bl_which("gnuplot"), *text;
	FILE *out;

	(void)state;
	if (!prog)
		skip();
	free(prog);
	out = fopen("/dev/null", "w");
	assert_int_equal(report_campaign(dir, out), 1);
	fclose(out);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		text = slurp(files[i].name);
		assert_ptr_equal(strstr(text, files[i].start), text);
		free(text);
	}
	/* A dot is the ratio of one block: 2030 / 1030. */
	text = slurp("figures/points.csv");
	has(text, "\n0,0,4k-randread-1,direct,3,2030.000,1.970874,,campaign\n");
	free(text);
	text = slurp("figures/relative.svg");
	has(text, "ratio to the IOPS of intree, emulated, log scale");
	assert_null(strstr(text, "Each dot"));
	has(text, "lazy-spin");
	free(text);
	text = slurp("figures/relative.txt");
	has(text, "IOPS relative to intree; emulated. Each dot is the ratio in one block (n = 5 to 6 per");
	has(text, "Grey band: the margin of same, 3 %, a\ndefault that the plan did not declare.");
	has(text, "plane vm, emulated (TCG); order of jobs: listed; measured on: not recorded:");
	free(text);
}

/* intree has no run in block 3, so the other labels have no partner in that block. */
static void test_common_blocks(void **state)
{
	char *argv[] = { "report", "--no-plots", dir, NULL }, *text;
	char *run = bl_fmt("%s/runs/0020", dir);

	(void)state;
	assert_int_equal(bl_rm_rf(run), 0);
	free(run);
	assert_int_equal(cmd_report(3, argv), BL_EXIT_FAIL);
	text = slurp("table.txt");
	has(text, "\n  intree                     5 of 6  1020  1.000");
	has(text, "\n  intree'               6, 5 common  1030  1.005");
	has(text, "\n  direct (unsafe)  5 of 6, 4 common  2030  1.973");
	has(text, "inconclusive: too few common blocks for an interval");
	has(text, "ratio: over the blocks in which both intree and the label have a valid run");
	free(text);
}

/* Without lazy-spin most ratios are near 1: the axis fits them, direct is a number at its rim. */
static void test_rim(void **state)
{
	char *pattern = bl_fmt("%s/runs/*/run.json", dir), *prog = bl_which("gnuplot"), *text;
	FILE *out = fopen("/dev/null", "w");
	glob_t g;

	(void)state;
	if (!prog)
		skip();
	free(prog);
	assert_int_equal(report_campaign(dir, out), 1);
	text = slurp("figures/figure.gp");
	has(text, "RATIO_HI = 2.0");
	has(text, "RIM = 0");
	free(text);
	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		json_t *j = bl_json_load(g.gl_pathv[i]);

		if (!strcmp(bl_json_str(j, "strategy", ""), "lazy-spin"))
			assert_int_equal(remove(g.gl_pathv[i]), 0);
		json_decref(j);
	}
	assert_int_equal(report_campaign(dir, out), 1);
	text = slurp("figures/figure.gp");
	has(text, "RIM = 1");
	has(text, "RATIO_HI = 1.03");
	free(text);
	globfree(&g);
	free(pattern);
	fclose(out);
}

static void test_usage(void **state)
{
	char *none[] = { "report", "no-such-campaign", NULL };

	(void)state;
	assert_int_equal(cmd_report(2, none), BL_EXIT_USAGE);
}

static void test_alignment(void **state)
{
	struct table *t = table_new();
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	table_column(t, "name", TABLE_LEFT);
	table_column(t, "n", TABLE_RIGHT);
	table_column(t, "note", TABLE_LEFT);
	table_titles(t);
	table_row(t);
	table_cell(t, TABLE_PLAIN, "a");
	table_cell(t, TABLE_GOOD, "%d", 1234);
	table_cell(t, TABLE_PLAIN, "x");
	table_heading(t, "more");
	table_row(t);
	table_cell(t, TABLE_PLAIN, "longer");
	table_cell(t, TABLE_PLAIN, "5");
	table_print(t, f, 1, false);
	table_print(t, f, 0, true);
	assert_false(table_colour(f));
	fclose(f);
	has(text, " name       n  note\n a       1234  x\n\nmore\n longer     5\n");
	has(text, "a       \033[1;36m1234\033[0m  x\n");
	free(text);
	table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_costs),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_common_blocks),
		cmocka_unit_test(test_rim),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_alignment),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
