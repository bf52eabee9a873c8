// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab plan: print what `run` would do, without doing it. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "cmd/plan-options.h"
#include "cmd/plan-pilot.h"
#include "eval/stop.h"
#include "plan/stop-rule.h"
#include "run/pace.h"

#include <errno.h>
#include <stdlib.h>

struct options {
	struct plan_options plan;
	bool json, pilot;
};

static const struct argp_option options[] = {
	{ "json", 'J', NULL, 0, "Print plan.json with all runs in their order", 1 },
	{ "pilot", 'P', NULL, 0, "Read a finished campaign in place of a plan; print the variance by "
	  "level of repetition, and the designs that make intervals as narrow as --width [1 %]", 1 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->plan;
		return 0;
	case 'J':
		o->json = true;
		return 0;
	case 'P':
		o->pilot = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = {
	{ &plan_options_argp, 0, PLAN_OPTIONS_TITLE, 0 }, { 0 }
};

static const struct argp argp = {
	options, parse, "PLAN|FILE.ini\n--pilot CAMPAIGN",
	"Show the cells, the number of runs and the estimated time of a plan, without running it."
	"\vExit code: 0 success, 1 too few blocks fit into the budget, 2 bad usage.",
	children, NULL, NULL
};

static void print_json(const struct plan *p)
{
	json_t *j = plan_to_json(p), *o;

	json_object_set_new(j, "cells", json_integer(p->n_cells));
	if (p->plane == PLANE_ICOUNT)
		o = json_pack("{s:f}", "icount", pace_estimate_plan(p, ACCEL_ICOUNT));
	else
		o = json_pack("{s:f, s:f}", "tcg", pace_estimate_plan(p, ACCEL_TCG),
			      "kvm", pace_estimate_plan(p, ACCEL_KVM));
	json_object_set_new(j, "estimate_s", o);
	json_dumpf(j, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(j);
}

static void print_cells(const struct plan *p)
{
	int width = 5;

	for (size_t i = 0; i < p->n_cells; i++) {
		int n = snprintf(NULL, 0, "%s", p->cells[i].label);

		width = n > width ? n : width;
	}
	printf("\n%-*s", width, "cell");
	for (size_t a = 0; a < AXES; a++)
		printf("  %-9s", axis_names[a]);
	printf("  %5s  %6s\n", "order", "bounce");
	for (size_t i = 0; i < p->n_cells; i++) {
		const struct plan_cell *c = &p->cells[i];

		printf("%-*s", width, c->label);
		for (size_t a = 0; a < AXES; a++)
			printf("  %-9s", c->axis[a]);
		printf("  %5u  %5uM%s\n", c->page_order, c->bounce_mb,
		       c->unsafe ? "  unsafe" : "");
	}
}

static void print_order(const struct plan *p, size_t timed)
{
	static const char *const texts[] = {
		[ORDER_FRESH] = "a device does one job, so that no job can affect another",
		[ORDER_RANDOM] = "a device does all jobs, in a random order of its own",
		[ORDER_LISTED] = "a device does all jobs, in the order above; effects of the order "
				 "are not seen",
	};

	printf("blocks    %u of %zu devices, in an order by seed %llu\n", p->repeat,
	       p->repeat ? timed / p->repeat : 0, p->seed);
	printf("order     %s: %s\n", order_names[p->order], texts[p->order]);
}

static void print_levels(const struct plan *p)
{
	static const char *const boots[] = {
		[BOOT_CAMPAIGN] = "one boot for all blocks, so intervals hold for this boot only",
		[BOOT_BLOCK] = "a fresh boot for each block",
		[BOOT_DEVICE] = "a fresh boot for each device",
	};

	printf("levels    n = %u block%s; %s;\n"
	       "          each block has a fresh device per cell%s; it does each job %u time%s\n",
	       p->repeat, p->repeat == 1 ? "" : "s", boots[p->boot],
	       p->order == ORDER_FRESH ? " and job" : "", p->runs_each,
	       p->runs_each == 1 ? "" : "s, and the median counts");
}

static void print_rule(const struct plan *p)
{
	if (p->width > 0)
		printf("stop      when all 95 %% intervals are within %g %%: checks "
		       "after %d blocks and every %d\n"
		       "          more, then does %d more; at most %u blocks\n",
		       p->width, STOP_FIRST, STOP_EVERY, STOP_EVERY, p->repeat);
}

/* Check that enough blocks for a verdict fit into the budget. Prints a message if not. */
static int check_budget(const struct plan *p)
{
	enum accel accel = pace_guess_accel(p);
	unsigned int fit, least = plan_min_blocks(p);

	if (!(p->budget > 0))
		return 0;
	fit = pace_count_blocks(p, accel, p->budget);
	if (fit >= least)
		return 0;
	bl_err("budget = %g minutes allows %u of %u blocks (%s), but %s needs %u; give more "
	       "minutes, or fewer strategies, jobs or seconds", p->budget / 60, fit, p->repeat,
	       accel_title(accel), p->width > 0 ? "the stop rule" : "an interval", least);
	return -ETIME;
}

static void print_budget(const struct plan *p)
{
	enum accel accel = pace_guess_accel(p);

	if (p->budget > 0)
		printf("budget    %g minutes: about %u of %u blocks fit (%s)\n", p->budget / 60,
		       pace_count_blocks(p, accel, p->budget), p->repeat, accel_title(accel));
}

static void print_plan(const struct plan *p)
{
	size_t kinds[3] = {};
	char *jobs = bl_strv_join(&p->jobs, ", "), d[32], e[32];

	for (size_t i = 0; i < p->n_runs; i++)
		kinds[p->runs[i].kind]++;
	printf("plan      %s%s%s\n", p->name, p->about ? ": " : "", p->about ? p->about : "");
	printf("plane     %s, %u CPU%s, %u queue%s, backend %s\n", plane_names[p->plane], p->cpus,
	       p->cpus == 1 ? "" : "s", p->queues, p->queues == 1 ? "" : "s",
	       backend_names[p->backend]);
	printf("jobs      %s; %g s each after %g s\n", jobs, p->runtime, p->ramp);
	printf("baseline  %s; A/A pair: %s; verify: %s; trace: %s\n", p->baseline,
	       p->aa ? p->aa : "none", p->verify ? p->verify : "none", p->trace ? "yes" : "no");
	print_order(p, kinds[KIND_TIME]);
	printf("margin    same within %g %%, latencies within %g %%, declared before the run\n",
	       p->same_within, p->tail_within);
	print_levels(p);
	print_rule(p);
	print_budget(p);
	print_cells(p);
	printf("\n%zu cells, %zu runs: %zu verify, %zu timed, %zu traced\n", p->n_cells,
	       p->n_runs, kinds[KIND_VERIFY], kinds[KIND_TIME], kinds[KIND_TRACE]);
	if (p->plane == PLANE_ICOUNT)
		printf("about %s\n",
		       bl_duration(pace_estimate_plan(p, ACCEL_ICOUNT), d, sizeof(d)));
	else
		printf("about %s emulated, %s with KVM\n",
		       bl_duration(pace_estimate_plan(p, ACCEL_TCG), d, sizeof(d)),
		       bl_duration(pace_estimate_plan(p, ACCEL_KVM), e, sizeof(e)));
	free(jobs);
}

/* Check the options of --pilot, and print what the campaign says. */
static int print_pilot(const struct options *o)
{
	struct plan_options others = o->plan;
	struct bl_strv words = {};
	double width = PILOT_WIDTH;
	int code = BL_EXIT_USAGE;

	others.width = NULL;
	plan_options_to_args(&others, &words);
	if (words.n)
		bl_err("--pilot reads a finished campaign; %s changes a plan; valid beside it: "
		       "--width, --json", words.v[0]);
	else if (o->plan.width && bl_parse_double(o->plan.width, 0.001, 100, &width))
		bl_err("--width: bad percentage '%s'; valid: 0.001..100", o->plan.width);
	else
		code = plan_pilot(o->plan.plan, width, o->json);
	bl_strv_free(&words);
	return code;
}

int cmd_plan(int argc, char **argv)
{
	struct options o = {};
	struct catalog cat = {};
	struct plan plan = {};
	int code = BL_EXIT_USAGE;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (o.pilot)
		return print_pilot(&o);
	if (!plan_options_prepare(&plan, &cat, &o.plan)) {
		if (o.json)
			print_json(&plan);
		else
			print_plan(&plan);
		code = check_budget(&plan) ? BL_EXIT_FAIL : BL_EXIT_OK;
	}
	plan_free(&plan);
	catalog_free(&cat);
	return code;
}
