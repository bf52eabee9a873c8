// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/axes.h"
#include "lib/util.h"
#include "../strategies/options.h"

#include <string.h>

static const struct axis_value allocators[] = { BL_ALLOCATORS(BL_OPTION_ABOUT) };
static const struct axis_value granules[] = { BL_GRANULES(BL_OPTION_ABOUT) };
static const struct axis_value prefills[] = { BL_PREFILLS(BL_OPTION_ABOUT) };
static const struct axis_value backings[] = { BL_BACKINGS(BL_OPTION_ABOUT) };

const char *const axis_names[AXES] = {
	[AXIS_ALLOCATOR] = "allocator",
	[AXIS_GRANULE] = "granule",
	[AXIS_PREFILL] = "prefill",
	[AXIS_BACKING] = "backing",
};

const struct axis_values axis_values[AXES] = {
	[AXIS_ALLOCATOR] = { allocators, ARRAY_SIZE(allocators) },
	[AXIS_GRANULE] = { granules, ARRAY_SIZE(granules) },
	[AXIS_PREFILL] = { prefills, ARRAY_SIZE(prefills) },
	[AXIS_BACKING] = { backings, ARRAY_SIZE(backings) },
};

bool axes_are_unsafe(const char *const value[AXES])
{
	return !strcmp(value[AXIS_BACKING], backings[BL_BACKING_UNZEROED].name);
}
