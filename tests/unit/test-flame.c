// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * harness/trace/profile.c and report/flame-svg.c: read the output of perf script, write folded
 * lines, read them again and draw them.
 *
 * Seen failing: with frames the wrong way round, with a last chain that needs an empty line
 * behind it, with samples of a caller that are counted as its own, with a name that is not
 * escaped in the picture, and with a line on lost samples that is taken for one.
 */
#include "lib/util.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "report/flame-svg.h"
#include "trace/profile.h"

static const char script[] =
	"fio \n"
	"\tffffffff81 bl_dma_map_zap\n"
	"\tffffffff82 virtqueue_add<sgs>\n"
	"\t    7f00 [unknown]\n"
	"\t    7f01 [unknown]\n"
	"\n"
	"fio \n"
	"\tffffffff82 virtqueue_add<sgs>\n"
	"\t    7f00 [unknown]\n"
	"\n"
	"kworker/0:1-ev \n"
	"\tffffffff83 default_idle\n"
	"\n"
	"fio PERF_RECORD_LOST lost 3\n"
	"kworker/1:2 \n"
	"\tffffffff83 default_idle";

static const char folded[] =
	"fio;[unknown];virtqueue_add<sgs>;bl_dma_map_zap 1\n"
	"fio;[unknown];virtqueue_add<sgs> 1\n"
	"kworker;default_idle 2\n";

static char *text_of(const struct profile *f, void (*write)(const struct profile *f, FILE *out))
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	write(f, out);
	fclose(out);
	return text;
}

static void write_svg(const struct profile *f, FILE *out)
{
	flame_write_svg(f, "a & b", out);
}

static char *file_with(const char *text)
{
	char *path = bl_strdup("/tmp/bouncelab-flame.XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	return path;
}

static void near(double a, double b)
{
	assert_true(fabs(a - b) < 1e-9);
}

static void test_fold(void **state)
{
	struct profile *f = profile_new(), *again = profile_new();
	char *path = file_with(script), *text;

	(void)state;
	assert_int_equal(profile_add_script(f, path), 0);
	near(profile_samples(f), 4);
	near(profile_lost(f), 3);
	near(profile_share(f, "bl_"), 0.25);
	near(profile_share(f, "default_idle"), 0.5);
	near(profile_share(f, "fio"), 0.5);
	near(profile_share(f, "nothing"), 0);
	text = text_of(f, profile_write_folded);
	assert_string_equal(text, folded);
	free(text);
	unlink(path);
	free(path);

	path = file_with(folded);
	assert_int_equal(profile_add_folded(again, path), 0);
	assert_int_equal(profile_add_folded(again, path), 0);
	near(profile_samples(again), 8);
	near(profile_share(again, "bl_"), 0.25);
	unlink(path);
	assert_int_equal(profile_add_folded(again, path), -ENOENT);
	free(path);
	profile_free(f);
	profile_free(again);
}

static void test_picture(void **state)
{
	struct profile *f = profile_new();
	char *path = file_with(folded), *text;

	(void)state;
	assert_int_equal(profile_add_folded(f, path), 0);
	text = text_of(f, write_svg);
	assert_non_null(strstr(text, "a &amp; b"));
	assert_non_null(strstr(text,
			       "<title>virtqueue_add&lt;sgs&gt;: 2 samples, 50.00 %</title>"));
	/* Half of the samples take half of 1180 pixels. */
	assert_non_null(strstr(text, "width=\"590.0\""));
	assert_null(strstr(text, "<sgs>"));
	free(text);
	unlink(path);
	free(path);
	profile_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_picture),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
