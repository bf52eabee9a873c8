// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab report: derive tables, verdicts and figures from a campaign. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "campaign/campaign.h"
#include "report/report.h"

#include <argp.h>
#include <stdlib.h>

enum { OPT_JSON = 256, OPT_NO_PLOTS, OPT_SAME };

struct report_args {
	const char *campaign;
	struct report_options options;
};

static const struct argp_option options[] = {
	{ "json", OPT_JSON, NULL, 0, "Print verdicts as JSON instead of the table", 0 },
	{ "no-plots", OPT_NO_PLOTS, NULL, 0, "Draw no figures", 0 },
	{ "same-within", OPT_SAME, "PERCENT", 0,
	  "Set the margin of \"same\" after the fact; the output says so [per cent; default: the plan's]", 0 },
	{}
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct report_args *a = state->input;

	switch (key) {
	case OPT_JSON:
		a->options.json = true;
		return 0;
	case OPT_NO_PLOTS:
		a->options.plots = false;
		return 0;
	case OPT_SAME:
		if (bl_parse_double(arg, 0.01, 100, &a->options.same_pct))
			argp_error(state, "--same-within: bad percentage '%s'; valid: 0.01..100",
				   arg);
		return 0;
	case ARGP_KEY_ARG:
		if (a->campaign)
			argp_error(state, "'%s' is a second campaign; valid: one campaign", arg);
		a->campaign = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state,
			   "no campaign is named; give a directory or a name below results/");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

int cmd_report(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "CAMPAIGN",
		"Derive tables, verdicts and figures from a campaign's runs.\v"
		"CAMPAIGN is a directory or a name below results/. Writes summary.csv, "
		"verdicts.csv, costs.csv, table.txt and figures/ into it. Exit code: 0 all planned "
		"runs are ok, 1 a run failed, is invalid or missing, 2 bad usage.",
		NULL, NULL, NULL
	};
	struct report_args a = { .options = REPORT_DEFAULTS };
	char *dir;
	int err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &a))
		return BL_EXIT_USAGE;
	dir = campaign_find(a.campaign);
	if (!dir)
		return BL_EXIT_USAGE;
	err = report_campaign(dir, &a.options, stdout);
	free(dir);
	return err ? BL_EXIT_FAIL : BL_EXIT_OK;
}
