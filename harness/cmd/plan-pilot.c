// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/plan-pilot.h"
#include "campaign/campaign.h"
#include "campaign/verify.h"
#include "lib/exit.h"
#include "report/designs.h"
#include "run/pace.h"

#include <math.h>
#include <stdlib.h>

/* Numbers of runs per device in the table of designs. */
static const unsigned int runs[] = { 1, 2, 3, 5, 10 };

#define ROWS	(2 * ARRAY_SIZE(runs))

/* Return the estimated seconds of one block of the plan, without its boot, and its devices. */
static double estimate_block(const struct plan *p, enum accel accel, size_t *devices)
{
	unsigned int first = 0;
	double sum = 0;

	*devices = 0;
	for (size_t i = 0; i < p->n_runs; i++) {
		const struct plan_run *r = &p->runs[i];

		if (r->kind != KIND_TIME || (*devices && r->block != first))
			continue;
		first = r->block;
		sum += pace_estimate_run(p, r, accel);
		(*devices)++;
	}
	return sum;
}

/* Return the estimated seconds of the verify runs, and of the boot that they need. */
static double estimate_verify(const struct plan *p, enum accel accel)
{
	double sum = pace_estimate_boot(accel);

	for (size_t i = 0; i < p->n_runs; i++)
		if (p->runs[i].kind == KIND_VERIFY)
			sum += pace_estimate_run(p, &p->runs[i], accel);
	return sum;
}

/* Tell whether the pilot knows what one boot does to a label, in all jobs. */
static bool knows_boots(const struct pilot *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (isnan(p->job[i].ratio_sd))
			return false;
	return true;
}

static void make_rows(struct pilot_view *v, struct pilot_row *rows, struct plan *p)
{
	enum accel accel = pace_guess_accel(p);
	double boot = pace_estimate_boot(accel), least = INFINITY;
	size_t cheapest = 0;

	for (size_t i = 0; i < ROWS; i++) {
		struct pilot_design d = { i < ARRAY_SIZE(runs), 0, runs[i % ARRAY_SIZE(runs)] };
		double block;

		p->runs_each = d.runs;
		block = estimate_block(p, accel, &v->devices_per_block);
		pilot_find_blocks(v->pilot, &d, v->width);
		rows[i] = (struct pilot_row){ .design = d, .seconds = NAN };
		if (!d.blocks)
			continue;
		rows[i].seconds = estimate_verify(p, accel) +
				  d.blocks * (block + (d.boot_per_block ? boot : 0));
		/* A width that leaves out the scatter between boots is no reason to have one boot. */
		if (rows[i].seconds < least && (d.boot_per_block || knows_boots(v->pilot))) {
			least = rows[i].seconds;
			cheapest = i;
		}
	}
	if (isfinite(least))
		rows[cheapest].cheapest = true;
	v->rows = rows;
	v->n_rows = ROWS;
}

static int print_pilot(const struct summary *s, struct plan *p, double width, bool json)
{
	struct pilot_row rows[ROWS];
	struct pilot pilot;
	struct pilot_view v = { &pilot, s->name, width, 0, NULL, 0 };

	if (pilot_make(&pilot, s))
		return BL_EXIT_FAIL;
	make_rows(&v, rows, p);
	if (json)
		report_pilot_json(&v, stdout);
	else
		report_pilot_text(&v, stdout);
	pilot_free(&pilot);
	return BL_EXIT_OK;
}

int plan_pilot(const char *name, double width, bool json)
{
	char *dir = campaign_find(name), *path;
	struct summary s = {};
	struct plan p = {};
	int code = BL_EXIT_USAGE;

	if (!dir)
		return code;
	path = bl_fmt("%s/plan.json", dir);
	if (campaign_verify(dir, false) >= 0 && !summary_load(&s, dir) && !plan_from_json(&p, path))
		code = print_pilot(&s, &p, width, json);
	plan_free(&p);
	summary_free(&s);
	free(path);
	free(dir);
	return code;
}
