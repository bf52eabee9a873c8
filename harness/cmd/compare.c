// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab compare: compare two campaigns, for example before and after a change. */
#include "lib/util.h"
#include "campaign/things.h"
#include "cmd/commands.h"
#include "report/comparison.h"
#include "report/trace-compare.h"

#include <argp.h>
#include <errno.h>
#include <math.h>

/* git bisect run skips a revision with this exit code. */
#define EXIT_CANNOT_TELL	125

enum { OPT_JSON = 256, OPT_SAME, OPT_TRACE, OPT_ACROSS, OPT_BOOT_SD };

struct options {
	const char *campaigns[2];
	struct compare_options compare;
	bool json, trace;
	unsigned int across;
	double same_pct;
};

static const struct argp_option options[] = {
	{ "label", 'l', "LABEL", 0, "Compare only this label", 0 },
	{ "job", 'j', "JOB", 0, "Compare only this job", 0 },
	{ "across", OPT_ACROSS, "LIST", 0, "Compare these things, which may then differ: module, compiler, "
	  "kernel, daemon, fio, emulator, host [default: module]", 0 },
	{ "boot-sd", OPT_BOOT_SD, "PERCENT", 0, "Take this for the standard deviation of a ratio "
	  "between boots, where a campaign has fewer than 5 [default: 0.2 on icount, else unknown]",
	  0 },
	{ "json", OPT_JSON, NULL, 0, "Print JSON", 0 },
	{ "trace", OPT_TRACE, NULL, 0, "Compare the lock waits of two traced campaigns, or of two strategies, "
	  "each given as CAMPAIGN:STRATEGY", 0 },
	{ "same-within", OPT_SAME, "PERCENT", 0,
	  "Set the margin of \"same\" after the fact; the output says so [per cent; default: the plan's]", 0 },
	{}
};

/* Parse one of the options with a value to check. */
static void parse_checked(int key, const char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	if (key == OPT_ACROSS && things_parse(arg, &o->across))
		argp_error(state, "--across: unknown thing in '%s'; valid: module, compiler, kernel, daemon, "
			   "fio, emulator, host, with commas between them", arg);
	if (key == OPT_BOOT_SD && bl_parse_double(arg, 0, 100, &o->compare.boot_sd_pct))
		argp_error(state, "--boot-sd: bad percentage '%s'; valid: 0..100", arg);
	if (key == OPT_SAME && bl_parse_double(arg, 0.01, 100, &o->same_pct))
		argp_error(state, "--same-within: bad percentage '%s'; valid: 0.01..100", arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'l':
		o->compare.label = arg;
		return 0;
	case 'j':
		o->compare.job = arg;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_TRACE:
		o->trace = true;
		return 0;
	case OPT_ACROSS:
	case OPT_BOOT_SD:
	case OPT_SAME:
		parse_checked(key, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "'%s' is a third campaign; valid: OLD NEW", arg);
		o->campaigns[state->arg_num] = arg;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < 2)
			argp_error(state, "two campaigns are needed; give directories or names "
				   "below results/");
		if (o->trace && (o->compare.label || o->compare.job))
			argp_error(state, "--label and --job cannot be given with --trace; valid: "
				   "CAMPAIGN:STRATEGY");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options, parse, "OLD NEW",
	"Compare each label of the campaign NEW with the same label of OLD, each relative to the "
	"baseline of its own campaign. With --trace, compare where the time goes.\vExit code: 0 every "
	"label is faster or the same, 1 a label is slower, 125 it cannot be said ('git bisect run' then "
	"skips the revision), 2 bad usage. It cannot be said if a campaign has files that the program did "
	"not write, if the campaigns differ in more than "
	"--across names, or if a label is unverified, inconclusive, or missing in one of them; the "
	"reasons are printed.", NULL, NULL, NULL
};

static int exit_code_of(enum conclusion c)
{
	static const int codes[] = {
		[NOT_WORSE] = BL_EXIT_OK, [WORSE] = BL_EXIT_FAIL, [CANNOT_TELL] = EXIT_CANNOT_TELL,
	};

	return codes[c];
}

int cmd_compare(int argc, char **argv)
{
	struct options o = {
		.compare.boot_sd_pct = NAN, .across = THING_BIT(THING_MODULE), .same_pct = RULE_AS_DECLARED,
	};
	struct report_comparison r = {};
	int code = BL_EXIT_USAGE, err;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (o.trace)
		return report_compare_traces(o.campaigns, o.json);
	err = report_load_side(&r.side[0], o.campaigns[0], o.same_pct);
	err = err ? err : report_load_side(&r.side[1], o.campaigns[1], o.same_pct);
	if (err == -EBADMSG)
		code = EXIT_CANNOT_TELL;
	if (err || compare_campaigns(&r.cs, &r.side[0].v, &r.side[1].v, &o.compare))
		goto out;
	r.conclusion = conclude(&r.cs, &r.side[0].v, &r.side[1].v, o.across, &r.why);
	if (o.json)
		report_compare_json(&r, stdout);
	else
		report_compare_text(&r, stdout);
	code = exit_code_of(r.conclusion);
out:
	report_free_comparison(&r);
	return code;
}
