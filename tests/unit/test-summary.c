// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test harness/eval/summary.c on tests/program/fixtures/campaign. It has 36 planned runs: one
 * failed with its guest (0021, known from the journal only), one is invalid by its run.json
 * (0013), one ran short in its second job (0015) and one was interrupted (0026).
 *
 * Seen failing: when only the short job's own row becomes invalid, when the
 * journal is not read, when verify runs have to run for the planned time, when
 * the label in run.json is not compared, and when CSV quotes are not doubled.
 */
#include "lib/util.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "report/report.h"
#include "lib/csv.h"

static struct summary sum;

static int setup(void **state)
{
	char *dir = bl_path("tests/program/fixtures/campaign");
	int err = summary_load(&sum, dir);

	(void)state;
	free(dir);
	return err;
}

static int teardown(void **state)
{
	(void)state;
	summary_free(&sum);
	return 0;
}

static const struct sum_row *row(const char *run, const char *job)
{
	for (size_t i = 0; i < sum.n_rows; i++)
		if (!strcmp(sum.rows[i].run, run) && !strcmp(sum.rows[i].job, job))
			return &sum.rows[i];
	fail_msg("no row for run %s, job %s", run, job);
	return NULL;
}

static void expect(const char *run, const char *job, enum run_status status,
		   const char *reason, double iops)
{
	const struct sum_row *r = row(run, job);

	assert_string_equal(status_names[r->status], status_names[status]);
	if (reason)
		assert_string_equal(r->reason, reason);
	else
		assert_null(r->reason);
	if (isnan(iops))
		assert_true(isnan(r->fio.iops));
	else
		assert_true(r->fio.iops == iops);
}

static void test_campaign(void **state)
{
	(void)state;
	assert_string_equal(sum.name, "campaign");
	assert_string_equal(sum.plane, "vm");
	assert_string_equal(sum.baseline, "intree");
	assert_string_equal(sum.accel, "tcg");
	assert_true(sum.emulated);
	assert_true(sum.runtime_ms == 1000);
	assert_int_equal(sum.jobs.n, 2);
	/* The 4 verify runs and 2 traced runs have one job, the 30 timed runs have two. */
	assert_int_equal(sum.n_rows, 4 + 2 + 30 * 2);
	assert_int_equal(sum.n_runs, 36);
	assert_int_equal(sum.n_status[STATUS_OK], 32);
	assert_int_equal(sum.n_status[STATUS_FAILED], 1);
	assert_int_equal(sum.n_status[STATUS_INVALID], 2);
	assert_int_equal(sum.n_status[STATUS_MISSING], 1);
}

static void test_ok(void **state)
{
	const struct sum_row *r = row("0005", "64k-randwrite-2");

	(void)state;
	expect("0005", "4k-randread-1", STATUS_OK, NULL, 2000);
	expect("0005", "64k-randwrite-2", STATUS_OK, NULL, 900);
	assert_string_equal(r->label, "direct");
	assert_string_equal(r->axis[AXIS_ALLOCATOR], "cached");
	assert_true(r->unsafe);
	assert_int_equal(r->bounce_mb, 64);
	assert_true(r->fio.clat_p99_ns == 3000000);
	/* The verify job ends by size, after 37 ms. */
	expect("0001", "verify", STATUS_OK, NULL, 321);
}

static void test_not_ok(void **state)
{
	static const char lost[] = "guest lost: Kernel panic, \"not syncing\"";
	static const char splat[] = "kernel splat: WARNING: CPU: 0";
	static const char ran_short[] = "job 64k-randwrite-2: ran 400 ms of the planned "
					"1000 ms, less than 90 %";

	(void)state;
	expect("0021", "4k-randread-1", STATUS_FAILED, lost, NAN);
	expect("0021", "64k-randwrite-2", STATUS_FAILED, lost, NAN);
	/* An invalid run has its numbers. */
	expect("0013", "4k-randread-1", STATUS_INVALID, splat, 2010);
	/* The whole run is invalid, although its first job was long enough. */
	expect("0015", "4k-randread-1", STATUS_INVALID, ran_short, 706);
	expect("0015", "64k-randwrite-2", STATUS_INVALID, ran_short, 354);
	expect("0026", "4k-randread-1", STATUS_MISSING, "interrupted while it ran", NAN);
}

static char *csv(void)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	report_summary_csv(&(struct verdicts){ .sum = &sum }, f);
	fclose(f);
	return text;
}

