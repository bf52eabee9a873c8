// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test harness/proto/fio.c on files that fio 3.33 wrote (tests/program/fixtures/fio) and on
 * small texts with one fault each.
 *
 * Seen failing: without skipping to the '{', without nan, with the first entry
 * only, with the largest runtime, with the first bin that exceeds the share,
 * with 80 % of the planned time, without the error check, without the check of rates, or of
 * latencies.
 */
#include "lib/util.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/fio.h"

static struct fio_result r;
static char why[256];

static int parse(const char *text)
{
	return fio_parse(text, strlen(text), &r, NULL, why, sizeof(why));
}

static int read_fixture(const char *name)
{
	char *path = bl_path("tests/program/fixtures/fio/%s", name);
	int err = fio_read(path, &r, NULL, why, sizeof(why));

	free(path);
	return err;
}

static void equal(double got, double want)
{
	if (!(fabs(got - want) <= 1e-9 * fabs(want)))
		fail_msg("got %.12g, want %.12g", got, want);
}

/*
 * The file has two entries with both directions each. The sums by hand are: IOPS
 * 2 * (242000 + 270000), I/Os 2 * (242 + 270), bytes 2 * (991232000 +
 * 1105920000). The four 99th percentiles are 302, 231, 221, 262; the percentile
 * of all bins together, added up separately, is 241.
 */
static void test_two_entries(void **state)
{
	(void)state;
	assert_int_equal(read_fixture("two-jobs-plus.json"), 0);
	assert_int_equal(r.entries, 2);
	assert_int_equal(r.error, 0);
	equal(r.iops, 1024000);
	equal(r.ios, 1024);
	equal(r.bw_bytes, 4194304000.0);
	equal(r.runtime_ms, 1);
	equal(r.clat_p50_ns, 161);
	equal(r.clat_p99_ns, 241);
}

/* Messages with a brace and an odd number of quotes come first; the error is 84. */
static void test_verify_error(void **state)
{
	(void)state;
	assert_int_equal(read_fixture("verify-error.json"), 0);
	assert_int_equal(r.error, 84);
	assert_int_equal(fio_check(&r, 0, why, sizeof(why)), -EIO);
	assert_non_null(strstr(why, "84"));
}

#define DIR_1(iops, ms) "{\"iops\":" iops ",\"bw_bytes\":4096,\"total_ios\":10," \
	"\"runtime\":" ms ",\"clat_ns\":{\"N\":10,\"mean\":-nan,\"percentile\":" \
	"{\"50.000000\":500,\"99.000000\":900}}}"
#define DIR_0 "{\"iops\":0,\"bw_bytes\":0,\"total_ios\":0,\"runtime\":0}"
#define JOB(read, write) "{\"error\":0,\"read\":" read ",\"write\":" write "}"

static void test_garbage(void **state)
{
	(void)state;
	assert_int_equal(parse("fio: {oops} said \"nan\n{ no json\n"
			       "{\"jobs\":[" JOB(DIR_1("10", "1000"), DIR_0) "]}\ntrailing"), 0);
	equal(r.iops, 10);
	equal(r.clat_p50_ns, 500);
	equal(r.clat_p99_ns, 900);
}

static void test_nan(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"nan\":\"inf \\\" nan\",\"jobs\":["
			       JOB(DIR_1("nan", "1000"), DIR_0) "]}"), 0);
	assert_true(isnan(r.iops));
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), -ENODATA);
	assert_int_equal(parse("{\"jobs\":[" JOB(DIR_1("-inf", "1000"), DIR_0) "]}"), 0);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), -ENODATA);
}

static void test_broken(void **state)
{
	(void)state;
	assert_int_equal(parse(""), -EBADMSG);
	assert_int_equal(parse("fio: no such device\n"), -EBADMSG);
	assert_non_null(strstr(why, "no JSON"));
	assert_int_equal(parse("{\"jobs\":[{\"error\":0,"), -EBADMSG);
	assert_non_null(strstr(why, "broken"));
	assert_int_equal(parse("{\"jobs\":[]}"), -EBADMSG);
	assert_int_equal(parse("{\"jobs\":7}"), -EBADMSG);
	assert_int_equal(fio_read("/nonexistent/file", &r, NULL, why, sizeof(why)), -ENOENT);
}

/* The shorter of two entries decides: 900 of 1000 ms are enough, 899 ms are too few. */
static void test_runtime(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"jobs\":[" JOB(DIR_1("10", "1001"), DIR_0) ","
			       JOB(DIR_0, DIR_1("10", "899")) "]}"), 0);
	equal(r.runtime_ms, 899);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), -ETIME);
	assert_non_null(strstr(why, "899 ms of the planned 1000 ms"));
	assert_int_equal(fio_check(&r, 0, why, sizeof(why)), 0);
	assert_string_equal(why, "");
	assert_int_equal(parse("{\"jobs\":[" JOB(DIR_1("10", "900"), DIR_0) "]}"), 0);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), 0);
}

#define TIMED "{\"global options\":{\"runtime\":\"1s\"},\"jobs\":["

