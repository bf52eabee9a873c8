// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Check the texts that the host expects of the guest's /init, the names of accelerators, what is
 * shown of a console, and the rule for the guest's clock.
 *
 * Seen failing: with another text in init.sh; with an excerpt that begins at a line of the boot;
 * with a rule that does not allow for the time that the requests took; with a rule that forgets
 * that a slow clock is wrong, too.
 */
#include "lib/util.h"

#include <errno.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "proto/accel.h"
#include "proto/guest-paths.h"
#include "vm/guest-clock.h"
#include "vm/initramfs.h"
#include "vm/vm.h"

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

/* A line of the boot may look like a splat; the one that ended the guest is given. */
static void test_console(void **state)
{
	static const char text[] = "a\nDMA-API: enabled\nb\nBUG: x\nRIP: y\nend\n";
	char path[] = "/tmp/bouncelab-console-XXXXXX", *excerpt;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(bl_write_file(path, text, strlen(text)), 0);
	excerpt = vm_console_excerpt(path, "BUG: x", 2);
	assert_string_equal(excerpt, "BUG: x\nRIP: y");
	free(excerpt);
	excerpt = vm_console_excerpt(path, NULL, 1);
	assert_string_equal(excerpt, "end");
	free(excerpt);
	excerpt = vm_console_excerpt(path, "no such line", 1);
	assert_string_equal(excerpt, "end");
	free(excerpt);
	unlink(path);
}

/* The host: 10 ms for a request, 1 s, @took s for another request, and a counter of 2000 MHz. */
static bool is_wrong(enum accel accel, double guest_s, double khz, double took)
{
	struct vm_reading a = { .before = 100, .after = 100.01, .guest = { 5, 1000 } };
	struct vm_reading b = { .before = 101.01, .after = 101.01 + took, .guest = { 5 + guest_s, 0 } };
	struct vm_elapsed e;
	char *why;
	bool wrong;

	b.guest.ticks = a.guest.ticks + (long long)(guest_s * 1000 * khz);
	vm_find_elapsed(&a, &b, &e);
	assert_true(e.host_min > 0.999 && e.host_min < 1.001);
	why = vm_explain_clock(&e, accel, 2e6);
	wrong = why;
	free(why);
	return wrong;
}

static void test_clock(void **state)
{
	(void)state;
	assert_false(is_wrong(ACCEL_TCG, 1, 2e6, 0.01));
	assert_false(is_wrong(ACCEL_TCG, 0.985, 2e6, 0.01));
	assert_true(is_wrong(ACCEL_TCG, 0.975, 2e6, 0.01));
	/* It was 1 s to 1.02 s. */
	assert_false(is_wrong(ACCEL_TCG, 1.035, 2e6, 0.01));
	assert_true(is_wrong(ACCEL_TCG, 1.045, 2e6, 0.01));
	/* A busy host may have answered half a second late. */
	assert_false(is_wrong(ACCEL_TCG, 1.5, 2e6, 0.5));
	assert_true(is_wrong(ACCEL_TCG, 1.6, 2e6, 0.5));
	assert_true(is_wrong(ACCEL_TCG, 1, 1.95e6, 0.01));
	assert_true(is_wrong(ACCEL_TCG, 1, 2.05e6, 0.01));
	assert_true(is_wrong(ACCEL_TCG, 3.6, 2e6 / 3.6, 0.01));
	/* With KVM the counter may be anything. */
	assert_false(is_wrong(ACCEL_KVM, 1, 1e6, 0.01));
	assert_true(is_wrong(ACCEL_KVM, 1.1, 2e6, 0.01));
	/* With icount a second may take any time, and the counter has 1000 MHz. */
	assert_false(is_wrong(ACCEL_ICOUNT, 0.1, 1e6, 0.01));
	assert_false(is_wrong(ACCEL_ICOUNT, 7, 1.01e6, 0.01));
	assert_true(is_wrong(ACCEL_ICOUNT, 1, 1.03e6, 0.01));
	assert_true(is_wrong(ACCEL_ICOUNT, 1, 2e6, 0.01));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_accel),
		cmocka_unit_test(test_console),
		cmocka_unit_test(test_clock),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
