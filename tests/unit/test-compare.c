// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test harness/eval/compare.c on pairs of made-up campaigns.
 *
 * Seen failing: with IOPS compared instead of ratios to the baseline, with old and new
 * exchanged, with one campaign's floor only, and with p asked for instead of q; with groups of devices
 * not asked for, and with the blocks of one boot taken for samples of boots.
 */
#include "lib/util.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "eval/compare.h"
#include "eval/conclude.h"

#define BLOCKS 8

struct made {
	struct summary sum;
	struct verdicts v;
};

static struct made old, new;
static struct comparisons cs;

/* Begin a campaign. Its blocks differ in speed by a factor of 2, see add(). */
static void begin(struct made *m, const char *name)
{
	*m = (struct made){ .sum = { .name = (char *)name, .baseline = "base", .plane = "vm" } };
	bl_strv_add(&m->sum.jobs, "j");
}

static void add(struct made *m, const char *label, double iops)
{
	static const double noise[BLOCKS] = { 3, -5, 1, 4, -2, 0, -4, 2 };
	size_t seed = strlen(label) + m->sum.n_rows;

	m->sum.rows = bl_realloc(m->sum.rows, (m->sum.n_rows + 1) * sizeof(*m->sum.rows));
	m->sum.rows[m->sum.n_rows++] = (struct sum_row){
		.run = "", .kind = KIND_VERIFY, .label = label, .job = "verify",
		.status = STATUS_OK,
	};
	for (int b = 0; b < BLOCKS; b++) {
		m->sum.rows = bl_realloc(m->sum.rows, (m->sum.n_rows + 1) * sizeof(*m->sum.rows));
		m->sum.rows[m->sum.n_rows++] = (struct sum_row){
			.run = "", .kind = KIND_TIME, .block = b, .label = label, .strategy = label,
			.axis = { "-", "-", "-", "-" }, .job = "j", .status = STATUS_OK,
			.boot = b + 1,
			.fio.iops = iops * (1 + b % 2) *
				    (1 + noise[(b + seed) % BLOCKS] / 1000),
		};
	}
}

static void end_with(struct made *m, double same)
{
	assert_int_equal(verdicts_make(&m->v, &m->sum, same), 0);
}

static void end(struct made *m)
{
	end_with(m, 3);
}

static void unmake(void)
{
	struct made *both[] = { &old, &new };

	comparisons_free(&cs);
	for (size_t i = 0; i < 2; i++) {
		verdicts_free(&both[i]->v);
		free(both[i]->sum.rows);
		bl_strv_free(&both[i]->sum.jobs);
	}
}

static const struct compare_options all = { .boot_sd_pct = NAN };

static int compare(const char *label, const char *job)
{
	struct compare_options o = { label, job, NAN };

	return compare_campaigns(&cs, &old.v, &new.v, &o);
}

static const struct comparison *of(const char *label)
{
	for (size_t i = 0; i < cs.n; i++)
		if (!strcmp(cs.c[i].label, label))
			return &cs.c[i];
	fail_msg("no comparison of %s", label);
	return NULL;
}

static void is(const char *label, enum verdict verdict, double ratio)
{
	const struct comparison *c = of(label);

	if (c->verdict != verdict || fabs(c->ratio.value / ratio - 1) > 0.01)
		fail_msg("%s: %s, not %s (%.4f, %.4f .. %.4f, not %.4f; q %.4f)", label,
			 verdict_name(c->verdict), verdict_name(verdict), c->ratio.value,
			 c->ratio.lo, c->ratio.hi, ratio, c->q);
}

/* The new machine is 1.5 times as fast. The ratios to the baseline must not show that. */
static void test_verdicts(void **state)
{
	(void)state;
	begin(&old, "old");
	add(&old, "base", 1000);
	add(&old, "still", 900);
	add(&old, "up", 900);
	add(&old, "down", 900);
	add(&old, "gone", 900);
	end(&old);
	begin(&new, "new");
	add(&new, "base", 1500);
	add(&new, "still", 1350);
	add(&new, "up", 1500);
	add(&new, "down", 1200);
	add(&new, "came", 900);
	end(&new);
	assert_int_equal(compare(NULL, NULL), 0);
	assert_int_equal(cs.n, 4);
	is("base", V_BASELINE, 1.5);
	is("still", V_SAME, 1);
	is("up", V_FASTER, 1.5 / 1.35);
	is("down", V_SLOWER, 1.2 / 1.35);
	assert_int_equal(cs.only_a.n, 1);
	assert_string_equal(cs.only_a.v[0], "gone in j");
	assert_string_equal(cs.only_b.v[0], "came in j");
	comparisons_free(&cs);
	assert_int_equal(compare("up", "j"), 0);
	assert_int_equal(cs.n, 1);
	assert_int_equal(cs.only_a.n, 0);
	comparisons_free(&cs);
	assert_int_equal(compare("no-such", NULL), -EINVAL);
	unmake();
}

