// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bouncelab-guest: the first process of the guest, which `bouncelab run` starts; and, for
 * tests in the guest, `bouncelab-guest micro STRATEGY [KEY=VALUE...]`.
 */
#include "guest/agent.h"
#include "guest/micro-run.h"
#include "lib/exit.h"
#include "proto/micro-config.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	struct micro_config config;
	json_t *op;
};

/* The keys whose values are names; the kernel checks the values. */
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

static void refuse_key(struct argp_state *state, const char *arg)
{
	struct bl_strv keys = {};
	char *all;

	micro_config_keys(&keys);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		bl_strv_add(&keys, texts[i]);
	all = bl_strv_join(&keys, ", ");
	argp_error(state, "unknown key in '%s'; valid: %s", arg, all);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	int err;

	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num == 0) {
			json_object_set_new(o->op, "strategy", json_string(arg));
			return 0;
		}
		if (set_text(o->op, arg))
			return 0;
		err = micro_config_set(&o->config, arg);
		if (err == -ENOENT)
			refuse_key(state, arg);
		else if (err)
			exit(BL_EXIT_USAGE);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "the name of a strategy is missing");
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	NULL, parse_option, "STRATEGY [KEY=VALUE...]",
	"Run the loop of `bouncelab micro` once in this kernel and print the result as JSON. "
	"STRATEGY may be null, which is the loop without a strategy.", NULL, NULL, NULL
};

/* The agent's guest has this word on its kernel's command line. */
static bool is_in_guest(void)
{
	char *text;
	bool found;

	if (bl_read_file("/proc/cmdline", &text, NULL))
		return false;
	found = strstr(text, "bl.root=");
	free(text);
	return found;
}

static int run_micro(int argc, char **argv)
{
	struct options opt = {
		.config = {
			.size = 4096, .threads = 1, .outstanding = 1, .direction = 1, .slices = 1,
			.buffers = 32, .stride = 4096, .step = 1, .seed = 1, .window = 64 << 20,
			.warm_ns = 1000000, .slice_ns = 10000000,
		},
		.op = json_object(),
	};
	char *module = bl_path("build/bouncelab.ko");
	struct guest_outcome o = {};
	json_t *result;

	json_object_set_new(opt.op, "module", json_string(module));
	argp_parse(&argp, argc, argv, 0, NULL, &opt);
	if (!is_in_guest()) {
		bl_err("bouncelab-guest micro loads the module into the running kernel, and this is "
		       "no guest; 'bouncelab micro' measures on this machine");
		exit(BL_EXIT_USAGE);
	}
	json_object_set_new(opt.op, "config", micro_config_json(&opt.config));
	result = guest_run_micro(opt.op, &o);
	if (!result || o.invalid)
		bl_err("%s", o.reason);
	if (result) {
		json_dumpf(result, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(opt.op);
	free(module);
	if (!result)
		return BL_EXIT_FAIL;
	json_decref(result);
	return BL_EXIT_OK;
}

int main(int argc, char **argv)
{
	static char name[] = "bouncelab-guest micro";

	argp_err_exit_status = BL_EXIT_USAGE;
	if (argc == 1 && getpid() == 1)
		guest_serve();
	if (argc > 1 && !strcmp(argv[1], "micro")) {
		argv[1] = name;
		return run_micro(argc - 1, argv + 1);
	}
	bl_err("bouncelab-guest is the first process of the guest, which 'bouncelab run' starts; "
	       "by hand only 'bouncelab-guest micro STRATEGY' is valid, in a guest");
	return BL_EXIT_USAGE;
}
