// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test the matching of traced events: stages of I/Os and holds of locks from events written by
 * hand, the places where a module takes locks, and the names of locks.
 *
 * Seen failing: with a kick that counts though the daemon had asked before, with an unmap
 * that takes the newer of two mappings of one address, with copies that stay in the map's
 * time, with a request that ends with its first unmap, with locks that can only be dropped
 * in order, with nested locks counted for the inner one, with interrupts off from the moment the
 * lock is got, with an interrupt that was asked for before the request was there, and with queues
 * folded into the table.
 */
#include "lib/util.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/collector.h"
#include "guest/lock-sites.h"
#include "trace/holds.h"
#include "eval/lock-names.h"
#include "trace/stages.h"
#include "../strategies/copy-path.h"

#define RQ_BYTES	248

static struct trace_event event(enum trace_kind kind, int cpu, unsigned long long ns)
{
	return (struct trace_event){ .kind = kind, .cpu = cpu, .ns = ns, .function = "" };
}

static void add(struct stage_matcher *m, enum trace_kind kind, int cpu, unsigned long long ns,
		unsigned long long a, unsigned long long b, unsigned long long c)
{
	struct trace_event e = event(kind, cpu, ns);

	e.v[0] = a;
	e.v[1] = b;
	e.v[2] = c;
	stage_matcher_event(m, &e);
}

static void near(double a, double b)
{
	if (!(fabs(a - b) < 1e-6))
		fail_msg("%.6f, should be %.6f", a, b);
}

/* A request at @rq whose bio is queued at @t, with one mapping of 4096 bytes at @iova. */
static void submit(struct stage_matcher *m, unsigned long long t, unsigned long long rq,
		   unsigned long long iova)
{
	add(m, EV_BIO, 0, t, rq + 7, 0, 0);
	add(m, EV_ISSUE, 0, t + 10, rq + 7, rq, 4096);
	add(m, EV_ADD, 0, t + 15, rq + RQ_BYTES, 1, 0);
	add(m, EV_COPY, 0, t + 29, BL_PATH_MAP, 4, 4096);
	add(m, EV_MAP, 0, t + 30, iova, 9, 4096);
}

static void expect(const struct stages *s, enum stage which, double ns)
{
	if (fabs(s->sum[which] - ns) > 1e-6)
		fail_msg("%s: %g ns, should be %g", stage_names[which], s->sum[which], ns);
}

static void test_life(void **state)
{
	struct stage_matcher *m = stage_matcher_new(RQ_BYTES);
	double sum = 0;
	struct stages s;

	(void)state;
	submit(m, 1000, 0xff00, 0x5000);
	add(m, EV_KICK, 0, 1036, 0, 1, 0);
	add(m, EV_FAULT, 1, 1100, 0x5000, 40, 0);
	add(m, EV_FAULT, 1, 1110, 0x9000, 5, 0);	/* matches no mapping */
	add(m, EV_INJECT, 1, 1200, 0, 1, 0);
	add(m, EV_INTERRUPT, 1, 1250, 0, 1, 0);
	add(m, EV_COPY, 1, 1290, BL_PATH_UNMAP, 6, 4096);
	add(m, EV_UNMAP, 1, 1300, 0x5000, 20, 4096);
	add(m, EV_DONE, 1, 1333, 0, 0xff00, 0);
	stage_matcher_finish(m, &s);
	near(s.ios, 1);
	near(s.issued, 1);
	near(s.stray + s.unfinished + s.clamped, 0);
	near(s.faults, 2);
	near(s.faults_stray, 1);
	near(s.bytes, 4096);
	expect(&s, STAGE_SUBMIT, 10);
	expect(&s, STAGE_QUEUE, 11);		/* 1010 to 1030, without the map */
	expect(&s, STAGE_MAP, 5);
	expect(&s, STAGE_COPY_IN, 4);
	expect(&s, STAGE_KICK, 6);
	expect(&s, STAGE_DAEMON, 124);		/* 1036 to 1200, without the fault */
	expect(&s, STAGE_FAULT, 40);
	expect(&s, STAGE_INTERRUPT, 80);	/* 1200 to 1280, when the unmap begins */
	expect(&s, STAGE_UNMAP, 14);
	expect(&s, STAGE_COPY_BACK, 6);
	expect(&s, STAGE_COMPLETE, 33);
	expect(&s, STAGE_LIFE, 333);
	for (int i = 0; i < STAGES; i++)
		sum += s.sum[i];
	near(sum, 333);
	stages_free(&s);
}

