/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One campaign of the campaigns that shards of its plan were. */
#ifndef BL_MERGE_H
#define BL_MERGE_H

#include "campaign/campaign.h"
#include "plan/shard.h"

struct merge_part {
	char *dir;
	json_t *plan, *env;	/* env.json; NULL if it was never begun */
	struct shard shard;
	bool whole;		/* it has a manifest, and all its runs */
};

struct merge {
	struct merge_part *parts;
	size_t n;
	size_t n_runs;		/* that there are */
	struct bl_strv missing;	/* "shard 2/4", "run 0007 (shard 2/4)" */
	struct bl_strv differ;	/* "shard 2: host.governor: …": against the first */
};

/*
 * Read the campaigns in @dirs and see whether they are shards of one plan, of the same
 * sources, none there twice, none damaged, none still at work. 0, or a negative errno with a
 * message. What is missing is no error here. @m is to be freed in any case.
 */
int merge_load(struct merge *m, const struct bl_strv *dirs);
void merge_free(struct merge *m);

/*
 * Put it all into the campaign @c, of which there is the directory: plan.json, runs/, the
 * journals as one, and in shards/I/ what else a shard had. The shards stay as they are. The
 * manifest is left to do. 0, or a negative errno with a message.
 */
int merge_write(const struct merge *m, struct campaign *c);

#endif
