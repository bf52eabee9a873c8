// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bouncelab guest-micro, for tests: do one run of `bouncelab micro` in the kernel of this machine,
 * which has to be a guest, or with --boot in a guest that is booted for it.
 */
#include "cmd/commands.h"
#include "guest/micro-run.h"
#include "micro/in-vm.h"
#include "lib/interrupt.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct options {
	bool boot;
	enum accel accel;	/* with boot */
	unsigned long long cpus;
	struct micro_config config;
	json_t *op;
};

static const struct argp_option options[] = {
	{ "boot", 'b', "ACCEL", 0, "Boot a guest and run there; kvm, tcg, icount or auto", 0 },
	{ "cpus", 'c', "N", 0, "Give the guest N CPUs [default: 2]", 0 },
	{ 0 }
};

/* Options by name; the kernel checks the values. */
static const char *const texts[] = {
	"allocator", "granule", "prefill", "backing", "device", "module",
};

static bool set_text(json_t *op, const char *arg)
{
	size_t len = strcspn(arg, "=");

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (strlen(texts[i]) != len || strncmp(texts[i], arg, len) || !arg[len])
			continue;
		json_object_set_new(op, texts[i], json_string(arg + len + 1));
		return true;
	}
	return false;
}

static void unknown_key(struct argp_state *state, const char *arg)
{
	struct bl_strv keys = {};
	char *all;

	micro_config_keys(&keys);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		bl_strv_add(&keys, texts[i]);
	all = bl_strv_join(&keys, ", ");
	argp_error(state, "unknown key in '%s'; valid: %s", arg, all);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	int err;

	switch (key) {
	case 'b':
		o->boot = true;
		if (accel_parse("--boot", arg, &o->accel))
			exit(BL_EXIT_USAGE);
		return 0;
	case 'c':
		if (bl_parse_u64(arg, 1, MICRO_THREADS_MAX, &o->cpus))
			argp_error(state, "bad value '%s' for --cpus; valid: 1..%u", arg,
				   MICRO_THREADS_MAX);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num == 0) {
			json_object_set_new(o->op, "strategy", json_string(arg));
			return 0;
		}
		if (set_text(o->op, arg))
			return 0;
		err = micro_config_set(&o->config, arg);
		if (err == -ENOENT)
			unknown_key(state, arg);
		else if (err)
			exit(BL_EXIT_USAGE);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no strategy is named");
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options, parse, "STRATEGY [KEY=VALUE...]",
	"Run the loop of `bouncelab micro` once in the kernel, for tests, and print the result as JSON. "
	"The STRATEGY null is the loop alone.", NULL, NULL, NULL
};

static json_t *run_here(const struct options *o)
{
	struct guest_verdict v = {};
	json_t *j = guest_micro(o->op, &v);

	if (!j || v.invalid)
		bl_err("%s", v.reason);
	return j;
}

static json_t *run_there(const struct options *o)
{
	struct micro_guest g;
	char *why = NULL;
	json_t *j = NULL;

	bl_catch_signals();
	if (!micro_guest_begin(&g, o->accel, o->cpus, 2048)) {
		j = micro_guest_run(&g, bl_json_str(o->op, "strategy", ""), o->op, &o->config, &why);
		if (!j)
			bl_err("%s", bl_interrupted ? "interrupted" : why);
	}
	micro_guest_end(&g);
	free(why);
	return j;
}

int cmd_guest_micro(int argc, char **argv)
{
	struct options o = {
		.cpus = 2,
		.config = {
			.size = 4096, .threads = 1, .outstanding = 1, .direction = 1, .slices = 1,
			.buffers = 32, .stride = 4096, .seed = 1, .window = 64 << 20,
			.warm_ns = 1000000, .slice_ns = 10000000,
		},
		.op = json_object(),
	};
	char *module = bl_path("build/bouncelab.ko");
	json_t *j;

	json_object_set_new(o.op, "module", json_string(module));
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	json_object_set_new(o.op, "config", micro_config_json(&o.config));
	j = o.boot ? run_there(&o) : run_here(&o);
	if (j) {
		json_dumpf(j, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(j);
	json_decref(o.op);
	free(module);
	if (bl_interrupted)
		return BL_EXIT_INTERRUPTED;
	return j ? BL_EXIT_OK : BL_EXIT_FAIL;
}
