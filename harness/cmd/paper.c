// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab paper: make a text from its source and the results, or check it. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "paper/paper.h"

#include <argp.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

struct args {
	struct paper p;
	const char *out;
};

static const struct argp_option options[] = {
	{ "check", 'c', NULL, 0, "Change nothing; compare the text and its figures with what is there",
	  0 },
	{ "data", 'd', "DIR", 0, "Read the campaigns from DIR [default: build/paper]", 0 },
	{ "out", 'o', "FILE", 0, "Write the text to FILE [default: PAPER.md]", 0 },
	{}
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case 'c':
		a->p.check = true;
		return 0;
	case 'd':
		a->p.data = arg;
		return 0;
	case 'o':
		a->out = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (a->p.source)
			argp_error(state, "'%s' is a second source; valid: one source", arg);
		a->p.source = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* Report the first line in which the file differs from what the source makes. */
static void report_difference(struct paper *p, const char *path, const char *is, const char *should)
{
	for (size_t n = 1; *is || *should; n++) {
		size_t a = strcspn(is, "\n"), b = strcspn(should, "\n");

		if (a != b || strncmp(is, should, a)) {
			paper_wrong(p, path, n, "says '%.*s', its source and the results say '%.*s'; "
				    "edit %s and run 'scripts/paper.sh render'", (int)a, is, (int)b,
				    should, p->source);
			return;
		}
		is += a + (is[a] == '\n');
		should += b + (should[b] == '\n');
	}
}

static int write_or_compare(struct args *a, const char *text)
{
	char *is = NULL;
	int err = bl_read_file(a->out, &is, NULL);

	if (a->p.check && err)
		paper_wrong(&a->p, a->out, 1, "%s", strerror(-err));
	else if (a->p.check)
		report_difference(&a->p, a->out, is, text);
	else
		err = is && !strcmp(is, text) ? 0 : bl_write_file(a->out, text, strlen(text));
	if (err && !a->p.check)
		bl_err("%s: %s", a->out, strerror(-err));
	free(is);
	return a->p.check ? 0 : err;
}

static int make_text(struct args *a)
{
	char *source, *text, *copy;
	int err = bl_read_file(a->p.source, &source, NULL);

	if (err) {
		bl_err("%s: %s", a->p.source, strerror(-err));
		return BL_EXIT_USAGE;
	}
	copy = bl_strdup(a->out);
	a->p.base = dirname(copy);
	err = paper_open(&a->p);
	if (!err) {
		text = paper_render(&a->p, source);
		err = write_or_compare(a, text);
		printf("%s: %zu values, %zu tables, %zu figures, %zu claims; %zu wrong\n", a->out,
		       a->p.n_values, a->p.n_tables, a->p.n_figures, a->p.n_claims, a->p.wrong);
		free(text);
	}
	paper_free(&a->p);
	free(source);
	free(copy);
	return err || a->p.wrong ? BL_EXIT_FAIL : BL_EXIT_OK;
}

int cmd_paper(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "[NAME.in.md]",
		"Make a text from its source and from the CSV files of campaigns, and check its source."
		"\vThe source has named values, tables, figures and claims in place of numbers; "
		"harness/paper/paper.h has its grammar. Default: paper/PAPER.in.md. 'make paper-check' "
		"unpacks the campaigns of results/paper, evaluates them again, and checks all texts. "
		"Exit code: 0 success, 1 something is wrong, 2 bad usage.",
		NULL, NULL, NULL
	};
	struct args a = {};
	char *source = bl_path("paper/PAPER.in.md"), *data = bl_path("build/paper");
	char *out = bl_path("PAPER.md");
	int code = BL_EXIT_USAGE;

	if (!argp_parse(&argp, argc, argv, 0, NULL, &a)) {
		a.p.source = a.p.source ? a.p.source : source;
		a.p.data = a.p.data ? a.p.data : data;
		a.out = a.out ? a.out : out;
		code = make_text(&a);
	}
	free(source);
	free(data);
	free(out);
	return code;
}
