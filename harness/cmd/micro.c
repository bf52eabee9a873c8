// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab micro: what one map and unmap costs, strategy by strategy. */
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
	OPT_FIRST, OPT_NO_TOUCH, OPT_DIRECTION, OPT_ROUNDS, OPT_SECONDS, OPT_SEED, OPT_CSV, OPT_MODEL,
	OPT_RAW, OPT_FROM
};

static const struct argp_option options[] = {
	{ "plane", OPT_PLANE, "PLANE", 0,
	  "Where: native (default), threads of this machine; vm, threads of a guest's kernel, on KVM if "
	  "it is there; icount, the same on one emulated CPU, in instructions instead of ns; host, threads "
	  "of the kernel that this machine runs, into which the module is loaded", 0 },
	{ "strategy", 's', "NAMES", 0, "Only these, separated by commas (default: all)", 0 },
	{ "size", OPT_SIZE, "SIZES", 0, "Bytes of a mapping, 1 to 128K (default 64,4K,64K)", 0 },
	{ "threads", OPT_THREADS, "NUMBERS", 0,
	  "Threads, each on a CPU of its own (default 1,2; with --remote-unmap 2; icount has 1)", 0 },
	{ "outstanding", OPT_OUTSTANDING, "N", 0, "Mappings that a thread holds at once (default 1)", 0 },
	{ "offset", OPT_OFFSET, "BYTES", 0,
	  "Where in its page a mapping begins, 0 to 4095 (default 0; below 4K they are packed)", 0 },
	{ "remote-unmap", OPT_REMOTE, NULL, 0, "Each thread's mappings are unmapped by its neighbour", 0 },
	{ "first-touch", OPT_FIRST, NULL, 0, "Each mapping finds no bounce page yet; all originals are mapped at once", 0 },
	{ "no-touch", OPT_NO_TOUCH, NULL, 0, "The daemon leaves the data alone", 0 },
	{ "direction", OPT_DIRECTION, "DIR", 0, "to-device (default), from-device or both", 0 },
	{ "rounds", OPT_ROUNDS, "N", 0, "Rounds, each a process per cell: n (default 8)", 0 },
	{ "seconds", OPT_SECONDS, "S", 0, "Timed per run (default 0.1)", 0 },
	{ "seed", OPT_SEED, "N", 0, "Of the order and of the pages' (default: from the clock)", 0 },
	{ "model", OPT_MODEL, NULL, 0,
	  "How long each lock is held, and what a queueing model makes of it for 1 to 64 threads", 0 },
	{ "raw", OPT_RAW, "FILE", 0, "Keep what each run gave in FILE, too, with all histograms", 0 },
	{ "from", OPT_FROM, "FILE", 0, "Run nothing: what --raw kept, evaluated again", 0 },
	{ "json", OPT_JSON, NULL, 0, "Print JSON", 0 },
	{ "csv", OPT_CSV, "FILE", 0,
	  "Write the numbers to FILE, too; those of --model to FILE with -model before .csv", 0 },
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
		err = sizes ? parse_size(items.v[i], max, &v) : bl_parse_u64(items.v[i], 1, max, &v);
		if (err)
			argp_error(state, "%s: '%s' is out of range; valid: 1 to %llu%s", what,
				   items.v[i], sizes ? max >> 10 : max, sizes ? "K" : "");
		for (size_t k = 0; k < list->n; k++)
			if (list->v[k] == v)
				argp_error(state, "%s: '%s' is there twice", what, items.v[i]);
		list->v[list->n++] = v;
	}
	bl_strv_free(&items);
}

static u32 parse_number(struct argp_state *state, const char *what, const char *arg,
			unsigned long long min, unsigned long long max)
{
	unsigned long long v = 0;

	if (bl_parse_u64(arg, min, max, &v))
		argp_error(state, "%s: '%s' is out of range; valid: %llu to %llu", what, arg, min, max);
	return v;
}

