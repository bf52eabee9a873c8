// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The outcome of a run in the guest is fit for JSON, whatever programs print: an outcome that is
 * not UTF-8 would never reach the host, which would take the guest for hung.
 *
 * Seen failing: without bl_repair_utf8() in add_reason().
 */
#include "lib/util.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "guest/outcome.h"

static void check_json(const char *text)
{
	json_t *s = json_string(text);

	if (!s)
		fail_msg("'%s' is not fit for JSON", text);
	json_decref(s);
}

/* The buffer ends in the middle of a character. */
static void test_cut(void **state)
{
	struct guest_outcome o = {};
	char text[2 * sizeof(o.reason) + 1];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "\u00fc", 2);
	text[sizeof(text) - 1] = '\0';
	guest_fail(&o, "%s", text);
	check_json(o.reason);
	assert_int_equal(strlen(o.reason), sizeof(o.reason) - 1);
	guest_invalid(&o, "more");
	check_json(o.reason);
	assert_true(o.failed && o.invalid);
}

static void test_bytes(void **state)
{
	struct guest_outcome o = {};

	(void)state;
	guest_invalid(&o, "fio says \xff\xfe");
	assert_string_equal(o.reason, "fio says ??");
	memset(&o, 0, sizeof(o));
	guest_fail(&o, "fio says %s", "\u00fc");
	assert_string_equal(o.reason, "fio says \u00fc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_bytes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