/* Only one campaign has a noisy A/A pair. A difference within its floor must give no verdict. */
static void test_floor(void **state)
{
	(void)state;
	begin(&old, "old");
	add(&old, "base", 1000);
	add(&old, "base'", 1000);
	add(&old, "up", 1000);
	end(&old);
	begin(&new, "new");
	add(&new, "base", 1000);
	add(&new, "base'", 1150);
	add(&new, "up", 1100);
	end(&new);
	assert_int_equal(compare(NULL, NULL), 0);
	assert_int_equal(cs.n, 2);
	is("up", V_INCONCLUSIVE, 1.1);
	assert_string_equal(of("up")->note, "the A/A pair is not clean");
	comparisons_free(&cs);
	assert_int_equal(compare_campaigns(&cs, &new.v, &old.v, &all), 0);
	is("up", V_INCONCLUSIVE, 1 / 1.1);
	unmake();
}

/* U is 10 of 64, so p is 0.0207: a verdict for one comparison, but none in a family of eleven. */
static void test_family(void **state)
{
	static const char *const nulls[] = {
		"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9",
	};
	struct made *both[] = { &old, &new };

	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		size_t family = kind ? ARRAY_SIZE(nulls) : 0;

		for (size_t i = 0; i < 2; i++) {
			begin(both[i], i ? "new" : "old");
			add(both[i], "base", 1000);
			add(both[i], "up", 1000);
			for (size_t k = 0; k < family; k++)
				add(both[i], nulls[k], 1000);
			/* The 8 new values are 3.6 ranks above the 8 old ones. */
			for (size_t k = 0; k < 2 * (BLOCKS + 1); k++)
				both[i]->sum.rows[k].fio.iops = 1000;
			for (size_t k = 0; k < BLOCKS; k++)
				both[i]->sum.rows[BLOCKS + 2 + k].fio.iops =
					1000 + 30 * (k + 3.6 * i);
			/* Blocks are of one speed here. Unsafe cells are no members. */
			for (size_t k = 2 * (BLOCKS + 1); k < both[i]->sum.n_rows; k++) {
				struct sum_row *r = &both[i]->sum.rows[k];

				r->unsafe = kind == 2;
				r->fio.iops /= 1 + r->block % 2;
			}
			end_with(both[i], 0.1);
		}
		assert_int_equal(compare(NULL, NULL), 0);
		assert_true(fabs(of("up")->p - 0.0207) < 1e-4);
		assert_true(of("up")->ratio.lo > 1);
		assert_int_equal(of("up")->verdict, kind == 1 ? V_INCONCLUSIVE : V_FASTER);
		unmake();
	}
}

static void test_other_things(void **state)
{
	(void)state;
	begin(&old, "old");
	add(&old, "base", 1000);
	end(&old);
	begin(&new, "new");
	add(&new, "base", 1000);
	end(&new);
	new.sum.plane = "icount";
	assert_int_equal(compare(NULL, NULL), -EINVAL);
	new.sum.plane = "vm";
	new.sum.baseline = "other";
	assert_int_equal(compare(NULL, NULL), -EINVAL);
	unmake();
}

/* Make a pair of campaigns of the same code. */
static void make_same(void)
{
	struct made *both[] = { &old, &new };

	for (size_t i = 0; i < 2; i++) {
		begin(both[i], i ? "new" : "old");
		add(both[i], "base", 1000);
		add(both[i], "up", 1000);
	}
}

/* Make the record of a campaign, as far as conclude() needs it. */
static json_t *make_env(void)
{
	return json_pack("{s:{s:s,s:s},s:{s:s},s:{s:s,s:s,s:s},s:{s:s}}", "module", "source", "1",
			 "compiler", "gcc", "guest", "kernel", "6.12", "versions",
			 "qemu-storage-daemon", "7.2", "fio", "3.33", "qemu", "7.2", "host", "cpu",
			 "a CPU");
}

