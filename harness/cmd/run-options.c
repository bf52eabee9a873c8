// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/run-options.h"
#include "lib/exit.h"

#include <stdlib.h>

enum { OPT_ACCEL = 768, OPT_MEM, OPT_APPEND, OPT_STAGE_TIMEOUT, OPT_NOISY_HOST };

static const struct argp_option options[] = {
	{ "name", 'n', "NAME", 0, "Name the campaign [default: PLAN-TIME]", 0 },
	{ "out", 'o', "DIR", 0, "Write the campaign into DIR [default: results/]", 0 },
	{ "accel", OPT_ACCEL, "NAME", 0, "Run the guest on auto, kvm or tcg [default: auto]. Plans "
	  "of the plane icount always use icount; traces may use it", 0 },
	{ "mem", OPT_MEM, "M", 0, "Give the guest M MiB of memory [default: 2048]", 0 },
	{ "append", OPT_APPEND, "ARGS", 0, "Add ARGS to the guest's kernel command line", 0 },
	{ "stage-timeout", OPT_STAGE_TIMEOUT, "S", 0,
	  "Let a stage of a run take S seconds longer than fio needs [default: 120]", 0 },
	{ "allow-noisy-host", OPT_NOISY_HOST, NULL, 0,
	  "Run although the host is busy or throttled; the result records it", 0 },
	{ "unfit", OPT_NOISY_HOST, NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct run_options *o = state->input;
	unsigned long long mem;

	switch (key) {
	case 'n':
		o->name = arg;
		return 0;
	case 'o':
		o->out = arg;
		return 0;
	case OPT_ACCEL:
		if (accel_parse("--accel", arg, &o->runner.accel))
			exit(BL_EXIT_USAGE);
		return 0;
	case OPT_MEM:
		if (bl_parse_u64(arg, 512, 1048576, &mem))
			argp_error(state, "bad value '%s' for --mem; valid: 512..1048576", arg);
		o->runner.mem_mb = mem;
		return 0;
	case OPT_APPEND:
		o->runner.append = arg;
		return 0;
	case OPT_STAGE_TIMEOUT:
		if (bl_parse_double(arg, 1, 86400, &o->runner.stage_timeout))
			argp_error(state, "bad value '%s' for --stage-timeout; valid: 1..86400",
				   arg);
		return 0;
	case OPT_NOISY_HOST:
		o->runner.allow_noisy_host = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp run_options_argp = { options, parse, NULL, NULL, NULL, NULL, NULL };

static void add_option(struct bl_strv *args, const char *option, const char *value)
{
	if (!value)
		return;
	bl_strv_add(args, option);
	bl_strv_add(args, value);
}

void run_options_to_args(const struct run_options *o, struct bl_strv *args)
{
	char *timeout = bl_fmt("%g", o->runner.stage_timeout);
	char *mem = bl_fmt("%u", o->runner.mem_mb);

	add_option(args, "--accel", accel_names[o->runner.accel]);
	add_option(args, "--append", o->runner.append);
	add_option(args, "--mem", mem);
	add_option(args, "--stage-timeout", timeout);
	if (o->runner.allow_noisy_host)
		bl_strv_add(args, "--allow-noisy-host");
	free(mem);
	free(timeout);
}
