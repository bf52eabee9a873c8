/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Made-up campaigns for unit tests: one job "j", a verify run for each label, and IOPS as the
 * test says. The campaign's noise comes from the test, with a fixed seed.
 */
#ifndef BL_TEST_MADE_H
#define BL_TEST_MADE_H

#include "lib/util.h"

#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "eval/verdict.h"

static struct summary made;
static struct verdicts mv;

/* Add a row. Rows of one kind and label belong to blocks 0, 1, 2, … */
static inline struct sum_row *made_add(enum run_kind kind, const char *label,
				       enum run_status status, double iops)
{
	int block = 0;

	for (size_t i = 0; i < made.n_rows; i++)
		block += made.rows[i].kind == kind && !strcmp(made.rows[i].label, label);
	made.rows = bl_realloc(made.rows, (made.n_rows + 1) * sizeof(*made.rows));
	made.rows[made.n_rows++] = (struct sum_row){
		.run = "", .kind = kind, .block = block, .label = label, .strategy = label,
		.axis = { "-", "-", "-", "-" }, .job = kind == KIND_VERIFY ? "verify" : "j",
		.status = status, .reason = status == STATUS_OK ? NULL : "a reason",
		.fio = { .iops = iops },
	};
	return &made.rows[made.n_rows - 1];
}

/* Add a label with a good verify run, unless it is an A/A copy, and these IOPS; NaN: it failed. */
static inline void made_label(const char *label, const double *iops, size_t n)
{
	if (!strchr(label, '\''))
		made_add(KIND_VERIFY, label, STATUS_OK, NAN);
	for (size_t i = 0; i < n; i++)
		made_add(KIND_TIME, label, isnan(iops[i]) ? STATUS_FAILED : STATUS_OK, iops[i]);
}

static inline void made_begin(void)
{
	made = (struct summary){ .name = (char *)"made", .baseline = "base", .plane = "vm",
				 .boot = "campaign", .runtime_ms = 1000, .runs_each = 1 };
	bl_strv_add(&made.jobs, "j");
}

static inline void made_end(void)
{
	verdicts_free(&mv);
	free(made.rows);
	bl_strv_free(&made.jobs);
	made = (struct summary){};
}

/* Judge the campaign with a margin of @same per cent, and return the cell of a label. */
static inline const struct verdict_cell *made_judge(const char *label, double same)
{
	const struct verdict_cell *c;

	verdicts_free(&mv);
	assert_int_equal(verdicts_make(&mv, &made, same), 0);
	c = verdict_find(&mv, label, "j");
	assert_non_null(c);
	return c;
}

static inline void made_is(const char *label, double same, enum verdict want)
{
	const struct verdict_cell *c = made_judge(label, same);

	if (c->verdict != want)
		fail_msg("%s: %s (%s), not %s: ratio %.4f (%.4f .. %.4f), p %.4f, q %.4f, floor "
			 "%.2f %%", label, verdict_name(c->verdict), c->note, verdict_name(want),
			 c->ratio.value, c->ratio.lo, c->ratio.hi, c->p, c->q, c->floor_pct);
}

#endif
