// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/derived.h"
#include "lib/util.h"

#include <fnmatch.h>

/* A campaign under Slurm has its shards in parts/ until they are merged into it. */
static const char *const derived[] = {
	"summary.csv", "verdicts.csv", "costs.csv", "table.txt", "trace-*.csv", "figures", "parts",
};

static const char *const raw[] = {
	"plan.json", "journal.jsonl", "env.json", "env-*.json", "boots.jsonl", "stop.json",
	"console-*.log", "runs", "shards.json", "shards", "slurm.sh", "slurm-*.log",
};

static bool matches(const char *const patterns[], size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (!fnmatch(patterns[i], path, FNM_PATHNAME | FNM_LEADING_DIR))
			return true;
	return false;
}

bool campaign_is_derived(const char *path)
{
	return matches(derived, ARRAY_SIZE(derived), path);
}

bool campaign_is_raw(const char *path)
{
	return matches(raw, ARRAY_SIZE(raw), path);
}
