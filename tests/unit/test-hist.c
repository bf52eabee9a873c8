// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test harness/stats/hist.c: percentiles are taken over all I/Os of all runs together.
 *
 * Seen failing: with the mean of the two percentiles, with bins taken in the order in
 * which they came, and with ">" instead of ">=".
 */
#include "lib/util.h"

#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "stats/hist.h"

/* One run has 98 fast I/Os, the other has 2 slow ones. The percentiles are worked out by hand. */
static void test_merged(void **state)
{
	struct hist fast = {}, slow = {}, all = {};

	(void)state;
	hist_add(&fast, 200, 90);
	hist_add(&fast, 100, 8);
	hist_add(&fast, 300, 0);
	hist_add(&slow, 9000, 1);
	hist_add(&slow, 8000, 1);
	hist_merge(&all, &slow);
	hist_merge(&all, &fast);
	assert_true(all.total == 100);
	assert_true(hist_percentile(&all, 0.08) == 100);
	assert_true(hist_percentile(&all, 0.0801) == 200);
	assert_true(hist_percentile(&all, 0.5) == 200);
	assert_true(hist_percentile(&all, 0.98) == 200);
	assert_true(hist_percentile(&all, 0.99) == 8000);
	assert_true(hist_percentile(&all, 1) == 9000);
	/* Values may be added after a percentile was taken. */
	hist_add(&all, 50, 900);
	assert_true(hist_percentile(&all, 0.5) == 50);
	hist_free(&fast);
	hist_free(&slow);
	hist_free(&all);
	assert_true(isnan(hist_percentile(&all, 0.5)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
