// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab micro: measure the cost of one map and unmap of each strategy. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "micro/micro.h"
#include "micro/model.h"
#include "lib/machine.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPT_JSON = 256, OPT_PLANE, OPT_SIZE, OPT_THREADS, OPT_OUTSTANDING, OPT_OFFSET, OPT_REMOTE,
	OPT_FIRST, OPT_NO_TOUCH, OPT_DIRECTION, OPT_ROUNDS, OPT_SECONDS, OPT_SEED, OPT_CSV,
	OPT_MODEL, OPT_WORKING_SET, OPT_TOUCH, OPT_BASELINE, OPT_RAW, OPT_FROM, OPT_SAME_WITHIN
};

static const struct argp_option options[] = {
	{ "plane", OPT_PLANE, "PLANE", 0,
	  "Run on native (threads of this machine), vm (threads of a guest's kernel, on KVM if "
	  "usable), icount (a guest with one emulated CPU, counted in instructions) or host "
	  "(threads of this machine's own kernel, which loads the module) [default: native]",
	  0 },
	{ "strategy", 's', "LIST", 0, "Measure only these strategies: a,b,c [default: all]", 0 },
	{ "size", OPT_SIZE, "LIST", 0, "Map this many bytes, 1 to 128K [default: 64,4K,64K]", 0 },
	{ "threads", OPT_THREADS, "LIST", 0,
	  "Run this many threads, each on its own CPU [default: 1,2; with --remote-unmap 2; "
	  "icount has 1]", 0 },
	{ "outstanding", OPT_OUTSTANDING, "N", 0,
	  "Hold N mappings per thread at once [default: 1]", 0 },
	{ "offset", OPT_OFFSET, "BYTES", 0,
	  "Begin each mapping at this offset in its page, 0 to 4095 [default: 0; mappings below 4K "
	  "are then packed]", 0 },
	{ "remote-unmap", OPT_REMOTE, NULL, 0, "Let the neighbour thread unmap each mapping", 0 },
	{ "first-touch", OPT_FIRST, NULL, 0,
	  "Map all originals at once, so that no mapping finds a bounce page", 0 },
	{ "touch", OPT_TOUCH, "LIST", 0,
	  "Let the daemon access every cache line of a mapping (all), or no data (none), in runs of "
	  "their own [default: all,none]", 0 },
	{ "no-touch", OPT_NO_TOUCH, NULL, 0, "Same as --touch none", 0 },
	{ "working-set", OPT_WORKING_SET, "LIST", 0,
	  "Let each thread go through originals that fit L2 (hot), that are larger than L2 (l2), or "
	  "larger than the last-level cache (llc) [default: hot; icount has no caches]", 0 },
	{ "baseline", OPT_BASELINE, "STRATEGY", 0,
	  "Compare with STRATEGY, which also runs twice as a control [default: eager-rwlock if it "
	  "is measured, else the first]", 0 },
	{ "same-within", OPT_SAME_WITHIN, "PCT", 0,
	  "Call a cost the same as the baseline's if it differs by less than PCT per cent "
	  "[default: 1 for icount, else 3; with --from what the file has]", 0 },
	{ "direction", OPT_DIRECTION, "DIR", 0,
	  "Move data to-device, from-device or both [default: to-device]", 0 },
	{ "rounds", OPT_ROUNDS, "N", 0,
	  "Run N rounds, each with one run of every cell [default: 10]", 0 },
	{ "seconds", OPT_SECONDS, "S", 0, "Time the loop for S seconds per run [default: 0.05]", 0 },
	{ "seed", OPT_SEED, "N", 0,
	  "Set the seed for the order of runs and of pages [default: the clock]", 0 },
	{ "model", OPT_MODEL, NULL, 0,
	  "Time the locks, and predict 1 to 64 threads by a queueing model", 0 },
	{ "raw", OPT_RAW, "FILE", 0, "Write all runs with their histograms to FILE", 0 },
	{ "from", OPT_FROM, "FILE", 0, "Evaluate a FILE that --raw wrote, and run nothing", 0 },
	{ "json", OPT_JSON, NULL, 0, "Print JSON", 0 },
	{ "csv", OPT_CSV, "FILE", 0,
	  "Write the numbers to FILE too, and those of --model to a file with -model before .csv",
	  0 },
	{}
};

/* --- arguments --------------------------------------------------------------- */

static int parse_size(const char *s, unsigned long long max, unsigned long long *v)
{
	char *text = bl_strdup(s);
	size_t len = strlen(text);
	unsigned long long factor = 1;
	int err;

	if (len && strchr("kK", text[len - 1])) {
		factor = 1024;
		text[len - 1] = '\0';
	}
	err = bl_parse_u64(text, 1, max / factor, v);
	*v *= factor;
	free(text);
	return err;
}

