// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The outcome of a run in the guest is fit for JSON, whatever programs print: an outcome that is
 * not UTF-8 would never reach the host, which would take the guest for hung.
 *
 * The settings that a domain really uses are compared with those that the run asks for.
 *
 * Seen failing: without bl_repair_utf8() in add_reason(); with the loop over the axes left out.
 */
#include "lib/util.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "guest/outcome.h"
#include "guest/settings.h"

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

/* What a run asks for, and the settings of a domain that has them, with one line changed. */
static void check_settings(const char *from, const char *to, const char *why)
{
	static const char shown[] = "strategy eager-none\nallocator plain\nprefill none\n"
		"backing zeroed\ngranule_bytes 4096\npage_bytes 16384\nbounce_bytes 67108864\n";
	json_t *op = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i}", "strategy", "eager-none",
			       "allocator", "plain", "granule", "4k", "prefill", "none",
			       "page_order", 2, "bounce_mb", 64);
	json_t *domain = json_object();
	const char *at = from ? strstr(shown, from) : NULL;
	char *text = at ? bl_fmt("%.*s%s%s", (int)(at - shown), shown, to, at + strlen(from)) :
			  bl_strdup(shown), *got = settings_differ(text, op, domain);

	if (why)
		assert_string_equal(got, why);
	else
		assert_null(got);
	assert_string_equal(bl_json_str(domain, "page_bytes", ""),
			    from && strstr(from, "page_bytes") ? to + strlen("page_bytes ") : "16384");
	free(got);
	free(text);
	json_decref(domain);
	json_decref(op);
}

/* A setting that did not reach the domain is found, and one that is not shown. */
static void test_settings(void **state)
{
	(void)state;
	check_settings(NULL, NULL, NULL);
	check_settings("eager-none", "eager-spin", "strategy is eager-spin, not eager-none");
	check_settings("plain", "cached", "allocator is cached, not plain");
	check_settings("allocator plain\n", "", "allocator is not shown");
	check_settings("prefill none", "prefill zero", "prefill is zero, not none");
	check_settings("backing zeroed", "backing plain", NULL);
	check_settings("granule_bytes 4096", "granule_bytes 16384",
		       "granule_bytes is 16384, not 4096");
	check_settings("page_bytes 16384", "page_bytes 65536", "page_bytes is 65536, not 16384");
	check_settings("page_bytes 16384", "page_bytes 4096", NULL);
	check_settings("67108864", "1048576", "bounce_bytes is 1048576, not 67108864");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_settings),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