/*
 * The second request goes to a daemon that is awake, so it needs no kick. The callback that runs
 * for the first request completes the second one too, so it waited for no interrupt.
 */
static void test_no_kick(void **state)
{
	struct stage_matcher *m = stage_matcher_new(RQ_BYTES);
	struct stages s;

	(void)state;
	submit(m, 1000, 0xff00, 0x5000);
	add(m, EV_KICK, 0, 1036, 0, 1, 0);
	add(m, EV_INJECT, 1, 1060, 0, 1, 0);
	submit(m, 1100, 0xee00, 0x7000);
	add(m, EV_INTERRUPT, 1, 1150, 0, 1, 0);
	add(m, EV_UNMAP, 1, 1300, 0x5000, 20, 4096);
	add(m, EV_DONE, 1, 1333, 0, 0xff00, 0);
	add(m, EV_KICK, 0, 1395, 0, 1, 0);	/* too late to be the kick that woke it up */
	add(m, EV_UNMAP, 1, 1400, 0x7000, 20, 4096);
	add(m, EV_DONE, 1, 1433, 0, 0xee00, 0);
	stage_matcher_finish(m, &s);
	near(s.ios, 2);
	near(s.stray + s.unfinished + s.clamped, 0);
	expect(&s, STAGE_KICK, 6);
	expect(&s, STAGE_INTERRUPT, 220);	/* 1060 to 1280, and 0 for the second */
	expect(&s, STAGE_DAEMON, 24 + 250);	/* 1036 to 1060; 1130 to 1380 */
	stages_free(&s);
}

/*
 * CPU 1 unmaps, and CPU 0 gets the same address before the event of CPU 1. The unmap belongs to
 * the older mapping.
 */
static void test_same_address(void **state)
{
	struct stage_matcher *m = stage_matcher_new(RQ_BYTES);
	struct stages s;

	(void)state;
	submit(m, 1000, 0xff00, 0x5000);
	submit(m, 1275, 0xee00, 0x5000);
	add(m, EV_UNMAP, 1, 1310, 0x5000, 40, 4096);
	add(m, EV_DONE, 1, 1333, 0, 0xff00, 0);
	stage_matcher_finish(m, &s);
	near(s.ios, 1);
	near(s.stray, 0);
	near(s.unfinished, 1);
	expect(&s, STAGE_LIFE, 333);
	expect(&s, STAGE_UNMAP, 40);
	stages_free(&s);
}

/*
 * A request with two mappings ends with its last unmap, whose event may come after the event of
 * the request's end.
 */
static void test_two_mappings(void **state)
{
	struct stage_matcher *m = stage_matcher_new(RQ_BYTES);
	struct stages s;

	(void)state;
	submit(m, 1000, 0xff00, 0x5000);
	add(m, EV_MAP, 0, 1050, 0x6000, 3, 1);
	add(m, EV_UNMAP, 1, 1300, 0x5000, 20, 4096);
	add(m, EV_DONE, 1, 1333, 0, 0xff00, 0);
	add(m, EV_UNMAP, 1, 1335, 0x6000, 7, 1);
	stage_matcher_finish(m, &s);
	near(s.ios, 1);
	near(s.stray + s.unfinished, 0);
	near(s.maps, 2);
	expect(&s, STAGE_MAP, 5 + 3);
	expect(&s, STAGE_QUEUE, 40 - 9 - 3);
	expect(&s, STAGE_UNMAP, 27);
	stages_free(&s);
}

static void test_strays(void **state)
{
	struct stage_matcher *m = stage_matcher_new(RQ_BYTES);
	struct stages s;

	(void)state;
	add(m, EV_MAP, 0, 900, 0x1000, 9, 4096);	/* matches no request */
	add(m, EV_UNMAP, 1, 910, 0x3000, 9, 4096);	/* matches no mapping */
	add(m, EV_DONE, 1, 920, 0, 0xaa00, 0);		/* matches no issue */
	submit(m, 1000, 0xff00, 0x5000);		/* is never done */
	submit(m, 1100, 0xee00, 0x6000);		/* is done, never unmapped, … */
	add(m, EV_DONE, 1, 1150, 0, 0xee00, 0);
	submit(m, 1200, 0xee00, 0x7000);		/* … and is used again */
	add(m, EV_UNMAP, 1, 1300, 0x7000, 20, 4096);
	add(m, EV_DONE, 1, 1333, 0, 0xee00, 0);
	stage_matcher_finish(m, &s);
	near(s.stray, 3);
	near(s.issued, 3);
	near(s.unfinished, 2);
	near(s.ios, 1);
	stages_free(&s);
}

