// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Check the texts that the host expects of the guest's /init, and the names of accelerators.
 *
 * Seen failing: with another text in init.sh.
 */
#include "lib/util.h"

#include <errno.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/accel.h"
#include "proto/guest-paths.h"
#include "vm/initramfs.h"

static void test_init(void **state)
{
	static const char *const words[] = {
		VM_PROBE_LINE, VM_INIT_FAILED, "runs=" GUEST_RUNS "\n",
	};
	char *path = bl_path("harness/vm/init.sh"), *text;

	(void)state;
	assert_int_equal(bl_read_file(path, &text, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strstr(text, words[i]))
			fail_msg("%s does not have '%s'", path, words[i]);
	free(text);
	free(path);
}

static void test_accel(void **state)
{
	enum accel accel;

	(void)state;
	for (int i = 0; i < ACCELS; i++) {
		assert_int_equal(accel_parse("here", accel_names[i], &accel), 0);
		assert_int_equal(accel, i);
	}
	assert_int_equal(accel_parse("here", "xen", &accel), -EINVAL);
	assert_int_equal(accel_parse("here", "", &accel), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_accel),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
