// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test what figures show: the order of labels, the ticks of the axis of ratios, the options that
 * select and name labels, and the panels of several campaigns.
 *
 * Seen failing: with labels in alphabetical order, with the baseline among the others, with ticks
 * whose numbers touch, with a name that two labels share, and with the margin of the first campaign
 * for the panels of all.
 */
#include "lib/util.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "eval/label-order.h"
#include "report/chart.h"

/* --- the order of labels ----------------------------------------------------------- */

static void test_order(void **state)
{
	static const char *const order[] = {
		"direct", "intree", "eager-none", "eager-rwlock", "eager-area", "eager-spin",
		"eager-new", "lazy-acqrel", "lazy-barrier", "lazy-pagelock", "lazy-spin", "lazy-a",
		"pool", "rw", "zap", "a-new-family",
	};

	(void)state;
	for (size_t i = 1; i < ARRAY_SIZE(order); i++)
		if (label_order_compare(order[i - 1], "", order[i], "") >= 0)
			fail_msg("%s comes before %s", order[i], order[i - 1]);
	assert_true(label_order_compare("pool", "pool", "pool", "pool+16k") < 0);
}

/* --- ticks ---------------------------------------------------------------------------- */

static void expect_ticks(double lo, double hi, double room, const char *expected)
{
	struct bl_strv texts = {};
	struct ticks t;
	char *text;

	ticks_choose(&t, lo, hi, room);
	for (size_t i = 0; i < t.n; i++) {
		text = ticks_text(&t, i);
		bl_strv_add(&texts, text);
		free(text);
	}
	text = bl_strv_join(&texts, " ");
	assert_string_equal(text, expected);
	free(text);
	bl_strv_free(&texts);
}

static void test_ticks(void **state)
{
	(void)state;
	expect_ticks(0.95, 1.05, 3, "0.96 1.00 1.04");
	expect_ticks(0.98, 1.02, 5, "0.99 1.00 1.01");
	expect_ticks(0.9992, 1.0008, 3, "0.9994 1.0000 1.0006");
	expect_ticks(0.93, 1.13, 4.3, "0.95 1.00 1.05 1.10");
	expect_ticks(0.8, 1.25, 4, "0.85 1.00 1.15");
	expect_ticks(0.5, 1.1, 4, "0.6 0.8 1.0");
	expect_ticks(0.3, 3, 4, "0.5 1 2");
	expect_ticks(0.01, 100, 5, "0.1 1 10");
	/* 1 is a tick even at the end of the axis. */
	expect_ticks(0.99, 3, 3, "1.0 1.5 2.5");
}

/* Every range has at least two ticks, 1 among them, and as far apart as their numbers need. */
static void test_all_ranges(void **state)
{
	(void)state;
	for (double width = 0.001; width < 5; width *= 1.07) {
		for (double room = 3; room < 8; room += 0.5) {
			double lo = exp(-width / 2), hi = exp(width / 2);
			bool one = false;
			struct ticks t;

			ticks_choose(&t, lo, hi, room);
			for (size_t i = 0; i < t.n; i++) {
				one |= fabs(t.v[i] - 1) < 1e-9;
				assert_true(t.v[i] >= lo && t.v[i] <= hi);
				if (i && log(t.v[i] / t.v[i - 1]) < 0.999 * width / room)
					fail_msg("%g..%g, room for %g: %g touches %g", lo, hi, room,
						 t.v[i - 1], t.v[i]);
			}
			if (t.n < 2 || !one)
				fail_msg("%g..%g, room for %g: %zu ticks%s", lo, hi, room, t.n,
					 one ? "" : ", not 1");
		}
	}
}

/* --- options ------------------------------------------------------------------------- */

static struct figure_rows make_rows(void)
{
	static const struct {
		const char *label, *strategy;
		bool baseline;
	} rows[] = {
		{ "zap", "zap", false }, { "eager-none+16k", "eager-none", false },
		{ "eager-spin'", "eager-spin", true }, { "direct", "direct", false },
		{ "eager-spin", "eager-spin", true }, { "eager-none", "eager-none", false },
		{ "zap", "zap", false },
	};
	struct figure_rows r = {};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		figure_rows_add(&r, rows[i].label, rows[i].strategy, rows[i].baseline);
	return r;
}

static void expect_rows(const struct figure_rows *r, const char *expected)
{
	struct bl_strv l = {};
	char *text;

	for (size_t i = 0; i < r->n; i++)
		bl_strv_add(&l, r->v[i].shown);
	text = bl_strv_join(&l, " ");
	assert_string_equal(text, expected);
	free(text);
	bl_strv_free(&l);
}

static void test_rows(void **state)
{
	struct figure_options o = FIGURE_OPTIONS_DEFAULTS;
	struct figure_rows r = make_rows();

	(void)state;
	assert_int_equal(figure_rows_choose(&r, &o), 0);
	expect_rows(&r, "direct eager-spin eager-spin' eager-none eager-none+16k zap");
	figure_rows_free(&r);

	r = make_rows();
	bl_strv_split(&o.select, "eager-none, direct, zap");
	bl_strv_split(&o.order, "zap");
	assert_int_equal(figure_options_add_names(&o, "zap=revoke, direct=no bounce"), 0);
	assert_int_equal(figure_rows_choose(&r, &o), 0);
	expect_rows(&r, "revoke no bounce eager-none");
	figure_rows_free(&r);

	/* Each option knows the labels that there are. */
	r = make_rows();
	bl_strv_add(&o.order, "lazy");
	assert_int_equal(figure_rows_choose(&r, &o), -EINVAL);
	figure_rows_free(&r);
	figure_options_free(&o);

	o = (struct figure_options)FIGURE_OPTIONS_DEFAULTS;
	r = make_rows();
	assert_int_equal(figure_options_add_names(&o, "zap=direct"), 0);
	assert_int_equal(figure_rows_choose(&r, &o), -EINVAL);
	figure_rows_free(&r);
	figure_options_free(&o);
}

