// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test how traces are compared (harness/eval/trace-change.c) and what probes add to a hold
 * (harness/eval/trace-view.c), on made-up subjects.
 *
 * Seen failing: with old and new exchanged, with a total that leaves out locks that only one side
 * has, with "moved" for a lock that rose alone, and without the probes of nested locks.
 */
#include "lib/util.h"

#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "eval/trace-change.h"
#include "eval/trace-view.h"

#define DEVICES	8
#define IOS	1000.0	/* of each device */

static const double noise[DEVICES] = { 3, -5, 1, 4, -2, 0, -4, 2 };	/* per mille */

static void near(double a, double b)
{
	if (!(fabs(a - b) <= 1e-6 * fabs(b) + 1e-9))
		fail_msg("%.6f, should be %.6f", a, b);
}

static void begin(struct trace_subject *s, unsigned int devices)
{
	*s = (struct trace_subject){ .name = "s", .strategy = "s" };
	s->runs[COLLECT_LOCKS] = devices;
	s->ios[COLLECT_LOCKS] = devices * IOS;
	s->ios_of_run = bl_zalloc(devices * sizeof(double));
	for (unsigned int i = 0; i < devices; i++)
		s->ios_of_run[i] = IOS;
}

/* Add a lock for which each I/O waits about @ns; only in the first @waiting devices. */
static void add_lock(struct trace_subject *s, const char *name, double ns, unsigned int waiting)
{
	struct trace_lock *l;

	s->locks = bl_realloc(s->locks, (s->n_locks + 1) * sizeof(*l));
	l = &s->locks[s->n_locks++];
	*l = (struct trace_lock){ .name = (char *)name, .waits = 1, .n_wait_of_run = waiting };
	l->wait_of_run = bl_zalloc((waiting + 1) * sizeof(double));
	for (unsigned int i = 0; i < waiting; i++) {
		l->wait_of_run[i] = ns * IOS * (1 + noise[(i + strlen(name)) % DEVICES] / 1000);
		l->wait_ns += l->wait_of_run[i];
	}
}

static void end(struct trace_subject *s)
{
	for (size_t i = 0; i < s->n_locks; i++)
		free(s->locks[i].wait_of_run);
	free(s->locks);
	free(s->ios_of_run);
}

static struct trace_subject old, new;
static struct lock_changes c;

static void compare(void)
{
	trace_compare_locks(&c, &old, &new);
}

static void done(void)
{
	lock_changes_free(&c);
	end(&old);
	end(&new);
}

static const struct lock_change *change_of(const char *name)
{
	for (size_t i = 0; i < c.n; i++)
		if (!strcmp(c.v[i].name, name))
			return &c.v[i];
	fail_msg("no lock %s", name);
	return NULL;
}

static void test_fell(void **state)
{
	(void)state;
	begin(&old, DEVICES);
	begin(&new, DEVICES);
	add_lock(&old, "queue", 100, DEVICES);
	add_lock(&new, "queue", 60, DEVICES);
	add_lock(&old, "tags", 10, DEVICES);
	add_lock(&new, "tags", 10, DEVICES);
	compare();
	assert_int_equal(c.contention, CONTENTION_FELL);
	assert_string_equal(c.from->name, "queue");
	assert_null(c.to);
	assert_true(change_of("queue")->difference.hi < -39);
	assert_true(change_of("queue")->ratio.lo > 0.59 && change_of("queue")->ratio.hi < 0.61);
	assert_true(c.total.difference.lo > -41.5 && c.total.difference.hi < -38.5);
	done();
}

/* Half of what one lock lost is waited for at another one that the old side does not have. */
static void test_rose_and_new_lock(void **state)
{
	(void)state;
	begin(&old, DEVICES);
	begin(&new, DEVICES);
	add_lock(&old, "queue", 20, DEVICES);
	add_lock(&new, "queue", 10, DEVICES);
	add_lock(&new, "area", 40, DEVICES);
	compare();
	assert_int_equal(c.contention, CONTENTION_ROSE);
	assert_string_equal(c.to->name, "area");
	assert_string_equal(c.from->name, "queue");
	assert_true(fabs(change_of("area")->difference.value - 40) < 0.5);
	assert_true(isnan(change_of("area")->ratio.value));	/* the old side never waited for it */
	assert_true(fabs(c.total.difference.value - 30) < 0.5);
	done();
}

