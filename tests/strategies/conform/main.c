// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conform: does a strategy do what strategies/strategy.h says?
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "run.h"

enum {
	KEY_LIST = 256, KEY_MODE, KEY_PREFILL, KEY_SEED, KEY_OPS, KEY_EPISODE,
	KEY_THREADS, KEY_SECONDS, KEY_JOBS, KEY_TABLE, KEY_EXPECT, KEY_GO_ON, KEY_FIRST, KEY_NO_SHRINK,
	KEY_RT,
};

static const struct argp_option argp_options[] = {
	{ "list", KEY_LIST, 0, 0, "List the strategies and the broken ones (fixtures)", 0 },
	{ "strategy", 's', "NAME,...", 0,
	  "Test these strategies, or 'all', 'fixtures' or 'templates' (default: all)", 0 },
	{ "mode", KEY_MODE, "MODE,...", 0,
	  "Choose the tests. model: random operations against a model; threads: drivers and "
	  "daemons at once; litmus: the ordering of map, unmap and first fault; all "
	  "(default: model)", 0 },
	{ "prefill", KEY_PREFILL, "HOW", 0, "Test one prefill: none, zero, copy (default: each)",
	  0 },
	{ "seed", KEY_SEED, "N", 0, "Seed all random choices (default: 1)", 0 },
	{ "ops", KEY_OPS, "N", 0,
	  "model: run this many operations of each strategy (default: 1000000)", 0 },
	{ "episode", KEY_EPISODE, "N", 0,
	  "model: run one episode only; with --verbose, print its operations", 0 },
	{ "threads", KEY_THREADS, "N", 0, "threads: run this many drivers (default: 2)", 0 },
	{ "seconds", KEY_SECONDS, "N", 0,
	  "threads, litmus: run each test for this long (default: 2)", 0 },
	{ "jobs", KEY_JOBS, "N", 0, "model: run this many processes at once (default: the CPUs)",
	  0 },
	{ "table", KEY_TABLE, "FILE", 0,
	  "Write the table of strategies and properties; '-' is stdout", 0 },
	{ "expect-fail", KEY_EXPECT, "PROPERTY,...", 0,
	  "Exit with 0 only if each strategy breaks all of these properties, or 'any' one", 0 },
	{ "rt", KEY_RT, 0, 0, "Let the kernel be a PREEMPT_RT one, which lazy strategies refuse", 0 },
	{ "go-on", KEY_GO_ON, 0, 0,
	  "model, litmus: after a failure, run again without a check of that property", 0 },
	{ "no-shrink", KEY_NO_SHRINK, 0, 0, "model: do not look for fewer operations that fail", 0 },
	{ "first", KEY_FIRST, 0, 0, "Stop the tests of a strategy at its first failure", 0 },
	{ "verbose", 'v', 0, 0, "Print what the strategies log", 0 },
	{ 0 }
};

static u64 parse_number(const char *text, struct argp_state *state, const char *what)
{
	char *end;
	u64 n;

	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-')
		argp_error(state, "--%s: '%s' is not a number", what, text);
	return n;
}

/* Return the index of TEXT in NAMES, or end the program. */
static int find_choice(const char *text, const char *const *names, unsigned int nr,
		  struct argp_state *state, const char *what)
{
	char valid[256] = "";
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!strcmp(text, names[i]))
			return i;
		strcat(strcat(valid, i ? ", " : ""), names[i]);
	}
	argp_error(state, "--%s: unknown '%s'; valid: %s", what, text, valid);
	return 0;
}

static void set_modes(struct options *o, char *text, struct argp_state *state)
{
	static const char *const names[] = { "model", "threads", "litmus", "all" };
	char *word, *rest = text;
	int mode, i;

	memset(o->modes, 0, sizeof(o->modes));
	while ((word = strsep(&rest, ","))) {
		mode = find_choice(word, names, ARRAY_SIZE(names), state, "mode");
		for (i = 0; i < MODE_NR; i++)
			o->modes[i] |= mode == MODE_NR || mode == i;
	}
}

static void set_expected(struct options *o, char *text, struct argp_state *state)
{
	char *word, *rest = text;

	o->expecting = true;
	if (!strcmp(text, "any"))
		return;
	while ((word = strsep(&rest, ",")))
		o->expected |= BIT(find_choice(word, prop_names, PROP_ALL, state, "expect-fail"));
}