static enum conclusion conclude_with(enum verdict base, enum verdict up, struct bl_strv *why)
{
	for (size_t i = 0; i < cs.n; i++) {
		cs.c[i].verdict = cs.c[i].plain ? base : up;
		cs.c[i].note = "";
	}
	bl_strv_free(why);
	return conclude(&cs, &old.v, &new.v, 0, why);
}

/*
 * A baseline that became faster makes all ratios to it fall: that is not worse, and not known. Nor is
 * what one campaign alone has checksums of.
 */
static void test_conclusion(void **state)
{
	struct bl_strv why = {};

	(void)state;
	make_same();
	end(&old);
	end(&new);
	old.sum.dir = (char *)"/nonexistent/old";
	new.sum.dir = (char *)"/nonexistent/new";
	old.sum.env = make_env();
	new.sum.env = make_env();
	assert_int_equal(compare(NULL, NULL), 0);
	assert_int_equal(conclude_with(V_SAME, V_SAME, &why), NOT_WORSE);
	assert_int_equal(conclude_with(V_SAME, V_SLOWER, &why), WORSE);
	assert_int_equal(conclude_with(V_SLOWER, V_SAME, &why), WORSE);
	assert_int_equal(conclude_with(V_FASTER, V_SLOWER, &why), CANNOT_TELL);
	assert_string_equal(why.v[0], "up in j is slower beside the baseline, which became faster");
	assert_int_equal(conclude_with(V_FASTER, V_SAME, &why), NOT_WORSE);
	json_object_set_new(new.sum.env, "files", json_object());
	assert_int_equal(conclude_with(V_SAME, V_SAME, &why), CANNOT_TELL);
	assert_string_equal(why.v[0], "the old campaign has no checksums of files");
	bl_strv_free(&why);
	json_decref(old.sum.env);
	json_decref(new.sum.env);
	unmake();
}

/* Two of eight devices at 30 % of the speed must not be the same as eight at full speed. */
static void test_slow_devices(void **state)
{
	(void)state;
	make_same();
	for (size_t i = 0; i < 2; i++)
		new.sum.rows[BLOCKS + 2 + 3 * i].fio.iops *= 0.3;
	end(&old);
	end(&new);
	assert_int_equal(compare(NULL, NULL), 0);
	assert_int_equal(of("up")->verdict, V_INCONCLUSIVE);
	assert_string_equal(of("up")->note, "two groups of devices");
	unmake();
}

static void set_boots(struct made *m, int boots)
{
	for (size_t i = 0; i < m->sum.n_rows; i++)
		m->sum.rows[i].boot = boots ? 1 + m->sum.rows[i].block % boots : 0;
}

/* Blocks of one boot say nothing of other boots, however many they are. */
static void test_boots(void **state)
{
	static const struct {
		int old, new;		/* boots; 0: not recorded */
		double sd_pct;
		enum verdict verdict;
		size_t n_old, n_new;
	} cases[] = {
		{ 8, 8, NAN, V_SAME, 8, 8 }, { 5, 8, NAN, V_SAME, 5, 8 },
		{ 4, 8, NAN, V_INCONCLUSIVE, 8, 8 }, { 1, 1, NAN, V_INCONCLUSIVE, 8, 8 },
		{ 0, 0, NAN, V_INCONCLUSIVE, 8, 8 }, { 1, 1, 0.1, V_SAME, 8, 8 },
		{ 1, 1, 2, V_INCONCLUSIVE, 8, 8 }, { 8, 8, 2, V_SAME, 8, 8 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct compare_options o = { .boot_sd_pct = cases[i].sd_pct };

		make_same();
		set_boots(&old, cases[i].old);
		set_boots(&new, cases[i].new);
		end(&old);
		end(&new);
		assert_int_equal(compare_campaigns(&cs, &old.v, &new.v, &o), 0);
		if (of("up")->verdict != cases[i].verdict)
			fail_msg("case %zu: %s", i, verdict_name(of("up")->verdict));
		assert_int_equal(of("up")->n_a, cases[i].n_old);
		assert_int_equal(of("up")->n_b, cases[i].n_new);
		unmake();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_floor),
		cmocka_unit_test(test_family),
		cmocka_unit_test(test_other_things),
		cmocka_unit_test(test_conclusion),
		cmocka_unit_test(test_slow_devices),
		cmocka_unit_test(test_boots),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