static void test_options(void **state)
{
	struct figure_options o = FIGURE_OPTIONS_DEFAULTS;

	(void)state;
	assert_int_equal(figure_options_set_formats(&o, "png,tikz"), 0);
	assert_int_equal(o.formats, 1 << GNUPLOT_PNG | 1 << GNUPLOT_TIKZ);
	assert_int_equal(figure_options_set_formats(&o, "svg,jpeg"), -EINVAL);
	assert_int_equal(figure_options_set_formats(&o, ""), -EINVAL);
	assert_int_equal(figure_options_set_width(&o, "3.4"), 0);
	assert_int_equal(figure_options_set_width(&o, "1"), -EINVAL);
	assert_int_equal(figure_options_add_names(&o, "a=b,c"), -EINVAL);
	assert_int_equal(figure_options_add_names(&o, "=b"), -EINVAL);
	figure_options_free(&o);
}

/* --- panels ---------------------------------------------------------------------------- */

#define BLOCKS 8

struct made {
	struct summary sum;
	struct verdicts v;
};

static void add_label(struct made *m, const char *job, const char *label, double iops)
{
	static const double noise[BLOCKS] = { 3, -5, 1, 4, -2, 0, -4, 2 };

	for (int b = 0; b < BLOCKS; b++) {
		m->sum.rows = bl_realloc(m->sum.rows, (m->sum.n_rows + 1) * sizeof(*m->sum.rows));
		m->sum.rows[m->sum.n_rows++] = (struct sum_row){
			.run = "", .kind = KIND_TIME, .block = b, .label = label, .strategy = label,
			.axis = { "-", "-", "-", "-" }, .job = job, .status = STATUS_OK,
			.fio.iops = iops * (1 + noise[(b + strlen(label)) % BLOCKS] / 1000),
		};
	}
}

/* Make a campaign with one label that is slow and some that are near the baseline. */
static void make_campaign(struct made *m, const char *name, const char *job, double same_pct)
{
	*m = (struct made){
		.sum = { .name = (char *)name, .dir = (char *)name, .baseline = "intree",
			 .plane = "vm", .accel = "tcg" },
	};
	bl_strv_add(&m->sum.jobs, job);
	add_label(m, job, "intree", 1000);
	add_label(m, job, "direct", 1040);
	add_label(m, job, "pool", 980);
	add_label(m, job, "rw", 990);
	add_label(m, job, "zap", 300);
	assert_int_equal(verdicts_make(&m->v, &m->sum, same_pct), 0);
}

static void unmake(struct made *m)
{
	verdicts_free(&m->v);
	free(m->sum.rows);
	bl_strv_free(&m->sum.jobs);
}

static void test_chart(void **state)
{
	struct figure_options o = FIGURE_OPTIONS_DEFAULTS;
	struct verdicts v[2];
	struct made a, b;
	struct chart c;

	(void)state;
	make_campaign(&a, "one", "read", 5);
	make_campaign(&b, "two", "read", 2);
	v[0] = a.v;
	v[1] = b.v;
	assert_int_equal(chart_make(&c, v, 1, &o), 0);
	assert_int_equal(c.n_panels, 1);
	assert_string_equal(c.panels[0].title, "read");
	assert_true(c.has_rim);			/* zap */
	assert_true(c.lo > 0.9 && c.hi < 1.1);
	assert_true(c.ticks.n >= 3);
	chart_free(&c);

	/* Both campaigns have the job: titles name them, and each panel has its margin. */
	assert_int_equal(chart_make(&c, v, 2, &o), 0);
	assert_int_equal(c.n_panels, 2);
	assert_string_equal(c.panels[0].title, "read, one");
	assert_string_equal(c.panels[1].title, "read, two");
	assert_true(fabs(c.panels[0].margin_pct - 5) < 1e-9);
	assert_true(fabs(c.panels[1].margin_pct - 2) < 1e-9);
	assert_int_equal(c.rows.n, 5);
	chart_free(&c);

	/* Narrow figures have fewer panels in a line; the axis of one far label covers it. */
	o.width = 2.5;	/* less than what --width takes, so that few labels are enough */
	bl_strv_add(&o.select, "zap");
	assert_int_equal(chart_make(&c, v, 2, &o), 0);
	assert_int_equal(c.columns, 1);
	assert_false(c.has_rim);
	assert_true(c.lo < 0.31);
	chart_free(&c);

	b.sum.baseline = "direct";
	assert_int_equal(chart_make(&c, v, 2, &o), -EINVAL);
	chart_free(&c);
	b.sum.baseline = "intree";
	b.sum.plane = "icount";
	assert_int_equal(chart_make(&c, v, 2, &o), -EINVAL);
	chart_free(&c);
	figure_options_free(&o);
	unmake(&a);
	unmake(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_ticks),
		cmocka_unit_test(test_all_ranges),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_chart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
