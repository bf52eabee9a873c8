/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subcommands. Each gets its own argv (argv[0] is the name of the
 * subcommand) and returns the exit code of the program: 0 fine, 1 something
 * failed, 2 bad usage or an unknown name, 130 interrupted.
 */
#ifndef BL_COMMANDS_H
#define BL_COMMANDS_H

#include "lib/exit.h"

#define BL_VERSION		"0.1"

int cmd_doctor(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_resume(int argc, char **argv);
int cmd_paper(int argc, char **argv);
int cmd_vm(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_micro(int argc, char **argv);

#endif
