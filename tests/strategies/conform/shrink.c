// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shrinking: leave out parts of a failing episode, large parts first, as long as the same
 * property fails without them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model.h"

#define MAX_TRIALS	4000
#define TRIAL_SECONDS	20
#define HANG_SECONDS	3
#define MAX_SECONDS	40

static struct episode *current, trial;
static struct finding *result;
static unsigned int trials;

static void run_trial(void *explain)
{
	int null;

	if (!explain) {
		/* A sanitizer would repeat its report. */
		null = open("/dev/null", O_WRONLY);
		dup2(null, 2);
		dup2(null, 1);
	}
	episode_run(&trial, explain);
}

static unsigned int seconds;	/* for a trial */

static void run_one(bool explain)
{
	int status, pid = subtest_start(result, run_trial, explain ? "" : NULL, seconds);

	while (waitpid(pid, &status, 0) < 0)
		;
	subtest_end(result, status);
}

/* Does the episode still fail without the operations [from, from + nr)? */
static bool fails_without(enum prop prop, u32 from, u32 nr)
{
	u32 rest = current->nr_ops - from - nr;

	trial.config = current->config;
	trial.init_failures = current->init_failures;
	trial.busy_exit = current->busy_exit;
	trial.take_back = current->take_back;
	trial.reset_exit = current->reset_exit;
	trial.refill = current->refill;
	trial.twin = current->twin;
	trial.twin_config = current->twin_config;
	trial.nr_ops = from + rest;
	memcpy(trial.ops, current->ops, from * sizeof(struct op));
	memcpy(trial.ops + from, current->ops + from + nr, rest * sizeof(struct op));
	trials++;
	run_one(false);
	return result->claimed && result->prop == (int)prop;
}

static void keep_trial(void)
{
	memcpy(current->ops, trial.ops, trial.nr_ops * sizeof(struct op));
	current->nr_ops = trial.nr_ops;
	current->init_failures = trial.init_failures;
	current->busy_exit = trial.busy_exit;
	current->reset_exit = trial.reset_exit;
	current->refill = trial.refill;
}

static bool in_time(u64 start)
{
	return trials < MAX_TRIALS && now_ns() - start < MAX_SECONDS * 1000000000ULL;
}

static void leave_out(enum prop prop, u64 start)
{
	u32 nr = max_t(u32, 1, current->nr_ops / 2), from;
	bool again;

	for (; nr; nr = nr == 1 ? 0 : (nr + 1) / 2) {
		do {
			again = false;
			for (from = 0; from + nr <= current->nr_ops && in_time(start); )
				if (fails_without(prop, from, nr)) {
					keep_trial();
					again = nr == 1;
				} else {
					from += nr;
				}
		} while (again);
	}
}

/* Try to do without failures of init, a busy exit, a reset at the end and a refilled window. */
static void simplify(enum prop prop)
{
	bool *flags[] = {
		&current->init_failures, &current->busy_exit, &current->reset_exit,
		&current->refill
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (!*flags[i])
			continue;
		*flags[i] = false;
		if (!fails_without(prop, 0, 0))
			*flags[i] = true;
	}
}

/* Return the property: an operation that cannot be left out decides it. */
static enum prop about(enum prop prop)
{
	u32 i;

	if (current->init_failures)
		return PROP_ALLOC;
	if (current->reset_exit)
		return PROP_RESET;
	for (i = 0; i < current->nr_ops; i++) {
		if (current->ops[i].kind == OP_RESET)
			return PROP_RESET;
		if (current->ops[i].kind == OP_FAIL)
			return PROP_ALLOC;
	}
	return prop;
}

enum prop shrink(struct episode *e, const struct finding *f, u32 nr_ops)
{
	enum prop prop = f->prop;
	u64 start = now_ns();

	current = e;
	result = subtest_findings(1);
	trials = 0;
	seconds = prop == PROP_HANG ? HANG_SECONDS : TRIAL_SECONDS;
	e->nr_ops = min_t(u32, e->nr_ops, nr_ops);
	if (!fails_without(prop, 0, 0)) {
		printf("  it does not fail again by itself: no shorter sequence\n");
		return prop;
	}
	simplify(prop);
	leave_out(prop, start);

	printf("  shrunk to %u operations in %u trials:\n", e->nr_ops, trials);
	if (e->init_failures)
		printf("        before that, init with each allocation failing in turn\n");
	if (e->busy_exit)
		printf("        at the end, mappings are left behind\n");
	if (e->reset_exit)
		printf("        at the end, a reset, and the daemon looks once more\n");
	if (e->refill)
		printf("        at the end, a new window is filled, emptied and filled again\n");
	fails_without(prop, 0, 0);
	run_one(true);
	printf("  %s: %s\n", prop_names[prop], result->text);
	return about(prop);
}
