/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `run` and `resume` have in common. */
#ifndef BL_EXECUTE_H
#define BL_EXECUTE_H

#include "runner.h"

/*
 * Is all built that the plan needs, and of these sources, and is the machine fit for its
 * times? What is unfit is in @opt, for the caller to free. Messages itself; -EBUSY: unfit.
 */
int bl_execute_check(const struct bl_plan *p, struct bl_runner_options *opt);

/*
 * Do all runs that the campaign does not have yet, write the manifest, print the report.
 * Signals are caught from here on. Returns the exit code, with messages.
 */
int bl_execute(struct bl_campaign *c, const struct bl_plan *p,
	       const struct bl_runner_options *opt);

#endif