static const char *const group_names[GROUP_NR] = { "all", "fixtures", "templates" };

static int list_strategies(void)
{
	unsigned int i;

	for (i = 0; i < nr_strategies; i++)
		if (strategies[i].group != GROUP_TEMPLATE)
			printf("%s%s\n", strategies[i].strategy->name,
			       strategies[i].group == GROUP_FIXTURE ? " (fixture)" : "");
	exit(0);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	char *end;

	switch (key) {
	case KEY_LIST:		list_strategies(); break;
	case 's':		o->names = arg; break;
	case 'v':		o->verbose = true; break;
	case KEY_MODE:		set_modes(o, arg, state); break;
	case KEY_PREFILL:
		o->prefill = find_choice(arg, prefill_names, BL_PREFILL_NR, state, "prefill");
		break;
	case KEY_SEED:		o->seed = parse_number(arg, state, "seed"); break;
	case KEY_OPS:		o->ops = parse_number(arg, state, "ops"); break;
	case KEY_EPISODE:	o->episode = parse_number(arg, state, "episode"); break;
	case KEY_THREADS:	o->threads = parse_number(arg, state, "threads"); break;
	case KEY_JOBS:		o->jobs = parse_number(arg, state, "jobs"); break;
	case KEY_GO_ON:		o->go_on = true; break;
	case KEY_FIRST:		o->first = true; break;
	case KEY_NO_SHRINK:	o->no_shrink = true; break;
	case KEY_RT:		shim_rt = true; break;
	case KEY_TABLE:		o->table = arg; break;
	case KEY_SECONDS:
		o->seconds = strtod(arg, &end);
		if (end == arg || *end || !(o->seconds > 0))
			argp_error(state, "--seconds: '%s' is not a time", arg);
		break;
	case KEY_EXPECT:
		set_expected(o, arg, state);
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unknown argument '%s'", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct strategy_entry *strategy_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_strategies; i++)
		if (!strcmp(strategies[i].strategy->name, name))
			return &strategies[i];
	return NULL;
}

static bool is_group(const char *name)
{
	enum strategy_group group;

	for (group = 0; group < GROUP_NR; group++)
		if (!strcmp(name, group_names[group]))
			return true;
	return false;
}

static void check_names(const char *names)
{
	char *copy = strdup(names), *word, *rest = copy;
	unsigned int i;

	while ((word = strsep(&rest, ","))) {
		if (is_group(word) || strategy_find(word))
			continue;
		fprintf(stderr, "conform: unknown strategy '%s'; valid: all, fixtures", word);
		for (i = 0; i < nr_strategies; i++)
			if (strategies[i].group != GROUP_TEMPLATE)
				fprintf(stderr, ", %s", strategies[i].strategy->name);
		fprintf(stderr, "\n");
		exit(2);
	}
	free(copy);
}

static bool is_chosen(const char *names, const struct strategy_entry *entry)
{
	const char *group = group_names[entry->group];
	const char *name = entry->strategy->name, *at = names;
	size_t len;

	for (;;) {
		len = strcspn(at, ",");
		if ((len == strlen(name) && !strncmp(at, name, len)) ||
		    (len == strlen(group) && !strncmp(at, group, len)))
			return true;
		if (!at[len])
			return false;
		at += len + 1;
	}
}

static unsigned int add_jobs(struct job *jobs, unsigned int nr, enum mode mode,
			     const struct options *o)
{
	static struct episode episode;
	struct job *job;
	unsigned int i;
	int prefill;

	for (i = 0; i < nr_strategies; i++) {
		if (!is_chosen(o->names, &strategies[i]))
			continue;
		for (prefill = 0; prefill < BL_PREFILL_NR; prefill++) {
			if (o->prefill >= 0 && prefill != o->prefill)
				continue;
			job = &jobs[nr++];
			job->o = o;
			job->entry = &strategies[i];
			job->mode = mode;
			job->prefill = prefill;
			job->refused = !episode_make(&episode, job->entry->strategy, prefill,
						     o->seed, 0, &job->why);
		}
	}
	return nr;
}

/* Report each strategy that does not fail as expected over all prefills and modes. */
static int count_unexpected(const struct job *jobs, unsigned int nr, unsigned int props)
{
	unsigned int i, j, failed, wrong = 0;

	for (i = 0; i < nr; i++) {
		if (i && jobs[i].entry == jobs[i - 1].entry)
			continue;
		for (j = 0, failed = 0; j < nr; j++)
			if (jobs[j].entry == jobs[i].entry)
				failed |= jobs[j].failed;
		if (failed && (failed & props) == props)
			continue;
		wrong++;
		printf("%s does not fail as expected\n", jobs[i].entry->strategy->name);
	}
	return wrong ? 1 : 0;
}

/* Report strategies that refuse every prefill: they have passed nothing. */
static unsigned int report_never_run(const struct job *jobs, unsigned int nr)
{
	unsigned int i, j, never = 0;

	for (i = 0; i < nr; i++) {
		if (i && jobs[i].entry == jobs[i - 1].entry)
			continue;
		for (j = 0; j < nr; j++)
			if (jobs[j].entry == jobs[i].entry && !jobs[j].refused)
				break;
		if (j < nr || jobs[i].mode != jobs->mode)
			continue;
		printf("%s FAILED: refuse: it refuses every prefill\n",
		       jobs[i].entry->strategy->name);
		never++;
	}
	return never;
}

/* Report strategies whose mappings the core cannot end when a daemon has died. */
static unsigned int report_no_next_mapping(const struct job *jobs, unsigned int nr)
{
	const struct bl_strategy *s;
	unsigned int i, without = 0;

	for (i = 0; i < nr; i++) {
		s = jobs[i].entry->strategy;
		if ((i && jobs[i].entry == jobs[i - 1].entry) || jobs[i].mode != jobs->mode ||
		    jobs[i].entry->group == GROUP_FIXTURE || s->raw || s->next_mapping)
			continue;
		printf("%s FAILED: next_mapping: it has none; see strategy.h\n", s->name);
		without++;
	}
	return without;
}

static int decide(const struct job *jobs, unsigned int nr, const struct options *o)
{
	unsigned int failures = o->prefill < 0 && !o->expecting ? report_never_run(jobs, nr) : 0;
	unsigned int i, skipped = 0;

	if (o->expecting)
		return count_unexpected(jobs, nr, o->expected);
	failures += report_no_next_mapping(jobs, nr);
	for (i = 0; i < nr; i++) {
		failures += jobs[i].failed != 0;
		skipped += jobs[i].skipped;
	}
	if (failures)
		printf("%u of %u failed, %u not run\n", failures, nr, skipped);
	return failures ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		argp_options, parse_option, NULL,
		"Run the unchanged strategies in user space and decide whether they are correct.\v"
		"ops: operations, requests or rounds. failed: maps that the test lets fail, by a full "
		"window or an allocation. SIGBUS: touches for which the strategy had no page, mostly "
		"stray ones. stale bytes: that came back with prefill none, which promises nothing. "
		"sizes: shares of the maps. docs/conformance.md says more.\n\n"
		"Exit status: 0 if all strategies are right (or fail as expected), 1 if not, "
		"2 for wrong use.", NULL, NULL, NULL
	};
	struct options o = {
		.modes = { [MODE_MODEL] = true }, .names = "all", .prefill = -1, .seed = 1,
		.ops = 1000000, .episode = -1, .threads = 2, .seconds = 2,
		.jobs = sysconf(_SC_NPROCESSORS_ONLN),
	};
	unsigned int nr = 0, i, most = nr_strategies * BL_PREFILL_NR * MODE_NR;
	struct job *jobs = calloc(most, sizeof(*jobs));
	struct finding *findings;
	enum mode mode;
	int ret;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	check_names(o.names);
	sim.verbose = o.verbose;
	findings = subtest_findings(most + 1);
	finding = &findings[most];
	model_init();

	for (mode = 0; mode < MODE_NR; mode++)
		if (o.modes[mode])
			nr = add_jobs(jobs, nr, mode, &o);
	for (i = 0; i < nr; i++)
		jobs[i].f = &findings[i];
	printf("seed %llu, %u jobs\n", o.seed, nr);
	jobs_run(jobs, nr, &o);
	ret = decide(jobs, nr, &o);
	if (o.table && table_write(o.table, jobs, nr))
		ret = 2;
	free(jobs);
	return ret;
}