static void parse_list(struct argp_state *state, const char *what, const char *arg, bool sizes,
		       unsigned long long max, struct micro_list *list)
{
	struct bl_strv items = {};
	unsigned long long v;
	int err;

	bl_strv_split(&items, arg);
	list->n = 0;
	if (!items.n || items.n > ARRAY_SIZE(list->v))
		argp_error(state, "%s: '%s' has %zu numbers; valid: 1 to %zu", what, arg, items.n,
			   ARRAY_SIZE(list->v));
	for (size_t i = 0; i < items.n && i < ARRAY_SIZE(list->v); i++) {
		err = sizes ? parse_size(items.v[i], max, &v) :
		      bl_parse_u64(items.v[i], 1, max, &v);
		if (err)
			argp_error(state, "%s: '%s' is out of range; valid: 1 to %llu%s", what,
				   items.v[i], sizes ? max >> 10 : max, sizes ? "K" : "");
		for (size_t k = 0; k < list->n; k++)
			if (list->v[k] == v)
				argp_error(state, "%s: '%s' is given twice", what, items.v[i]);
		list->v[list->n++] = v;
	}
	bl_strv_free(&items);
}

/* Set a list of values of an enum, in the order of the enum. */
static void parse_names(struct argp_state *state, const char *what, const char *arg,
			const char *const *names, size_t n, struct micro_list *list)
{
	struct bl_strv items = {}, valid = {};
	bool given[8] = {};
	int found;

	for (size_t i = 0; i < n; i++)
		bl_strv_add(&valid, names[i]);
	bl_strv_split(&items, arg);
	for (size_t i = 0; i < items.n; i++) {
		found = bl_find_name(names, n, items.v[i]);
		if (found < 0)
			argp_error(state, "%s: unknown name '%s'; valid: %s", what, items.v[i],
				   bl_strv_join(&valid, ", "));
		else
			given[found] = true;
	}
	if (!items.n)
		argp_error(state, "%s: '%s' names nothing; valid: %s", what, arg,
			   bl_strv_join(&valid, ", "));
	list->n = 0;
	for (size_t i = 0; i < n; i++)
		if (given[i])
			list->v[list->n++] = i;
	bl_strv_free(&items);
	bl_strv_free(&valid);
}

static u32 parse_number(struct argp_state *state, const char *what, const char *arg,
			unsigned long long min, unsigned long long max)
{
	unsigned long long v = 0;

	if (bl_parse_u64(arg, min, max, &v))
		argp_error(state, "%s: '%s' is out of range; valid: %llu to %llu", what, arg, min,
			   max);
	return v;
}

static u32 parse_direction(struct argp_state *state, const char *arg)
{
	for (u32 i = 0; i < ARRAY_SIZE(micro_directions); i++)
		if (!strcmp(arg, micro_directions[i]))
			return i;
	argp_error(state,
		   "--direction: unknown direction '%s'; valid: to-device, from-device, both", arg);
	return 0;
}

static enum plane parse_plane(struct argp_state *state, const char *arg)
{
	int found = bl_find_name(plane_names, PLANES, arg);

	if (found < 0)
		argp_error(state, "--plane: unknown plane '%s'; valid: native, vm, icount, host",
			   arg);
	return found;
}

/* Check the options of the model: it is fitted to one thread and checked against two. */
static void check_model_options(struct argp_state *state, struct micro_options *o)
{
	u32 need = bl_count_cpus() > 1 ? 2 : 1, found = 0;

	if (o->cold || o->remote)
		argp_error(state, "--model describes the steady state; do not give --first-touch "
			   "or --remote-unmap with it");
	for (size_t i = 0; i < o->threads.n; i++)
		found += o->threads.v[i] <= 2;
	if (found < need)
		argp_error(state, "--model is fitted to measurements; it needs --threads %s",
			   need == 1 ? "1" : "1,2");
}

static void check_sets(struct argp_state *state, const struct micro_options *o)
{
	if (o->sets.n == 1 && o->sets.v[0] == MICRO_SET_HOT)
		return;
	if (o->plane == PLANE_ICOUNT)
		argp_error(state,
			   "--working-set: the plane icount has no caches; valid: hot");
	if (o->cold)
		argp_error(state, "--working-set: --first-touch maps all originals at once, which "
			   "must be few; valid with it: hot");
}

