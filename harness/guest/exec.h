/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any program in the guest, on the host's request. */
#ifndef BL_GUEST_EXEC_H
#define BL_GUEST_EXEC_H

#include "lib/util.h"

/**
 * guest_exec() - run a program and send its output and its exit code to the host
 * @op: "argv", a list; "dir", the name of a directory below GUEST_RUNS, which is made if
 *      needed and is $BOUNCELAB_DIR of the program; "timeout_s", seconds (optional)
 *
 * Output is sent as it comes ("out"). "done" has the exit code: 128 + signal after a signal,
 * 127 if the program cannot be executed, 124 after a timeout.
 */
void guest_exec(const json_t *op);

#endif
