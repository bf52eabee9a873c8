/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of a device that are chosen by name. */
#ifndef BL_AXES_H
#define BL_AXES_H

#include <stdbool.h>
#include <stddef.h>

#define INTREE	"intree"	/* the strategy that stands for the stock vduse.ko */

/* The axes beside the strategy. */
enum axis { AXIS_ALLOCATOR, AXIS_GRANULE, AXIS_PREFILL, AXIS_BACKING, AXES };

/* The name of each: in plans, in sysfs, in columns of tables. */
extern const char *const axis_names[AXES];

struct axis_value {
	const char *name, *about;
};

/* The values of each axis, from strategies/options.h; the first one is the default. */
extern const struct axis_values {
	const struct axis_value *v;
	size_t n;
} axis_values[AXES];

/* Tell whether a device with these values shows old data of the kernel to its daemon. */
bool axes_are_unsafe(const char *const value[AXES]);

#endif