/* Set the defaults that depend on other options, and refuse options that contradict each other. */
static void check_options(struct argp_state *state, struct micro_options *o)
{
	u32 cpus = o->plane == PLANE_ICOUNT ? 1 : bl_count_cpus();

	if (o->model && o->plane != PLANE_NATIVE)
		argp_error(state,
			   "--model times the locks of the plane native; valid: --plane native");
	if (o->remote && o->plane == PLANE_ICOUNT)
		argp_error(state,
			   "--remote-unmap: the plane icount has one CPU; valid: native, vm, host");
	check_sets(state, o);
	if (!o->same_within)
		o->same_within = o->plane == PLANE_ICOUNT ? 1 : 3;
	if (!o->threads.n) {
		if (!o->remote)
			o->threads.v[o->threads.n++] = 1;
		if (cpus > 1 || o->remote)
			o->threads.v[o->threads.n++] = 2;
	}
	if (o->model)
		check_model_options(state, o);
	for (size_t i = 0; i < o->threads.n; i++) {
		if (o->threads.v[i] > 1 && o->plane == PLANE_ICOUNT)
			argp_error(state,
				   "--threads: %u, but the plane icount has one CPU; valid: 1",
				   o->threads.v[i]);
		if (o->threads.v[i] > cpus)
			argp_error(state, "--threads: %u threads on %u CPUs would measure threads "
				   "that lose their CPU while they hold a lock; valid: 1 to %u",
				   o->threads.v[i], cpus, cpus);
		if (o->remote && o->threads.v[i] < 2)
			argp_error(state, "--remote-unmap needs a neighbour for each thread; "
				   "valid: --threads 2 to %u", cpus);
	}
}