static void test_moved(void **state)
{
	(void)state;
	begin(&old, DEVICES);
	begin(&new, DEVICES);
	add_lock(&old, "queue", 50, DEVICES);
	add_lock(&old, "bounce", 10, DEVICES);
	add_lock(&new, "queue", 10, DEVICES);
	add_lock(&new, "bounce", 50, DEVICES);
	compare();
	assert_int_equal(c.contention, CONTENTION_MOVED);
	assert_string_equal(c.from->name, "queue");
	assert_string_equal(c.to->name, "bounce");
	done();
}

/* Nothing differs but a rare lock, which some devices do not wait for. */
static void test_kept(void **state)
{
	(void)state;
	begin(&old, DEVICES);
	begin(&new, DEVICES);
	add_lock(&old, "queue", 50, DEVICES);
	add_lock(&new, "queue", 50, DEVICES);
	add_lock(&new, "rare", 0.2, 2);
	compare();
	assert_int_equal(c.contention, CONTENTION_KEPT);
	assert_null(c.from);
	assert_null(c.to);
	assert_true(isnan(change_of("rare")->q));	/* too rare to be tested */
	done();
}

/* A lock rises by less than what the total scatters by. That alone is no move. */
static void test_rose_alone(void **state)
{
	(void)state;
	begin(&old, DEVICES);
	begin(&new, DEVICES);
	add_lock(&old, "queue", 50, DEVICES);
	add_lock(&new, "queue", 50, DEVICES);
	add_lock(&old, "bounce", 5, DEVICES);
	add_lock(&new, "bounce", 5.1, DEVICES);
	compare();
	assert_non_null(c.to);
	assert_string_equal(c.to->name, "bounce");
	assert_null(c.from);
	assert_int_equal(c.contention, CONTENTION_KEPT);
	done();
}

static void test_too_few(void **state)
{
	(void)state;
	begin(&old, DEVICES);
	begin(&new, STATS_MIN_N - 1);
	add_lock(&old, "queue", 50, DEVICES);
	add_lock(&new, "queue", 5, STATS_MIN_N - 1);
	compare();
	assert_int_equal(c.contention, CONTENTION_UNKNOWN);
	assert_int_equal(c.n_new, STATS_MIN_N - 1);
	done();
	begin(&old, 0);
	begin(&new, DEVICES);
	compare();
	assert_int_equal(c.contention, CONTENTION_UNKNOWN);
	assert_true(isnan(c.total.difference.value));
	done();
}

/*
 * 10,000 IOPS without probes, 8,000 with: 25 us more for each I/O, which takes 5 locks. So three
 * probes take 5 us. An outer lock with two others within has six probes of theirs and one of its own.
 */
static void test_probes(void **state)
{
	struct verdict_cell cell = { .label = "s", .job = "j", .median = { .value = 10000 } };
	struct trace_overhead overhead = { .collect = "holds", .ratio = { .value = 0.8 } };
	struct trace_data data = { .job = "j", .verdicts = { .cells = &cell, .n_cells = 1 } };
	struct trace_lock outer = { .holds = 10, .nested = 20 }, inner = { .holds = 20, .nested = 0 };
	struct trace_subject s = {
		.name = "s", .overheads = &overhead, .n_overheads = 1, .holds_taken = 500,
	};
	struct trace_view v = { .data = &data, .subject = &s };

	(void)state;
	s.ios[COLLECT_HOLDS] = 100;
	near(trace_probes_ns(&v), 5000);
	near(trace_probes_in_hold(&v, &outer), 2 * 5000 + 5000.0 / 3);
	near(trace_probes_in_hold(&v, &inner), 5000.0 / 3);
	outer.nested = NAN;	/* as in traces of older versions */
	assert_true(isnan(trace_probes_in_hold(&v, &outer)));
	overhead.collect = "stages+holds";
	assert_true(isnan(trace_probes_ns(&v)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fell),
		cmocka_unit_test(test_rose_and_new_lock),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_rose_alone),
		cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_probes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
