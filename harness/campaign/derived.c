// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/derived.h"
#include "lib/util.h"

#include <fnmatch.h>

/* A campaign under Slurm has its shards in parts/ until they are merged into it. */
static const char *const derived[] = {
	"summary.csv", "verdicts.csv", "costs.csv", "table.txt", "trace-*.csv", "figures", "parts",
};

bool campaign_is_derived(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(derived); i++)
		if (!fnmatch(derived[i], path, FNM_PATHNAME | FNM_LEADING_DIR))
			return true;
	return false;
}
