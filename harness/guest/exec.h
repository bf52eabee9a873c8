/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any program in the guest, on the host's request. */
#ifndef BL_GUEST_EXEC_H
#define BL_GUEST_EXEC_H

#include "lib/util.h"

/*
 * { "argv": […], "dir": "NAME" (below the runs directory, made if needed),
 * "timeout_s": N (optional) }. Output goes to the host as it comes, then a
 * "done" with the exit code: 128 + signal if killed, 127 if not executable,
 * 124 on timeout.
 */
void guest_exec(const json_t *op);

#endif
