/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of `bouncelab micro` in this kernel, on a device that is made for it. */
#ifndef BL_GUEST_MICRO_H
#define BL_GUEST_MICRO_H

#include "guest/outcome.h"

/**
 * guest_run_micro() - do one run
 * @op: the host's request:
 *	"module"	the file to load, and to unload afterwards
 *	"strategy"	its name, or "null": the loop without a strategy
 *	"config"	a struct micro_config (proto/micro-config.h); window is in bytes
 *	the axes, "page_order"	as in a run of a plan
 *	"device"	use this device, and load, choose and unload nothing
 * @o: filled with the outcome; it is invalid if the kernel's log has a splat
 *
 * Return: the result of micro_result_json() with "strategy", "tick_khz", "clock_ticks",
 * "warnings", "per_thread" (operations of each thread) and "counters" (of the module, over the
 * whole run with the parts that are not timed); NULL if the run failed. The caller frees it.
 */
json_t *guest_run_micro(const json_t *op, struct guest_outcome *o);

#endif
