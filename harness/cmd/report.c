// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab report: derive tables, verdicts and figures from campaigns. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "campaign/campaign.h"
#include "report/report.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>

enum {
	OPT_JSON = 256, OPT_NO_PLOTS, OPT_SAME, OPT_SELECT, OPT_RENAME, OPT_ORDER, OPT_WIDTH,
	OPT_FORMAT, OPT_VERIFY,
};

struct report_args {
	struct bl_strv campaigns;
	struct report_options options;
};

static const struct argp_option options[] = {
	{ "json", OPT_JSON, NULL, 0, "Print verdicts as JSON instead of the table", 0 },
	{ "no-plots", OPT_NO_PLOTS, NULL, 0, "Draw no figures, and remove those of an earlier report",
	  0 },
	{ "same-within", OPT_SAME, "PERCENT", 0,
	  "Set the margin of \"same\" after the fact; the output says so [per cent; default: the plan's]", 0 },
	{ "verify", OPT_VERIFY, NULL, 0, "Check every raw file against the manifest, and refuse a campaign "
	  "that cannot be checked [default: check those that were changed or copied since it was written]",
	  0 },
	{ "out", 'o', "DIR", 0, "Write tables and figures into DIR [default: the campaign's "
	  "directory]", 0 },
	{ NULL, 0, NULL, 0, "Figures:", 1 },
	{ "select", OPT_SELECT, "LABELS", 0, "Show only these labels in figures [default: all]", 1 },
	{ "order", OPT_ORDER, "LABELS", 0, "Show these labels first, in this order [default: by "
	  "mechanism]", 1 },
	{ "rename", OPT_RENAME, "OLD=NEW,...", 0, "Call labels by other names in figures; may be "
	  "given several times", 1 },
	{ "width", OPT_WIDTH, "INCHES", 0, "Draw figures of this width, with text of 6.8 to 7.5 points "
	  "[default: 7]", 1 },
	{ "format", OPT_FORMAT, "LIST", 0, "Draw in these formats: svg, pdf, png, tikz [default: "
	  "svg,pdf]", 1 },
	{}
};

/* Exit after a message that the caller has printed. */
static void refuse_if(int err)
{
	if (err)
		exit(BL_EXIT_USAGE);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct report_args *a = state->input;
	struct figure_options *f = &a->options.figures;

	switch (key) {
	case OPT_JSON:
		a->options.json = true;
		return 0;
	case OPT_VERIFY:
		a->options.verify = true;
		return 0;
	case OPT_NO_PLOTS:
		a->options.plots = false;
		return 0;
	case OPT_SAME:
		if (bl_parse_double(arg, 0.01, 100, &a->options.same_pct))
			argp_error(state, "--same-within: bad percentage '%s'; valid: 0.01..100",
				   arg);
		return 0;
	case 'o':
		a->options.out = arg;
		return 0;
	case OPT_SELECT:
		bl_strv_split(&f->select, arg);
		return 0;
	case OPT_ORDER:
		bl_strv_split(&f->order, arg);
		return 0;
	case OPT_RENAME:
		refuse_if(figure_options_add_names(f, arg));
		return 0;
	case OPT_WIDTH:
		refuse_if(figure_options_set_width(f, arg));
		return 0;
	case OPT_FORMAT:
		refuse_if(figure_options_set_formats(f, arg));
		return 0;
	case ARGP_KEY_ARG:
		bl_strv_add(&a->campaigns, arg);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state,
			   "no campaign is named; give a directory or a name below results/");
		return 0;
	case ARGP_KEY_END:
		if (a->campaigns.n > 1 && a->options.plots && !a->options.out)
			argp_error(state, "figures of several campaigns need a directory; give -o DIR "
				   "or --no-plots");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

int cmd_report(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "CAMPAIGN...",
		"Derive tables, verdicts and figures from the runs of campaigns.\v"
		"CAMPAIGN is a directory or a name below results/. Writes summary.csv, verdicts.csv, "
		"costs.csv, table.txt and figures/ into it, or into DIR; of several campaigns the tables "
		"into DIR/NAME and common figures into DIR/figures. A caption stands beside each figure "
		"as .txt. Exit code: 0 all planned runs are ok, 1 a run failed, is invalid or missing, "
		"or a campaign has files that the program did not write (with no report), "
		"2 bad usage.",
		NULL, NULL, NULL
	};
	struct report_args a = { .options = REPORT_DEFAULTS };
	const char **dirs;
	int code = BL_EXIT_USAGE;
	size_t n = 0;

	if (argp_parse(&argp, argc, argv, 0, NULL, &a))
		return BL_EXIT_USAGE;
	dirs = bl_zalloc(a.campaigns.n * sizeof(*dirs));
	for (; n < a.campaigns.n; n++) {
		dirs[n] = campaign_find(a.campaigns.v[n]);
		if (!dirs[n])
			goto out;
	}
	switch (report_campaigns(dirs, n, &a.options, stdout)) {
	case 0:
		code = BL_EXIT_OK;
		break;
	case -EINVAL:
		break;	/* an option does not fit the campaigns */
	default:
		code = BL_EXIT_FAIL;
	}
out:
	while (n--)
		free((char *)dirs[n]);
	free(dirs);
	figure_options_free(&a.options.figures);
	bl_strv_free(&a.campaigns);
	return code;
}
