/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of a plan: a fresh device, its jobs, and the removal of the device. */
#ifndef BL_GUEST_RUN_H
#define BL_GUEST_RUN_H

#include "guest/outcome.h"

/**
 * guest_do_run() - do one run and leave its files in the run's directory
 * @op: the host's request: "id", "dir" (below GUEST_RUNS), "kind", "strategy", "module",
 *      "job_files", "runs", "runtime_s", "ramp_s", "collect", the axes, and more; the host
 *      takes them from the plan
 * @o: filled with the outcome
 *
 * The device is taken down again whatever fails.
 */
void guest_do_run(const json_t *op, struct guest_outcome *o);

#endif
