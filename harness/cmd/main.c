// SPDX-License-Identifier: GPL-2.0-or-later
/* The program bouncelab: find the command and run it. */
#include "lib/util.h"
#include "cmd/commands.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *about;	/* the line in --help */
} commands[] = {
	{ "doctor", cmd_doctor, "Check what this machine can do, and name remedies" },
	{ "list", cmd_list, "List strategies, their options, jobs, plans, planes" },
	{ "plan", cmd_plan, "Show the cells, runs and estimated time of a plan" },
	{ "run", cmd_run, "Run a plan in the guest; results go to results/" },
	{ "resume", cmd_resume, "Do the missing runs of an interrupted campaign" },
	{ "merge", cmd_merge, "Merge the shards of a plan into one campaign" },
	{ "compare", cmd_compare, "Compare two campaigns, for example before and after a change" },
	{ "report", cmd_report, "Write tables, verdicts and figures of a campaign" },
	{ "trace", cmd_trace, "Trace where time goes: locks, stages of an I/O, memory" },
	{ "micro", cmd_micro, "Measure the cost of one map and unmap of each strategy" },
	{ "paper", cmd_paper, "Fill in or check the numbers of PAPER.md" },
	{ "vm", cmd_vm, "Run one command as root in the guest" },
};

#ifndef BL_VERSION
#define BL_VERSION	"of an unknown version"	/* compiled without make */
#endif

const char *argp_program_version = "bouncelab " BL_VERSION;

static void print_help(FILE *out)
{
	fputs("Usage: bouncelab COMMAND [OPTION...] [ARGUMENT...]\n"
	      "Compare bounce-buffer strategies of a software IOMMU for userspace devices.\n\n"
	      "Commands:\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].about);
	fputs("\n'bouncelab COMMAND --help' explains a command. --version prints the version.\n"
	      "Exit code: 0 success, 1 failure, 2 bad usage, 130 interrupted.\n", out);
}

static int report_unknown_command(const char *name)
{
	struct bl_strv valid = {};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		bl_strv_add(&valid, commands[i].name);
	bl_err_unknown(NULL, "command", name, &valid);
	bl_strv_free(&valid);
	return BL_EXIT_USAGE;
}

/* Exit with an error if stdout could not be written. Runs at exit, because argp exits as well. */
static void check_stdout(void)
{
	int err = fflush(stdout) ? errno : 0;

	if (err)
		bl_err("cannot write all of the output: %s", strerror(err));
	else if (ferror(stdout))
		bl_err("cannot write all of the output");
	else
		return;
	_exit(BL_EXIT_FAIL);
}

int main(int argc, char **argv)
{
	static char name[32];

	atexit(check_stdout);
	argp_err_exit_status = BL_EXIT_USAGE;
	if (argc < 2) {
		print_help(stderr);
		return BL_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help(stdout);
		return BL_EXIT_OK;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts(argp_program_version);
		return BL_EXIT_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		/* Usage messages print argv[0]. */
		snprintf(name, sizeof(name), "bouncelab %s", commands[i].name);
		argv[1] = name;
		return commands[i].run(argc - 1, argv + 1);
	}
	return report_unknown_command(argv[1]);
}