/* A timed job that takes too long stood still; one that ends by size takes what it takes. */
static void test_stall(void **state)
{
	(void)state;
	assert_int_equal(parse(TIMED JOB(DIR_1("10", "1000"), DIR_0) ","
			       JOB(DIR_0, DIR_1("10", "1751")) "]}"), 0);
	equal(r.longest_ms, 1751);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), -ETIME);
	assert_non_null(strstr(why, "1751 ms in place of the planned 1000 ms"));
	assert_int_equal(parse(TIMED JOB(DIR_1("5.714286", "1750"), DIR_0) "]}"), 0);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), 0);
	assert_int_equal(parse("{\"jobs\":[" JOB(DIR_1("0.166667", "60000"), DIR_0) "]}"), 0);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), 0);
	assert_int_equal(parse("{\"jobs\":[{\"job options\":{\"runtime\":\"1\"},"
			       "\"write\":" DIR_0 ",\"read\":"
			       DIR_1("10", "60000") "}]}"), 0);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), -ETIME);
}

/* IOPS, and bandwidth, that do not follow from I/Os, bytes and runtime are not fio's. */
static void test_rate(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"jobs\":[" JOB(DIR_1("10", "1000"), DIR_1("20", "500")) "]}"), 0);
	assert_int_equal(fio_check(&r, 500, why, sizeof(why)), 0);
	assert_int_equal(parse("{\"jobs\":[" JOB(DIR_1("15", "1000"), DIR_0) "]}"), 0);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), -ENODATA);
	assert_int_equal(parse("{\"jobs\":[{\"error\":0,\"write\":" DIR_0 ",\"read\":{\"iops\":10,"
		"\"bw_bytes\":61440,\"io_bytes\":40960,\"total_ios\":10,\"runtime\":1000}}]}"), 0);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), -ENODATA);
	assert_non_null(strstr(why, "not numbers that fio wrote"));
}

#define COUNTED(options, ios, latencies) "{\"jobs\":[{\"error\":0," options "\"write\":" DIR_0 \
	",\"read\":{\"iops\":" ios ",\"bw_bytes\":4096,\"total_ios\":" ios ",\"runtime\":1000," \
	"\"clat_ns\":{\"N\":" latencies "}}}]}"

/* fio has a latency for each I/O, but for those in flight when the ramp time ends. */
static void test_counts(void **state)
{
	(void)state;
	assert_int_equal(parse(COUNTED("", "100", "101")), 0);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), 0);
	assert_int_equal(parse(COUNTED("", "150", "100")), 0);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), -ENODATA);
	assert_non_null(strstr(why, "latencies of 49 I/Os more or fewer"));
	assert_int_equal(parse(COUNTED("\"job options\":{\"iodepth\":\"16\",\"numjobs\":\"2\"},",
				       "100", "132")), 0);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), 0);
	assert_int_equal(parse(COUNTED("\"job options\":{\"iodepth\":\"16\",\"numjobs\":\"2\"},",
				       "100", "133")), 0);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), -ENODATA);
	/* The option for all jobs; and a job that does not measure latencies. */
	assert_int_equal(parse("{\"global options\":{\"iodepth\":\"4\"}," "\"jobs\":[{\"error\":0,"
		"\"write\":" DIR_0 ",\"read\":{\"iops\":9,\"bw_bytes\":1,\"total_ios\":9,"
		"\"runtime\":1000,\"clat_ns\":{\"N\":13}}}]}"), 0);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), 0);
	assert_int_equal(parse(COUNTED("", "100", "0")), 0);
	assert_int_equal(fio_check(&r, 1000, why, sizeof(why)), 0);
}

static void test_no_io(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"jobs\":[" JOB(DIR_0, DIR_0) "]}"), 0);
	assert_int_equal(fio_check(&r, 0, why, sizeof(why)), -ENODATA);
}

/* A job that ended without usable numbers is invalid; one that reported an error has failed. */
static void test_status(void **state)
{
	(void)state;
	assert_int_equal(fio_status(0), STATUS_OK);
	assert_int_equal(fio_status(-ENODATA), STATUS_INVALID);
	assert_int_equal(fio_status(-ETIME), STATUS_INVALID);
	assert_int_equal(fio_status(-EIO), STATUS_FAILED);
	assert_int_equal(fio_status(-EBADMSG), STATUS_FAILED);
	assert_int_equal(fio_status(-ENOENT), STATUS_FAILED);
}

/* The median is the first bin with at least 50 % of the I/Os up to it, as in fio's stat.c. */
static void test_bins(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"jobs\":[{\"error\":0,"
		"\"read\":{\"iops\":1,\"bw_bytes\":1,\"total_ios\":2,\"runtime\":1,"
		"\"clat_ns\":{\"N\":2,\"bins\":{\"100\":1,\"300\":1}}},"
		"\"write\":{\"iops\":1,\"bw_bytes\":1,\"total_ios\":2,\"runtime\":1,"
		"\"clat_ns\":{\"N\":2,\"bins\":{\"90\":1,\"400\":1}}}}]}"), 0);
	equal(r.clat_p50_ns, 100);
	equal(r.clat_p99_ns, 400);
}

static void test_continued_error(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"jobs\":[{\"error\":0,\"total_err\":3,\"first_error\":5,"
			       "\"read\":" DIR_1("1", "1000") ",\"write\":" DIR_0 "}]}"), 0);
	assert_int_equal(r.error, EIO);
	assert_int_equal(fio_check(&r, 0, why, sizeof(why)), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_entries),
		cmocka_unit_test(test_verify_error),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_nan),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_runtime),
		cmocka_unit_test(test_stall),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_no_io),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_bins),
		cmocka_unit_test(test_continued_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
