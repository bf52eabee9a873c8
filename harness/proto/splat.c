// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/splat.h"
#include "lib/util.h"

#include <string.h>

static const char *const splats[] = {
	"Kernel panic", "BUG:", "kernel BUG at", "Oops:", "WARNING:", "KASAN:", "KCSAN:",
	"UBSAN:", "unable to handle", "general protection fault", "Call Trace:",
	"possible circular locking", "possible recursive locking", "inconsistent lock state",
	"possible irq lock inversion", "suspicious RCU usage", "invalid wait context",
	"blocked for more than", "soft lockup", "hard LOCKUP", "detected stalls",
	"self-detected stall", "list_add corruption", "list_del corruption", "refcount_t:",
	"Bad page state", "Bad page map", "Out of memory: Killed", "unreferenced object",
	"Objects remaining", " overwritten", "Object already free", "ODEBUG:", "DMA-API:",
	"trying to register non-static key",
};

bool is_splat(const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(splats); i++)
		if (strstr(line, splats[i]))
			return true;
	return false;
}
