// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Schema numbers: a file of a campaign without one is read as number 1, and an unknown number
 * is refused, with a message that names the file, the number and the valid ones.
 *
 * Seen failing: with each of the readers below not checking its file, and with a missing number
 * taken for 0.
 */
#include "lib/util.h"

#include <errno.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "campaign/campaign.h"
#include "campaign/merge.h"
#include "eval/traces.h"
#include "plan/plan.h"
#include "report/sections.h"

static char dir[] = "/tmp/bl-test-schema-XXXXXX";

#define PLAN(schema, shards) "{" schema "\"name\":\"p\",\"plane\":\"vm\",\"baseline\":\"a\"," shards	\
	"\"jobs\":[\"j\"],\"runtime_s\":1,\"cpus\":1,\"queues\":1,\"verify\":\"\","			\
	"\"runs\":[{\"id\":\"0001\",\"kind\":\"time\",\"label\":\"a+locks\",\"strategy\":\"a\","	\
	"\"block\":0,\"collect\":\"locks\",\"allocator\":\"cached\",\"granule\":\"4k\","		\
	"\"prefill\":\"-\",\"backing\":\"-\",\"bounce_mb\":64,\"jobs\":[\"j\"]}]}"
#define RUN(schema) "{" schema "\"status\":\"ok\",\"label\":\"a+locks\"}"

/* The files as an old version wrote them, without a number. */
static const struct { const char *name, *text; } files[] = {
	{ "plan.json", PLAN("", "\"shards\":2,") },
	{ "env.json", "{\"accel\":\"tcg\"}" },
	{ "stop.json", "{\"why\":\"budget\",\"blocks\":1,\"from\":1}" },
	{ "journal.jsonl", "{\"t\":1,\"run\":\"0001\",\"state\":\"ok\"}\n" },
	{ "shards.json", "{\"of\":2,\"shards\":[]}" },
	{ "runs/0001/run.json", RUN("") },
};

static void put(const char *name, const char *text)
{
	char *path = bl_fmt("%s/%s", dir, name);

	assert_int_equal(bl_write_file(path, text, strlen(text)), 0);
	free(path);
}

/* Write all files anew, @changed with the number @schema. */
static void put_all(const char *changed, const char *schema)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *text = bl_fmt("{%s%s", !strcmp(files[i].name, changed) ? schema : "",
				    files[i].text + 1);

		put(files[i].name, text);
		free(text);
	}
}

static int setup(void **state)
{
	char *runs;
	int err;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	runs = bl_fmt("%s/runs/0001", dir);
	err = bl_mkdir_p(runs);
	free(runs);
	return err;
}

static int teardown(void **state)
{
	(void)state;
	return bl_rm_rf(dir);
}

static void test_message(void **state)
{
	json_t *o = json_pack("{s:i}", "schema", 7), *none = json_object();
	char *text = bl_json_schema_error("x/env.json", o, 1);

	(void)state;
	assert_string_equal(text, "x/env.json: schema 7 is unknown; valid: 1");
	free(text);
	text = bl_json_schema_error("x/env.json", o, 6);
	assert_string_equal(text, "x/env.json: schema 7 is unknown; valid: 1 to 6");
	free(text);
	assert_null(bl_json_schema_error("x/env.json", o, 7));
	assert_null(bl_json_schema_error("x/env.json", none, 1));
	json_object_set_new(o, "schema", json_integer(0));
	assert_int_equal(bl_json_check_schema("x/env.json", o, 1), -EBADMSG);
	json_decref(none);
	json_decref(o);
}

static void test_old_files(void **state)
{
	struct summary s;

	(void)state;
	put_all("", "");
	assert_int_equal(summary_load(&s, dir), 0);
	assert_int_equal(s.stop.why, STOP_BUDGET);
	assert_non_null(s.env);
	summary_free(&s);
}

static void test_known_number(void **state)
{
	struct summary s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		put_all(files[i].name, "\"schema\":1,");
		assert_int_equal(summary_load(&s, dir), 0);
		assert_null(strstr(s.rows[0].reason, "schema"));
		summary_free(&s);
	}
}

/* The files of the campaign itself: nothing of it is evaluated. */
static void test_campaign_files(void **state)
{
	static const char *const names[] = {
		"plan.json", "env.json", "stop.json", "journal.jsonl",
	};
	struct summary s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		put_all(names[i], "\"schema\":2,");
		assert_int_equal(summary_load(&s, dir), -EBADMSG);
	}
}

static void test_plan(void **state)
{
	char *path = bl_fmt("%s/plan.json", dir);
	struct plan p;

	(void)state;
	put_all("", "");
	assert_int_equal(plan_from_json(&p, path), 0);
	plan_free(&p);
	put_all("plan.json", "\"schema\":2,");
	assert_int_equal(plan_from_json(&p, path), -EBADMSG);
	plan_free(&p);
	free(path);
}

/* A run that a newer version wrote is not counted; its reason says why. */
static void test_run(void **state)
{
	struct campaign c = { .journal = -1, .runs = bl_fmt("%s/runs", dir) };
	enum run_status status;
	char *reason;
	double seconds;
	struct summary s;

	(void)state;
	put_all("runs/0001/run.json", "\"schema\":2,");
	assert_int_equal(summary_load(&s, dir), 0);
	assert_int_equal(s.rows[0].status, STATUS_INVALID);
	assert_non_null(strstr(s.rows[0].reason, "run.json: schema 2 is unknown; valid: 1"));
	summary_free(&s);
	assert_true(campaign_run_is_done(&c, "0001", &status, &reason, &seconds));
	assert_int_equal(status, STATUS_INVALID);
	assert_non_null(strstr(reason, "run.json: schema 2 is unknown; valid: 1"));
	free(reason);
	free(c.runs);
}

static void test_shards(void **state)
{
	struct summary s;
	json_t *o;

	(void)state;
	put_all("shards.json", "\"schema\":2,");
	assert_int_equal(summary_load(&s, dir), 0);
	o = report_shards_json(&s);
	assert_true(json_is_null(o));
	json_decref(o);
	summary_free(&s);
}

static void test_collectors(void **state)
{
	char *run = bl_fmt("%s/runs/0001", dir);
	json_t *doc;

	(void)state;
	put("runs/0001/locks.json", "{\"begins\":1,\"waits\":[]}");
	assert_int_equal(trace_load_json(run, "locks.json", &doc), 0);
	json_decref(doc);
	put("runs/0001/locks.json", "{\"schema\":2,\"begins\":1,\"waits\":[]}");
	assert_int_equal(trace_load_json(run, "locks.json", &doc), -EBADMSG);
	json_decref(doc);
	free(run);
}

/* Up to schema 1, "disk" of guest.json had the I/Os of the disk where collectors ran. */
static void test_disk_io(void **state)
{
	json_t *old = json_pack("{s:{s:i}}", "disk", "ios", 7);
	json_t *new = json_pack("{s:{s:i}, s:{s:i}}", "disk", "hw_queues", 2, "disk_io", "ios", 8);

	(void)state;
	assert_int_equal(bl_json_int(trace_get_disk_io(old), "ios", 0), 7);
	assert_int_equal(bl_json_int(trace_get_disk_io(new), "ios", 0), 8);
	assert_null(trace_get_disk_io(NULL));
	json_decref(old);
	json_decref(new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_old_files),
		cmocka_unit_test(test_known_number),
		cmocka_unit_test(test_campaign_files),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_shards),
		cmocka_unit_test(test_collectors),
		cmocka_unit_test(test_disk_io),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
