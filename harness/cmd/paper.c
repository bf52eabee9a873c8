// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab paper: fill in or check the numbers of PAPER.md. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "paper/paper.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

static const struct argp_option options[] = {
	{ "check", 'c', NULL, 0, "Change nothing; exit 1 if a number differs from the results",
	  0 },
	{ "data", 'd', "DIR", 0, "Read the campaigns from DIR [default: build/paper]", 0 },
	{}
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct paper *p = state->input;

	switch (key) {
	case 'c':
		p->check = true;
		return 0;
	case 'd':
		p->data = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (p->path)
			argp_error(state, "'%s' is a second paper; valid: one paper", arg);
		p->path = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static int render_paper(struct paper *p)
{
	char *text, *new;
	size_t len;
	int err = bl_read_file(p->path, &text, &len);

	if (err) {
		bl_err("%s: %s", p->path, strerror(-err));
		return BL_EXIT_USAGE;
	}
	new = paper_render(p, text);
	if (!new)
		err = -1;
	else if (!p->check && strcmp(text, new))
		err = bl_write_file(p->path, new, strlen(new));
	if (new && err)
		bl_err("%s: %s", p->path, strerror(-err));
	if (new && !err)
		printf("%s: %zu numbers, %zu tables, %zu figures; %zu %s\n", p->path, p->numbers,
		       p->tables, p->figures, p->wrong,
		       p->check ? "not what the results say" : "were not what the results say");
	free(text);
	free(new);
	return err || (p->check && p->wrong) ? BL_EXIT_FAIL : BL_EXIT_OK;
}

int cmd_paper(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "[PAPER.md]",
		"Fill in the numbers, tables and figures of the paper from campaigns' CSV "
		"files.\vMarkers in the text name the source of each number; harness/paper/paper.h "
		"has their grammar. 'make paper-check' unpacks the campaigns of results/paper, "
		"evaluates them again, and checks. Exit code: 0 success, 1 a number is wrong or "
		"cannot be made, 2 bad usage.",
		NULL, NULL, NULL
	};
	struct paper p = {};
	char *path = bl_path("PAPER.md"), *data = bl_path("build/paper");
	int code = BL_EXIT_USAGE;

	if (!argp_parse(&argp, argc, argv, 0, NULL, &p)) {
		p.path = p.path ? p.path : path;
		p.data = p.data ? p.data : data;
		code = render_paper(&p);
		paper_free(&p);
	}
	free(path);
	free(data);
	return code;
}
