// SPDX-License-Identifier: GPL-2.0-or-later
/* The one place where the tracepoints are instantiated. */
#include "core/core.h"

#define CREATE_TRACE_POINTS
#include "core/trace.h"
