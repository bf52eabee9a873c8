/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is chosen by name for a device, beside its size. */
#ifndef BL_AXES_H
#define BL_AXES_H

#define INTREE	"intree"	/* the strategy that stands for the stock vduse.ko */

/* The axes beside the strategy. */
enum axis { AXIS_ALLOCATOR, AXIS_GRANULE, AXIS_PREFILL, AXIS_BACKING, AXES };

/* The name of each: in plans, in sysfs, in columns of tables. */
extern const char *const axis_names[AXES];

#endif
