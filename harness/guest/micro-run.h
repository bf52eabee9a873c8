/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `bouncelab micro` in the guest: one run on a device that is made for it. */
#ifndef BL_GUEST_MICRO_H
#define BL_GUEST_MICRO_H

#include "guest/outcome.h"

/*
 * Do what @op asks for, and give back the result as JSON, or NULL with the reason in the
 * verdict, which also says whether this boot can be trusted with another run.
 *
 * @op	"module"	file to load, and to unload afterwards
 *	"strategy"	as in sysfs, or "null": nothing but the loop
 *	"config"	struct micro_config, see micro-config.h; window has to be bytes
 *	"allocator", "granule", "prefill", "backing", "page_order"	as in a run of a plan
 *	"device"	use this one, and load, choose and unload nothing
 *
 * The result is what micro_result_json() gives, and "strategy", "tick_khz", "clock_ticks",
 * "warnings", "per_thread" (operations of each) and "counters" (of the module, over the
 * whole run with its parts that are not timed).
 */
json_t *guest_micro(const json_t *op, struct guest_outcome *o);

#endif
