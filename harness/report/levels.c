// SPDX-License-Identifier: GPL-2.0-or-later
/* Reports the levels of repetition, and at which of them the results scatter. */
#include "report/sections.h"
#include "eval/levels.h"

#include <math.h>
#include <string.h>

/*
 * Say what the intervals of one boot are worth. The shares are those of tests/unit/test-designs.c
 * --long with normal noise; docs/repetition.md has the table.
 */
static void print_one_boot(FILE *f)
{
	fputs("\n          one boot was all: differences between boots are not sampled, and an "
	      "interval says what more\n          blocks of this boot would give. Where boots "
	      "change a ratio as much as devices do, it contains\n          what other boots give "
	      "in 60 of 100 campaigns of 8 blocks and in 30 of 100 of 30 blocks\n          "
	      "(simulated), and in 95 with boot = block", f);
}

/* Say so if the runs name fewer boots than the plan promised: one for each block or device. */
static void print_boots(const struct summary *s, const struct levels *l, FILE *f)
{
	if (!strcmp(s->boot, "campaign") || l->boots >= l->blocks)
		return;
	if (l->boots)
		fprintf(f, "\n          WARNING: the plan has a boot for each %s, but the runs were in "
			"%zu boot%s",
			s->boot, l->boots, l->boots == 1 ? "" : "s");
	else
		fprintf(f, "\n          the plan has a boot for each %s; which boots the runs were in is not "
			"recorded", s->boot);
}

void report_print_levels(const struct summary *s, FILE *f)
{
	struct levels l;
	bool known;

	levels_count(s, &l);
	known = l.boots >= l.blocks;
	fprintf(f, "levels    %zu block%s%s, with a fresh device per cell%s", l.blocks,
		l.blocks == 1 ? "" : "s", known && !strcmp(s->boot, "block") ? ", each a fresh boot" : "",
		s->order == ORDER_FRESH ? " and job" : "");
	if (known && !strcmp(s->boot, "device"))
		fputs(", each a fresh boot", f);
	if (s->runs_each > 1)
		fprintf(f, ", and\n          %u runs of each job on it; their median counts",
			s->runs_each);
	print_boots(s, &l, f);
	if (l.split)
		fprintf(f, "\n          %zu of these blocks had more than one boot: the guest died or "
			"the campaign was resumed", l.split);
	if (!strcmp(s->boot, "campaign") && l.boots == 1)
		print_one_boot(f);
	else if (!strcmp(s->boot, "campaign") && l.boots)
		fprintf(f, "\n          %zu boots, because the guest died or the campaign was resumed: "
			"differences\n          between boots are not sampled", l.boots);
	fputc('\n', f);
}

void report_print_shares(const struct verdicts *v, FILE *f)
{
	struct level_shares x;
	bool any = false;

	for (size_t i = 0; i < v->sum->jobs.n; i++) {
		double b, w, now;

		if (levels_get_shares(v, v->sum->jobs.v[i], &x))
			continue;
		if (!any)
			fputs("Variance of the log ratio between blocks and within a block (between "
			      "runs on one device), and\nthe width of the interval with another "
			      "number of runs per device, relative to its width now:\n", f);
		any = true;
		b = x.between;
		w = x.within;
		now = b + w / v->sum->runs_each;
		fprintf(f, "  %-16s %3.0f %% between, %3.0f %% within; 1 run: x %.2f, infinitely many "
			"runs: x %.2f\n", v->sum->jobs.v[i], 100 * b / (b + w), 100 * w / (b + w),
			sqrt((b + w) / now), sqrt(b / now));
	}
	if (any)
		fputc('\n', f);
}

void report_add_levels(const struct verdicts *v, json_t *o)
{
	const struct summary *s = v->sum;
	json_t *a = json_array();
	struct level_shares x;
	struct levels l;

	levels_count(s, &l);
	for (size_t i = 0; i < s->jobs.n; i++)
		if (!levels_get_shares(v, s->jobs.v[i], &x))
			json_array_append_new(a, json_pack("{s:s, s:f, s:f, s:i}", "job",
							   s->jobs.v[i], "between", x.between,
							   "within", x.within, "blocks",
							   (int)x.n));
	json_object_set_new(o, "levels", json_pack("{s:i, s:i, s:s, s:i, s:o}", "blocks",
						   (int)l.blocks, "boots", (int)l.boots,
						   "boot", s->boot, "runs_each",
						   (int)s->runs_each, "variance", a));
}
