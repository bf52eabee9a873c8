// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/words.h"

const char *const kind_names[KINDS] = {
	[KIND_VERIFY] = "verify", [KIND_TIME] = "time", [KIND_TRACE] = "trace",
};

const char *const plane_names[PLANES] = {
	[PLANE_NATIVE] = "native", [PLANE_VM] = "vm", [PLANE_ICOUNT] = "icount",
	[PLANE_HOST] = "host",
};

const char *const status_names[STATUSES] = {
	[STATUS_OK] = "ok", [STATUS_FAILED] = "failed", [STATUS_INVALID] = "invalid",
	[STATUS_MISSING] = "missing", [STATUS_INTERRUPTED] = "interrupted",
};

const char *const backend_names[BACKENDS] = {
	[BACKEND_NULL] = "null", [BACKEND_RAM] = "ram",
};