/* A request that found no room is issued again. It has one life, from its first bio. */
static void test_requeued(void **state)
{
	struct stage_matcher *m = stage_matcher_new(RQ_BYTES);
	struct stages s;

	(void)state;
	add(m, EV_BIO, 0, 500, 0xff07, 0, 0);
	add(m, EV_ISSUE, 0, 600, 0xff07, 0xff00, 4096);
	add(m, EV_ADD, 0, 610, 0xff00 + RQ_BYTES, 1, 0);
	submit(m, 1000, 0xff00, 0x5000);
	add(m, EV_UNMAP, 1, 1300, 0x5000, 20, 4096);
	add(m, EV_DONE, 1, 1333, 0, 0xff00, 0);
	stage_matcher_finish(m, &s);
	near(s.issued, 1);
	near(s.ios, 1);
	expect(&s, STAGE_LIFE, 833);
	expect(&s, STAGE_SUBMIT, 100);
	stages_free(&s);
}

/* --- locks ------------------------------------------------------------------------- */

static void lock(struct hold_matcher *m, enum trace_kind kind, int cpu, int pid,
		 unsigned long long ns, unsigned long long address, unsigned long long place,
		 bool irqs_off)
{
	struct trace_event e = event(kind, cpu, ns);

	e.pid = pid;
	e.irqs_off = irqs_off;
	e.function = "taker";
	e.v[V_LOCK] = address;
	e.v[V_PLACE] = place;
	hold_matcher_event(m, &e);
}

static const struct held_lock *find(const struct holds *h, unsigned long long address)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].address == address)
			return &h->v[i];
	fail_msg("no lock at %llx", address);
	return NULL;
}

static void test_holds(void **state)
{
	struct hold_matcher *m = hold_matcher_new();
	const struct held_lock *l;
	struct holds h;

	(void)state;
	/* An interrupt comes between call and lock, and locks are dropped out of order. */
	lock(m, EV_TAKE, 0, 10, 100, 0xa0, 0x1000, false);
	lock(m, EV_TAKE, 0, 10, 110, 0xb0, 0x2000, true);
	lock(m, EV_GOT, 0, 10, 115, 0, 0x2005, true);
	lock(m, EV_DROP, 0, 10, 125, 0xb0, 0x2020, true);
	lock(m, EV_GOT, 0, 10, 130, 0, 0x1005, true);
	lock(m, EV_BIT_TAKEN, 0, 10, 140, 0xc0, 0, false);
	lock(m, EV_DROP, 0, 10, 180, 0xa0, 0x1020, true);
	lock(m, EV_BIT_DROPPED, 0, 10, 190, 0xc0, 0, false);
	/* Another CPU is in the same function at the same time. */
	lock(m, EV_TAKE, 1, 11, 101, 0xa0, 0x1000, false);
	lock(m, EV_GOT, 1, 11, 185, 0, 0x1005, true);
	lock(m, EV_DROP, 1, 11, 205, 0xa0, 0x1020, true);
	/* These events lack the other half of their pair. */
	lock(m, EV_DROP, 1, 11, 300, 0xd0, 0x1020, true);
	lock(m, EV_GOT, 1, 11, 310, 0, 0x7005, true);
	lock(m, EV_TAKE, 1, 11, 320, 0xe0, 0x3000, false);
	hold_matcher_finish(m, &h);
	near(h.taken, 4);
	near(h.unmatched, 3);
	l = find(&h, 0xa0);
	assert_string_equal(l->function, "taker");
	near(l->holds, 2);
	near(l->hold_ns, 50 + 20);
	near(l->wait_ns, 30 + 84);
	near(l->longest_ns, 50);
	near(l->irqs_off_ns, 80 + 104);		/* interrupts are off during the wait too */
	near(l->nested, 1);			/* 0xc0 */
	l = find(&h, 0xb0);
	near(l->hold_ns, 10);
	near(l->irqs_off_ns, 0);		/* interrupts were off before */
	near(find(&h, 0xc0)->hold_ns, 50);
	near(find(&h, 0xc0)->nested, 0);	/* 0xa0 was held before */
	holds_free(&h);
}