static u32 parse_direction(struct argp_state *state, const char *arg)
{
	for (u32 i = 0; i < ARRAY_SIZE(micro_directions); i++)
		if (!strcmp(arg, micro_directions[i]))
			return i;
	argp_error(state, "--direction: unknown direction '%s'; valid: to-device, from-device, both",
		   arg);
	return 0;
}

static enum micro_plane parse_plane(struct argp_state *state, const char *arg)
{
	static const char *const planes[] = {
		[MICRO_NATIVE] = "native", [MICRO_VM] = "vm", [MICRO_ICOUNT] = "icount", [MICRO_HOST] = "host",
	};

	for (size_t i = 0; i < ARRAY_SIZE(planes); i++)
		if (!strcmp(arg, planes[i]))
			return i;
	argp_error(state, "--plane: unknown plane '%s'; valid: native, vm, icount, host", arg);
	return MICRO_NATIVE;
}

/* It takes one thread's numbers and is checked by those of two. */
static void settle_model(struct argp_state *state, struct micro_options *o)
{
	u32 need = bl_count_cpus() > 1 ? 2 : 1, found = 0;

	if (o->cold || o->remote)
		argp_error(state, "--model: of the steady state; not with --first-touch or --remote-unmap");
	for (size_t i = 0; i < o->threads.n; i++)
		found += o->threads.v[i] <= 2;
	if (found < need)
		argp_error(state, "--model: needs what was measured; valid: --threads %s",
			   need == 1 ? "1" : "1,2");
}

/* What does not go together; defaults that depend on others. */
static void settle(struct argp_state *state, struct micro_options *o)
{
	u32 cpus = o->plane == MICRO_ICOUNT ? 1 : bl_count_cpus();

	if (o->model && o->plane != MICRO_NATIVE)
		argp_error(state, "--model: is made of the locks of the plane native");
	if (o->remote && o->plane == MICRO_ICOUNT)
		argp_error(state, "--remote-unmap: the plane icount has one CPU; valid: native, vm, host");
	if (!o->threads.n) {
		if (!o->remote)
			o->threads.v[o->threads.n++] = 1;
		if (cpus > 1 || o->remote)
			o->threads.v[o->threads.n++] = 2;
	}
	if (o->model)
		settle_model(state, o);
	for (size_t i = 0; i < o->threads.n; i++) {
		if (o->threads.v[i] > 1 && o->plane == MICRO_ICOUNT)
			argp_error(state, "--threads: %u, but the plane icount has one CPU; valid: 1",
				   o->threads.v[i]);
		if (o->threads.v[i] > cpus)
			argp_error(state, "--threads: %u on %u CPUs: a thread that loses its CPU while it "
				   "holds a lock would be what is measured; valid: 1 to %u",
				   o->threads.v[i], cpus, cpus);
		if (o->remote && o->threads.v[i] < 2)
			argp_error(state, "--remote-unmap: one thread has no neighbour; valid: --threads 2 "
				   "to %u", cpus);
	}
}

