/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The public face of cmd/, the command line. Each command is one function in a file of its name.
 *
 * In:  the command's own arguments; argv[0] is "bouncelab COMMAND".
 * Out: text on stdout, messages on stderr, and the exit code of the program (lib/exit.h).
 */
#ifndef BL_COMMANDS_H
#define BL_COMMANDS_H

#include "lib/exit.h"

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
