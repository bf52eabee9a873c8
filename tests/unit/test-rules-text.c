// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test that a report says by which rule its verdicts were made, and what stands against them: the
 * first lines, the margin of every table, the marks, the lines under the tables.
 *
 * Seen failing: without the warnings above the header, with a margin from the
 * command line that was not marked, with verdicts of a plan without a verify job, and with the
 * smallest p of the wrong number of blocks; with the reasons of two labels without a verdict on latency
 * swapped, and with "!" explained in a table that has none.
 */
#include "tests/unit/made.h"

#include "report/report.h"

static char *text;

/* Add a label at @mid in each of @n blocks, give or take 0.1 %. */
static void add_quiet(const char *label, double mid, size_t n)
{
	double x[30];

	for (size_t i = 0; i < n; i++)
		x[i] = 1000 * mid * (1 + ((int)(i * 7 + strlen(label)) % 5 - 2) / 2000.);
	made_label(label, x, n);
}

static void print(double same)
{
	size_t len;
	FILE *f;

	free(text);
	made_judge("base", same);
	f = open_memstream(&text, &len);
	report_text(&mv, f, false);
	fclose(f);
}

static void has(const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
}

static void has_not(const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' is in:\n%s", part, text);
}

static void begin(void)
{
	made_begin();
	strcpy(made.accel, "kvm");
}

static void end(void)
{
	json_decref(made.plan);
	made_end();
	free(text);
	text = NULL;
}

static void test_clean(void **state)
{
	(void)state;
	begin();
	made.plan = json_pack("{s:f}", "same_within", 2.0);
	add_quiet("base", 1, 8);
	add_quiet("base'", 1, 8);
	add_quiet("near", 1.005, 8);
	add_quiet("up", 1.2, 8);
	print(RULE_AS_DECLARED);
	has_not("WARNING");
	has("margin    same within 2 %, declared before the run\n");
	has("A/A       the same cell twice: the interval excludes 1 in 0 of 1 jobs");
	has("which covers 96.09 % at n = 8\n");
	has("\nj (same within 2 %, declared; noise floor ");
	has("same within 2 % *\n");
	has("\n* The interval excludes 1: there is a difference, and it is smaller than the margin.\n");
	has("over 2 comparisons of labels");
	has("0 comparisons of unsafe cells and 1 of A/A copies are corrected apart");
	has_not("smallest possible p");
	has_not("\n!");
	/* Another margin than the plan's is marked wherever it stands. */
	print(1);
	has("margin    same within 1 %, chosen after the fact; the plan declares 2 %\n");
	has("\nj (same within 1 %, not declared before; noise floor ");
	print(2);
	has("same within 2 %, declared before the run\n");
	end();
}

/* The first words of a campaign whose control failed say so. */
static void test_unclean(void **state)
{
	double two[12];

	(void)state;
	begin();
	add_quiet("base", 1, 8);
	add_quiet("base'", 1.07, 8);
	add_quiet("up", 1.2, 8);
	print(3);
	assert_ptr_equal(strstr(text, "WARNING   the A/A pair is not clean in 1 of 1 jobs"), text);
	has("No verdict of these jobs stands:\n          j: base' 1.07");
	has("reaches beyond the margin of 3 %");
	has("inconclusive: the A/A pair is not clean");
	end();
	begin();
	for (size_t i = 0; i < 12; i++)
		two[i] = (i % 3 ? 1000 : 600) * (1 + i / 1e4);
	add_quiet("base", 1, 12);
	made_label("base'", two, 12);
	add_quiet("up", 1.2, 12);
	print(3);
	has(": two groups of devices, 8 near 1.00");
	has("inconclusive: the A/A pair is not clean");
	end();
}

static void test_no_verify(void **state)
{
	(void)state;
	begin();
	add_quiet("base", 1, 8);
	add_quiet("up", 1.2, 8);
	for (size_t i = 0; i < made.n_rows; i++)
		if (made.rows[i].kind == KIND_VERIFY)
			made.rows[i].kind = KIND_TRACE;
	print(3);
	assert_ptr_equal(strstr(text, "WARNING   the plan has no verify job"), text);
	has("unverified: the plan verifies no data");
	has("A/A       none: nothing shows that equal cells come out equal");
	end();
}

/* Small numbers of blocks: what they cover, and what they cannot show. */
static void test_few(void **state)
{
	static const struct { size_t n; const char *says; } want[] = {
		{ 5, "n = 5: the smallest possible p is 0.062. No difference can be shown at 5 %; one "
		     "alone takes 7 blocks.\n" },
		{ 6, "n = 6: the smallest possible p is 0.031. Only if 2 or more of the 2 comparisons "
		     "differ can they be shown;\none alone takes 7 blocks.\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		begin();
		add_quiet("base", 1, want[i].n);
		add_quiet("up", 1.2, want[i].n);
		add_quiet("down", 0.8, want[i].n);
		print(3);
		has(want[i].says);
		assert_int_equal(verdict_find(&mv, "up", "j")->verdict,
				 i ? V_FASTER : V_INCONCLUSIVE);
		end();
	}
}

/* One of 20 blocks failed, and 5 of 20 devices are slow: both are marked in the table and below. */
static void test_marks(void **state)
{
	double x[20], y[20];

	(void)state;
	begin();
	for (size_t i = 0; i < 20; i++) {
		x[i] = i == 7 ? NAN : 1200 + i;
		y[i] = (i % 4 ? 1000 : 700) + i;
	}
	add_quiet("base", 1, 20);
	made_label("some", x, 20);
	made_label("slow", y, 20);
	print(3);
	has("faster !\n");
	has("\n! some: it or the baseline failed or is invalid, and the ratio is of the other blocks:\n"
	    "  1 of 20 in j\n");
	has("inconclusive: two groups of devices !\n");
	has("\n! slow in j: 5 of 20 devices near 0.7");
	end();
}

/* Give each run of a label this many I/Os, all of one latency. */
static void set_latency(const char *label, double ios)
{
	for (size_t i = 0; i < made.n_rows; i++)
		if (made.rows[i].kind == KIND_TIME && !strcmp(made.rows[i].label, label))
			hist_add(&made.rows[i].hist, 500000, ios);
}

/* The row of a label in the table of latencies has this text. */
static void row_has(const char *label, const char *part)
{
	char *begin = bl_fmt("\n  %s ", label), *table = strstr(text, "completion latency (same"), *row;

	row = table ? strstr(table, begin) : NULL;
	assert_non_null(row);
	row = strndup(row, 1 + strcspn(row + 1, "\n"));
	if (!strstr(row, part))
		fail_msg("'%s' is not in: %s", part, row);
	free(row);
	free(begin);
}

/* The reason why a label has no verdict on its latency is that of the label, or of the baseline. */
static void test_tails_without_verdict(void **state)
{
	double gone[8];

	(void)state;
	for (int i = 0; i < 8; i++)
		gone[i] = NAN;
	begin();
	add_quiet("base", 1, 8);
	add_quiet("up", 1, 8);
	add_quiet("few", 1, 8);
	made_label("gone", gone, 8);
	set_latency("base", 2000);
	set_latency("up", 20000);
	set_latency("few", 900);
	print(2);
	row_has("gone", "no data");
	row_has("few", "too few I/Os");
	row_has("up", "the baseline has too few I/Os");
	has_not("\n!: ");
	for (size_t i = 0; i < made.n_rows; i++)
		hist_free(&made.rows[i].hist);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_unclean),
		cmocka_unit_test(test_no_verify),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_tails_without_verdict),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