static void test_csv(void **state)
{
	char *text = csv();
	size_t lines = 0;

	(void)state;
	assert_ptr_equal(strstr(text,
		"run,kind,block,label,strategy,allocator,granule,prefill,backing,page_order,"
		"bounce_mb,job,status,reason,iops,bw_bytes,clat_p50_ns,clat_p99_ns,ios,runtime_ms,"
		"shard,boot,runs,runs_sd_pct,order,position,"
		"guest_kernel,host_cpu,commit\n"), text);
	assert_non_null(strstr(text,
		"\n0005,time,0,direct,direct,cached,4k,-,-,0,64,4k-randread-1,"
		"ok,,2000.000,8192000,1000000,3000000,2000,1000,0,1,1,,listed,1,,,\n"));
	assert_non_null(strstr(text,
		"\n0021,time,3,eager-spin,eager-spin,cached,4k,-,-,0,64,4k-randread-1,failed,"
		"\"guest lost: Kernel panic, \"\"not syncing\"\"\",,,,,,,0,0,0,,listed,1,,,\n"));
	for (char *p = text; *p; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 1 + sum.n_rows);
	free(text);
}

static void test_csv_string(void **state)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "plain", "plain" }, { "", "" }, { "a,b", "\"a,b\"" },
		{ "say \"x\"", "\"say \"\"x\"\"\"" }, { "two\nlines", "\"two lines\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text;
		size_t len;
		FILE *f = open_memstream(&text, &len);

		csv_put_string(f, cases[i].in);
		fclose(f);
		assert_string_equal(text, cases[i].out);
		free(text);
	}
}

/* --- campaigns with faults --------------------------------------------------- */

static char dir[] = "/tmp/bl-test-summary-XXXXXX";

static void put(const char *name, const char *text)
{
	char *path = bl_fmt("%s/%s", dir, name);

	assert_int_equal(bl_write_file(path, text, strlen(text)), 0);
	free(path);
}

#define PLAN(schema) "{\"schema\":" schema ",\"plane\":\"vm\",\"baseline\":\"a\"," \
	"\"runtime_s\":1.0,\"jobs\":[\"j\"],\"runs\":[" \
	"{\"id\":\"0001\",\"kind\":\"time\",\"block\":0,\"label\":\"a\",\"jobs\":[\"j\"]}]}"
#define FIO "{\"jobs\":[{\"error\":0,\"read\":{\"iops\":5,\"bw_bytes\":5,\"total_ios\":5," \
	"\"runtime\":1000},\"write\":{\"iops\":0,\"bw_bytes\":0,\"total_ios\":0," \
	"\"runtime\":0}}]}"

static void status_is(enum run_status status, const char *reason)
{
	struct summary s;

	assert_int_equal(summary_load(&s, dir), 0);
	assert_string_equal(status_names[s.rows[0].status], status_names[status]);
	if (reason && !strstr(s.rows[0].reason, reason))
		fail_msg("'%s' does not say '%s'", s.rows[0].reason, reason);
	summary_free(&s);
}

static void test_bad_runs(void **state)
{
	char *runs;

	(void)state;
	assert_non_null(mkdtemp(dir));
	runs = bl_fmt("%s/runs/0001", dir);
	assert_int_equal(bl_mkdir_p(runs), 0);
	put("plan.json", PLAN("1"));
	status_is(STATUS_MISSING, "not run");
	put("runs/0001/run.json", "{\"status\":");
	status_is(STATUS_INVALID, "run.json, line 1");
	put("runs/0001/run.json", "{\"status\":\"ok\",\"label\":\"a\"}");
	status_is(STATUS_INVALID, "job j: cannot read fio's output");
	put("runs/0001/fio-j.json", "fio: killed");
	status_is(STATUS_INVALID, "job j: no JSON object");
	put("runs/0001/fio-j.json", FIO);
	status_is(STATUS_OK, NULL);
	put("runs/0001/run.json", "{\"status\":\"ok\",\"label\":\"b\"}");
	status_is(STATUS_INVALID, "another label");
	put("runs/0001/run.json", "{\"status\":\"fine\",\"label\":\"a\"}");
	status_is(STATUS_INVALID, "no valid status");
	put("runs/0001/run.json", "{\"status\":\"failed\",\"label\":\"a\"}");
	status_is(STATUS_FAILED, "no reason was recorded");
	assert_int_equal(bl_rm_rf(runs), 0);
	put("journal.jsonl", "{\"t\":1,\"run\":\"0001\",\"state\":\"ok\"}\n");
	status_is(STATUS_MISSING, "run.json is gone");
	free(runs);
}

static void test_bad_plans(void **state)
{
	struct summary s;

	(void)state;
	put("plan.json", PLAN("2"));
	assert_int_equal(summary_load(&s, dir), -EBADMSG);
	put("plan.json", "{\"schema\":1}");
	assert_int_equal(summary_load(&s, dir), -EBADMSG);
	put("plan.json", "{");
	assert_int_equal(summary_load(&s, dir), -EBADMSG);
	assert_int_equal(bl_rm_rf(dir), 0);
	assert_int_equal(summary_load(&s, dir), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_campaign, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ok, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_ok, setup, teardown),
		cmocka_unit_test_setup_teardown(test_csv, setup, teardown),
		cmocka_unit_test(test_csv_string),
		cmocka_unit_test(test_bad_runs),
		cmocka_unit_test(test_bad_plans),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
