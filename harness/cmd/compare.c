// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab compare: compare two campaigns, for example before and after a change. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "report/comparison.h"
#include "report/trace-compare.h"

#include <argp.h>

/* git bisect run skips a revision with this exit code. */
#define EXIT_CANNOT_TELL	125

enum { OPT_JSON = 256, OPT_SAME, OPT_TRACE };

struct options {
	const char *campaigns[2], *label, *job;
	bool json, trace;
	double same_pct;
};

static const struct argp_option options[] = {
	{ "label", 'l', "LABEL", 0, "Compare only this label", 0 },
	{ "job", 'j', "JOB", 0, "Compare only this job", 0 },
	{ "json", OPT_JSON, NULL, 0, "Print JSON", 0 },
	{ "trace", OPT_TRACE, NULL, 0, "Compare the traces of two campaigns, or of two strategies, "
	  "each given as CAMPAIGN:STRATEGY", 0 },
	{ "same-within", OPT_SAME, "PERCENT", 0,
	  "Call differences up to this margin the same [default: 5 %]", 0 },
	{}
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'l':
		o->label = arg;
		return 0;
	case 'j':
		o->job = arg;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_TRACE:
		o->trace = true;
		return 0;
	case OPT_SAME:
		if (bl_parse_double(arg, 0.01, 100, &o->same_pct))
			argp_error(state, "--same-within: bad percentage '%s'; valid: 0.01..100",
				   arg);
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
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options, parse, "OLD NEW",
	"Compare each label of the campaign NEW with the same label of OLD, each relative to the "
	"baseline of its own campaign. With --trace, compare where the time goes.\vExit code: 0 no "
	"label is slower, 1 a label is slower, 125 there is no verdict ('git bisect run' then "
	"skips the revision), 2 bad usage.", NULL, NULL, NULL
};

static int find_exit_code(const struct comparisons *cs)
{
	bool told = false;

	for (size_t i = 0; i < cs->n; i++) {
		if (cs->c[i].verdict == V_SLOWER)
			return BL_EXIT_FAIL;
		told |= cs->c[i].verdict == V_FASTER || cs->c[i].verdict == V_SAME;
	}
	return told ? BL_EXIT_OK : EXIT_CANNOT_TELL;
}

int cmd_compare(int argc, char **argv)
{
	struct options o = { .same_pct = RULE_SAME_PCT };
	struct comparisons cs = {};
	struct report_side s[2] = {};
	int code = BL_EXIT_USAGE;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (o.trace)
		return report_compare_traces(o.campaigns);
	if (report_load_side(&s[0], o.campaigns[0], o.same_pct) ||
	    report_load_side(&s[1], o.campaigns[1], o.same_pct) ||
	    compare_campaigns(&cs, &s[0].v, &s[1].v, o.label, o.job))
		goto out;
	if (o.json)
		report_compare_json(&cs, s, stdout);
	else
		report_compare_text(&cs, s, stdout);
	code = find_exit_code(&cs);
out:
	comparisons_free(&cs);
	report_free_side(&s[0]);
	report_free_side(&s[1]);
	return code;
}
