// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test harness/run/fitness.c: compute the shares of the CPUs from two texts of /proc/stat.
 *
 * Seen failing: with iowait counted as busy, with the shares of the time since boot
 * instead of the sample's, and with guest time (already in user time) added.
 */
#include "lib/util.h"
#include "campaign/campaign.h"
#include "run/fitness.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void shares(const char *before, const char *after, double busy, double steal)
{
	double is_busy = -1, is_steal = -1;

	assert_int_equal(fitness_share_cpus(before, after, &is_busy, &is_steal), 0);
	assert_true(fabs(is_busy - busy) < 1e-9);
	assert_true(fabs(is_steal - steal) < 1e-9);
}

static void test_shares(void **state)
{
	(void)state;
	/* Of 100 ticks, 10 are user (5 of them guest), 5 nice, 5 system, 2 + 3 interrupts. */
	shares("cpu  1000 10 500 90000 70 1 2 30 0 0\ncpu0 1 2\n",
	       "cpu  1010 15 505 90060 80 3 5 35 5 0\ncpu0 9 9\n", 25, 5);
	shares("cpu 0 0 0 0 0 0 0 0 0 0", "cpu 0 0 0 100 0 0 0 0 0 0", 0, 0);
	/* iowait goes back by 1 tick, which counts as 0 and must not become 2^64 - 1. */
	shares("cpu 0 0 0 0 50 0 0 0", "cpu 10 0 0 90 49 0 0 0", 10, 0);
}

static void test_broken(void **state)
{
	double busy, steal;

	(void)state;
	assert_int_equal(fitness_share_cpus("", "", &busy, &steal), -EINVAL);
	assert_int_equal(fitness_share_cpus("cpu 1 1 1 1 1 1 1 1", "cpu 1 1 1", &busy, &steal),
			 -EINVAL);
	assert_int_equal(fitness_share_cpus("cpu 1 1 1 1 1 1 1 1", "cpu 1 1 1 1 1 1 1 1", &busy,
					    &steal), -EINVAL);
}

static void test_text(void **state)
{
	json_t *none = json_array();
	json_t *two = json_pack("[{s:s}, {s:s}]", "value", "a 3 %", "value", "b");
	char *text = campaign_noise_text(two);

	(void)state;
	assert_string_equal(text, "a 3 %; b");
	assert_null(campaign_noise_text(none));
	free(text);
	json_decref(none);
	json_decref(two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
