/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is chosen by name for a device, beside its size. */
#ifndef BL_AXES_H
#define BL_AXES_H

#define BL_INTREE	"intree"	/* the strategy that stands for the stock vduse.ko */

/* The axes beside the strategy. */
enum bl_axis { BL_ALLOCATOR, BL_GRANULE, BL_PREFILL, BL_BACKING, BL_AXES };

/* The name of each: in plans, in sysfs, in columns of tables. */
extern const char *const bl_axis_names[BL_AXES];

#endif