/* Return true for an option that changes what is measured; --from does not allow those. */
static bool changes_measurement(int key)
{
	return key == 's' || (key >= OPT_PLANE && key <= OPT_RAW && key != OPT_CSV);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct micro_options *o = state->input;

	o->asked |= changes_measurement(key);
	switch (key) {
	case OPT_PLANE:
		o->plane = parse_plane(state, arg);
		return 0;
	case 's':
		bl_strv_split(&o->strategies, arg);
		return 0;
	case OPT_SIZE:
		parse_list(state, "--size", arg, true, MICRO_SIZE_MAX, &o->sizes);
		return 0;
	case OPT_THREADS:
		parse_list(state, "--threads", arg, false, MICRO_THREADS_MAX, &o->threads);
		return 0;
	case OPT_OUTSTANDING:
		o->outstanding = parse_number(state, "--outstanding", arg, 1, 64);
		return 0;
	case OPT_OFFSET:
		o->offset = parse_number(state, "--offset", arg, 0, MICRO_PAGE - 1);
		return 0;
	case OPT_REMOTE:
		o->remote = true;
		return 0;
	case OPT_FIRST:
		o->cold = true;
		return 0;
	case OPT_NO_TOUCH:
		o->touches = (struct micro_list){ { MICRO_TOUCH_NONE }, 1 };
		return 0;
	case OPT_TOUCH:
		parse_names(state, "--touch", arg, micro_touch_names, MICRO_TOUCHES, &o->touches);
		return 0;
	case OPT_WORKING_SET:
		parse_names(state, "--working-set", arg, micro_set_names, MICRO_SETS, &o->sets);
		return 0;
	case OPT_BASELINE:
		o->baseline = arg;
		return 0;
	case OPT_SAME_WITHIN:
		if (bl_parse_double(arg, 0.01, 50, &o->same_within))
			argp_error(state, "--same-within: '%s' is out of range; valid: 0.01 to 50",
				   arg);
		return 0;
	case OPT_DIRECTION:
		o->direction = parse_direction(state, arg);
		return 0;
	case OPT_ROUNDS:
		o->rounds = parse_number(state, "--rounds", arg, 1, 1000);
		return 0;
	case OPT_SECONDS:
		if (bl_parse_double(arg, 0.001, 60, &o->seconds))
			argp_error(state, "--seconds: '%s' is out of range; valid: 0.001 to 60",
				   arg);
		return 0;
	case OPT_SEED:
		if (bl_parse_u64(arg, 0, ~0ULL >> 1, &o->seed))
			argp_error(state, "--seed: bad number '%s'; valid: 0 or more", arg);
		return 0;
	case OPT_MODEL:
		o->model = true;
		return 0;
	case OPT_RAW:
		o->raw = arg;
		return 0;
	case OPT_FROM:
		o->from = arg;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_CSV:
		o->csv = arg;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'; micro takes options only", arg);
		return 0;
	case ARGP_KEY_SUCCESS:
		if (!o->from)
			check_options(state, o);
		else if (o->asked)
			argp_error(state, "--from only reads a file: no option but --json, --csv "
				   "and --same-within may be given with it");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options, parse, NULL,
	"Measure the cost of one map, the daemon's touch, and unmap of each strategy, of a memcpy of "
	"the same size, and of a strategy that does nothing (null). The plane native runs the "
	"strategies' own source files in threads of this machine, with the kernel's lock algorithms, "
	"real ordering and real copies. The planes vm, icount and host run the module itself, in "
	"threads of a kernel. The tables name what each plane leaves out. Separate runs verify the "
	"bytes before anything is timed.\v"
	"The machine should be idle, except for icount. A run takes a fifth of a second on the "
	"plane native and some seconds on the others, and all cells take turns: a round is a block "
	"in which each strategy is compared with the baseline. The cost of the loop and of the "
	"clock is measured in each run and subtracted.\n"
	"The programs of the plane native are built into build/micro when needed; the other planes "
	"need 'make build' first.\n"
	"Exit code: 0 success, 1 a strategy is invalid or something failed, 2 bad usage, 130 "
	"interrupted (the complete rounds are printed).", NULL, NULL, NULL
};

/* --- output ------------------------------------------------------------------ */

struct output {
	const struct micro_campaign *c;
	const struct micro_models *models;	/* NULL without --model */
};

static int write_file(const char *path, const struct output *out,
		      void (*write)(const struct output *, FILE *))
{
	struct bl_draft d;
	int err;

	write(out, bl_draft_open(&d));
	err = bl_draft_save(&d, path);
	if (err)
		bl_err("%s: %s", path, strerror(-err));
	return err;
}

static void print_csv_measured(const struct output *out, FILE *f)
{
	micro_print_csv(out->c, f);
}

static void print_csv_model(const struct output *out, FILE *f)
{
	micro_models_print_csv(out->models, f);
}

/* Write a.csv and, with --model, a-model.csv. */
static int write_csv(const struct output *out)
{
	const char *name = out->c->o.csv;
	size_t len = strlen(name);
	int stem = len > 4 && !strcmp(name + len - 4, ".csv") ? len - 4 : len, err;
	char *model = bl_fmt("%.*s-model%s", stem, name, name + stem);

	err = write_file(name, out, print_csv_measured);
	if (!err && out->models)
		err = write_file(model, out, print_csv_model);
	free(model);
	return err;
}

static void print_json(const struct output *out)
{
	json_t *j = micro_to_json(out->c);

	if (out->models)
		json_object_set_new(j, "models", micro_models_to_json(out->models));
	json_dumpf(j, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(10));
	putchar('\n');
	json_decref(j);
}

static int print_output(const struct output *out)
{
	if (out->c->o.json) {
		print_json(out);
	} else {
		micro_print_text(out->c, stdout);
		if (out->models)
			micro_models_print_text(out->models, out->c, stdout);
	}
	return out->c->o.csv ? write_csv(out) : 0;
}

static int find_exit_code(const struct micro_campaign *c, const struct micro_models *ms)
{
	if (c->raw_ended && !c->o.from)
		return BL_EXIT_FAIL;
	if (c->interrupted)
		return BL_EXIT_INTERRUPTED;
	for (size_t i = 0; i < c->n_cells; i++)
		if (c->cells[i].invalid)
			return BL_EXIT_FAIL;
	for (size_t i = 0; i < ms->n; i++)
		if (ms->v[i].invalid)
			return BL_EXIT_FAIL;
	return BL_EXIT_OK;
}

/* Return true if a table can be printed: a round is complete, or all cells are invalid. */
static bool has_numbers(const struct micro_campaign *c)
{
	return c->rounds || !c->interrupted;
}

int cmd_micro(int argc, char **argv)
{
	struct micro_campaign c = { .o = {
		.sizes = { { 64, 4096, 65536 }, 3 }, .sets = { { MICRO_SET_HOT }, 1 },
		.touches = { { MICRO_TOUCH_ALL, MICRO_TOUCH_NONE }, 2 }, .outstanding = 1,
		.rounds = 10, .direction = 1,
		.seconds = 0.05, .seed = (unsigned long long)bl_now(),
	} };
	struct output out = { .c = &c };
	struct micro_models models = {};
	int code = BL_EXIT_USAGE;

	argp_parse(&argp, argc, argv, 0, NULL, &c.o);
	if (micro_prepare(&c))
		goto out;
	if (!micro_measure(&c) && c.o.model) {
		/* An interrupted model lacks the later strategies, so it is not printed. */
		if (!micro_models_make(&models, &c))
			out.models = &models;
		else
			c.interrupted = true;
	}
	code = find_exit_code(&c, &models);
	if (c.interrupted)
		bl_err("%s after %zu of %u rounds%s",
		       c.o.from ? "the file ends" : "interrupted", c.rounds, c.o.rounds,
		       !c.rounds ? ": there is nothing to print" : c.o.model ? "; no model" : "");
	if (has_numbers(&c) && print_output(&out))
		code = BL_EXIT_FAIL;
out:
	micro_models_free(&models);
	micro_free(&c);
	return code;
}