/* Events of CPUs and queues beyond the tables are counted apart. */
static void test_large_machine(void **state)
{
	struct stage_matcher *m = stage_matcher_new(RQ_BYTES);
	struct hold_matcher *locks = hold_matcher_new();
	struct stages s;
	struct holds h;

	(void)state;
	add(m, EV_COPY, 255, 10, BL_PATH_MAP, 4000, 4096);
	add(m, EV_KICK, 0, 20, 0, 63, 0);
	add(m, EV_COPY, 256, 30, BL_PATH_MAP, 4000, 4096);
	add(m, EV_KICK, 0, 40, 0, 64, 0);
	lock(locks, EV_TAKE, 256, 10, 50, 0xa0, 0x1000, false);
	stage_matcher_finish(m, &s);
	hold_matcher_finish(locks, &h);
	near(s.stray, 2);
	near(s.copies, 1);
	near(h.unmatched, 1);
	stages_free(&s);
	holds_free(&h);
}

static void test_sites(void **state)
{
	char *path = bl_path("build/kernel/modules/virtio_blk.ko");
	unsigned int take = 0, drop = 0;
	struct lock_sites s;

	(void)state;
	assert_int_equal(guest_find_lock_sites(&s, path), 0);
	for (size_t i = 0; i < s.n; i++) {
		if (strcmp(s.v[i].function, "virtio_queue_rq"))
			continue;
		take += s.v[i].kind == SITE_TAKE;
		drop += s.v[i].kind == SITE_DROP;
		assert_true(s.v[i].kind == SITE_DROP || s.v[i].after == s.v[i].offset + 5);
	}
	/* virtio_queue_rq() takes its queue's lock once, and drops it on each path. */
	assert_int_equal(take, 1);
	assert_true(drop >= 2);
	guest_free_lock_sites(&s);
	assert_int_equal(guest_find_lock_sites(&s, __FILE__), -ENOEXEC);
	assert_int_equal(guest_find_lock_sites(&s, "/nowhere"), -ENOENT);
	free(path);
}

static void called(const json_t *names, unsigned long long address, const char *symbol,
		   const char *function, const char *expected)
{
	char *name = trace_lock_name(names, address, symbol, function);

	assert_string_equal(name, expected);
	free(name);
}

static void test_names(void **state)
{
	json_t *names = json_pack("[{s:s, s:i, s:i, s:s}, {s:s, s:i, s:i, s:s}]",
				  "addr", "ffff000000001000", "bytes", 64, "count", 1, "name",
				  "bounce", "addr", "ffff000000002000", "bytes", 64, "count", 8,
				  "name", "area");

	(void)state;
	called(names, 0xffff000000001000, "", "f+0x1/0x2", "bounce");
	called(names, 0xffff00000000103f, "", "f+0x1/0x2", "bounce");
	called(names, 0xffff000000001040, "", "f+0x1/0x2", "in f()");
	called(names, 0xffff0000000020c4, "", "f+0x1/0x2", "area[3]");
	called(names, 0xffff000000002200, "tasklist_lock", "f+0x1/0x2", "tasklist_lock");
	called(names, 0xffff000000002200, "0xffff000000002200", "f+0x1/0x2", "in f()");
	called(names, 1, "", "virtblk_done+0x5/0xd0 [virtio_blk]", "virtio-blk queue lock");
	called(names, 1, "", "another+0x5/0xd0 [virtio_blk]", "virtio-blk queue lock");
	called(names, 1, "", "", "?");
	json_decref(names);
}

static void test_collectors(void **state)
{
	unsigned int set;
	char *text;

	(void)state;
	assert_int_equal(collectors_parse("here", "collect", "off", &set), 0);
	assert_int_equal(set, 0);
	assert_int_equal(collectors_parse("here", "collect", "holds+locks", &set), 0);
	text = collectors_text(set);
	assert_string_equal(text, "locks+holds");
	free(text);
	assert_int_equal(collectors_parse("here", "collect", "locks+off", &set), -EINVAL);
	assert_int_equal(collectors_parse("here", "collect", "", &set), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_no_kick),
		cmocka_unit_test(test_same_address),
		cmocka_unit_test(test_two_mappings),
		cmocka_unit_test(test_strays),
		cmocka_unit_test(test_requeued),
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_large_machine),
		cmocka_unit_test(test_sites),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_collectors),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
