/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes one campaign of the campaigns of its shards. */
#ifndef BL_MERGE_H
#define BL_MERGE_H

#include "campaign/campaign.h"
#include "plan/shard.h"

struct merge_part {
	char *dir;
	json_t *plan, *env;	/* env is NULL without an env.json */
	struct shard shard;
	bool whole;		/* it has a manifest, and all of its runs */
};

struct merge {
	struct merge_part *parts;	/* by number of the shard */
	size_t n;
	size_t n_runs;		/* recorded runs of all shards */
	struct bl_strv missing;	/* "shard 2/4", "run 0007 (time of zap, shard 2/4)" */
	struct bl_strv differ;	/* "shards 1, 2: host.governor: ...", against the first shard */
};

/**
 * merge_load() - read the campaigns of shards and check that they belong together
 * @m: gets the result; merge_free() frees it, also after an error
 * @dirs: directories or names of campaigns
 *
 * They must be shards of one plan and of the same sources, each there once, not damaged, and
 * with no program working on them. Runs and shards that are missing are no error.
 *
 * Return: 0, or a negative errno with a message.
 */
int merge_load(struct merge *m, const struct bl_strv *dirs);
void merge_free(struct merge *m);

/**
 * merge_write() - write the merged campaign
 * @m: the shards, which stay as they are
 * @c: the campaign, of which campaign_make_dirs() has made the directories
 *
 * Writes plan.json, runs/, the journals as one, and in shards/I/ the other files of shard I.
 * The caller writes the manifest.
 *
 * Return: 0, or a negative errno with a message.
 */
int merge_write(const struct merge *m, struct campaign *c);

#endif
