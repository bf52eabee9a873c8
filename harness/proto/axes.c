// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/axes.h"

const char *const axis_names[AXES] = {
	[AXIS_ALLOCATOR] = "allocator",
	[AXIS_GRANULE] = "granule",
	[AXIS_PREFILL] = "prefill",
	[AXIS_BACKING] = "backing",
};