static bool is_of_measurement(int key)
{
	return key == 's' || (key >= OPT_PLANE && key <= OPT_RAW && key != OPT_CSV);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct micro_options *o = state->input;

	o->asked |= is_of_measurement(key);
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
		o->no_touch = true;
		return 0;
	case OPT_DIRECTION:
		o->direction = parse_direction(state, arg);
		return 0;
	case OPT_ROUNDS:
		o->rounds = parse_number(state, "--rounds", arg, 1, 1000);
		return 0;
	case OPT_SECONDS:
		if (bl_parse_double(arg, 0.001, 60, &o->seconds))
			argp_error(state, "--seconds: '%s' is out of range; valid: 0.001 to 60", arg);
		return 0;
	case OPT_SEED:
		if (bl_parse_u64(arg, 0, ~0ULL >> 1, &o->seed))
			argp_error(state, "--seed: '%s' is no number from 0 on", arg);
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
		argp_error(state, "'%s' is no option", arg);
		return 0;
	case ARGP_KEY_SUCCESS:
		if (!o->from)
			settle(state, o);
		else if (o->asked)
			argp_error(state, "--from: what was measured stands; valid beside it: --json, --csv");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options, parse, NULL,
	"What one map and unmap costs, for each strategy, and beside it memcpy of as many bytes and "
	"a strategy that does nothing (null). Plane native: the strategies' own source files as threads "
	"of this machine, with real locks, ordering and copies. Planes vm, icount and host: the module itself, in "
	"threads of a kernel. The tables say what is left out. "
	"The bytes are verified in runs of their own before anything is timed.\v"
	"The machine should be idle (for icount it need not be): a run of the plane native lasts a quarter of "
	"a second, of the others some seconds, and all cells take turns.\n"
	"The programs of the plane native are built when needed, into build/micro; the others want 'make "
	"build'.\n"
	"Exit code: 0 fine, 1 a strategy is invalid or something failed, 2 bad usage, 130 interrupted "
	"(the complete rounds are printed).", NULL, NULL, NULL
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

static void csv_measured(const struct output *out, FILE *f)
{
	micro_print_csv(out->c, f);
}

static void csv_model(const struct output *out, FILE *f)
{
	micro_models_csv(out->models, f);
}

/* "a.csv" and "a-model.csv" */
static int write_csv(const struct output *out)
{
	const char *name = out->c->o.csv;
	size_t len = strlen(name);
	int stem = len > 4 && !strcmp(name + len - 4, ".csv") ? len - 4 : len, err;
	char *model = bl_fmt("%.*s-model%s", stem, name, name + stem);

	err = write_file(name, out, csv_measured);
	if (!err && out->models)
		err = write_file(model, out, csv_model);
	free(model);
	return err;
}

static void print_json(const struct output *out)
{
	json_t *j = micro_json(out->c);

	if (out->models)
		json_object_set_new(j, "models", micro_models_json(out->models));
	json_dumpf(j, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(10));
	putchar('\n');
	json_decref(j);
}

static int print(const struct output *out)
{
	if (out->c->o.json) {
		print_json(out);
	} else {
		micro_print_text(out->c, stdout);
		if (out->models)
			micro_models_text(out->models, out->c, stdout);
	}
	return out->c->o.csv ? write_csv(out) : 0;
}

static int exit_code(const struct micro_campaign *c, const struct micro_models *ms)
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

/* Complete rounds, or all of them refused. */
static bool has_numbers(const struct micro_campaign *c)
{
	return c->rounds || !c->interrupted;
}

int cmd_micro(int argc, char **argv)
{
	struct micro_campaign c = { .o = {
		.sizes = { { 64, 4096, 65536 }, 3 }, .outstanding = 1, .rounds = 8, .direction = 1,
		.seconds = 0.1, .seed = (unsigned long long)bl_now(),
	} };
	struct output out = { .c = &c };
	struct micro_models models = {};
	int code = BL_EXIT_USAGE;

	argp_parse(&argp, argc, argv, 0, NULL, &c.o);
	if (micro_prepare(&c))
		goto out;
	if (!micro_measure(&c) && c.o.model) {
		/* Cut short it says nothing of the strategies that come later. */
		if (!micro_models_make(&models, &c))
			out.models = &models;
		else
			c.interrupted = true;
	}
	code = exit_code(&c, &models);
	if (c.interrupted)
		bl_err("%s after %zu of %u rounds%s",
		       c.o.from ? "the file ends" : "interrupted", c.rounds, c.o.rounds,
		       !c.rounds ? ": there is nothing to print" : c.o.model ? "; no model" : "");
	if (has_numbers(&c) && print(&out))
		code = BL_EXIT_FAIL;
out:
	micro_models_free(&models);
	micro_free(&c);
	return code;
}
