// SPDX-License-Identifier: GPL-2.0-or-later
/* The program: picks the subcommand. */
#include "lib/util.h"
#include "cmd/commands.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *about;	/* NULL: not for people */
} commands[] = {
	{ "doctor", cmd_doctor, "What this machine can do, check by check, with remedies" },
	{ "list", cmd_list, "Strategies, their options, jobs, plans, planes" },
	{ "plan", cmd_plan, "Expand a plan: its cells, its runs, how long it takes" },
	{ "run", cmd_run, "Run a plan in the guest; results go to results/" },
	{ "resume", cmd_resume, "Go on with a campaign that was interrupted or killed" },
	{ "merge", cmd_merge, "Shards of a plan that were run apart, as one campaign" },
	{ "compare", cmd_compare, "Two campaigns: is a label slower in the second one?" },
	{ "report", cmd_report, "Tables, verdicts and figures of a campaign" },
	{ "trace", cmd_trace, "Where the time goes: locks, the life of an I/O, memory" },
	{ "micro", cmd_micro, "What one map and unmap costs, for each strategy" },
	{ "paper", cmd_paper, "The numbers of PAPER.md, made or checked" },
	{ "vm", cmd_vm, "Run one command as root in the guest" },
	{ "guest", cmd_guest, NULL },
	{ "guest-micro", cmd_guest_micro, NULL },
};

const char *argp_program_version = "bouncelab " BL_VERSION;

static void help(FILE *out)
{
	fputs("Usage: bouncelab COMMAND [OPTION...] [ARGUMENT...]\n"
	      "Compare bounce-buffer strategies of a software IOMMU for userspace devices.\n\n"
	      "Commands:\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].about)
			fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].about);
	fputs("\n'bouncelab COMMAND --help' explains one. --version prints the version.\n"
	      "Exit code: 0 fine, 1 something failed, 2 bad usage, 130 interrupted.\n", out);
}

static int usage_error(const char *name)
{
	struct bl_strv valid = {};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].about)
			bl_strv_add(&valid, commands[i].name);
	bl_err_unknown(NULL, "command", name, &valid);
	bl_strv_free(&valid);
	return BL_EXIT_USAGE;
}

/* What was not written must not look as if it was; argp leaves by exit(), too. */
static void check_stdout(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return;
	bl_err("cannot write all of the output");
	_exit(BL_EXIT_FAIL);
}

int main(int argc, char **argv)
{
	static char name[32];

	atexit(check_stdout);
	argp_err_exit_status = BL_EXIT_USAGE;
	if (argc < 2) {
		help(stderr);
		return BL_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		help(stdout);
		return BL_EXIT_OK;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts(argp_program_version);
		return BL_EXIT_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		/* What usage messages call the program. */
		snprintf(name, sizeof(name), "bouncelab %s", commands[i].name);
		argv[1] = name;
		return commands[i].run(argc - 1, argv + 1);
	}
	return usage_error(argv[1]);
}
