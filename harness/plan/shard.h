/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shards: parts of a plan that different machines do. A block, in which alone runs are
 * compared, is in one shard as a whole: shard i of n has those whose number is i modulo n.
 * The runs that verify, or are traced, are of block 0, and so in the last shard.
 */
#ifndef BL_SHARD_H
#define BL_SHARD_H

#include "lib/util.h"

struct bl_shard {
	unsigned int index, of;		/* 1..of; all 0: no shards */
};

/* "2/4". 0, or -EINVAL with a message that names @where. */
int bl_shard_parse(struct bl_shard *s, const char *where, const char *text);

bool bl_shard_has(const struct bl_shard *s, unsigned int block);

/* Which of @of shards has this block, from 1; 0 if there are no shards. */
unsigned int bl_shard_of(unsigned int of, unsigned int block);

/* The member "shard" of plan.json; all 0 without. -EBADMSG if it is none. */
int bl_shard_from_json(struct bl_shard *s, const json_t *plan);
json_t *bl_shard_json(const struct bl_shard *s);

#endif
