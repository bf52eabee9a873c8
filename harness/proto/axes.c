// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/axes.h"

const char *const bl_axis_names[BL_AXES] = {
	[BL_ALLOCATOR] = "allocator",
	[BL_GRANULE] = "granule",
	[BL_PREFILL] = "prefill",
	[BL_BACKING] = "backing",
};
