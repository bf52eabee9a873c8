/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shards: parts of a plan that run on different machines. Runs are compared within a block, so
 * a block is in one shard as a whole: shard i of n has the blocks whose number is i modulo n.
 * Runs that verify or trace belong to block 0, and so are in the last shard.
 */
#ifndef BL_SHARD_H
#define BL_SHARD_H

#include "lib/util.h"

struct shard {
	unsigned int index, of;		/* 1..of; both 0 without shards */
};

/**
 * shard_parse() - parse "2/4"
 * @s: the result
 * @where: the option that has the text, for the message
 * @text: the text
 *
 * Return: 0, or -EINVAL with a message.
 */
int shard_parse(struct shard *s, const char *where, const char *text);

/* Tell whether a shard has a block. Without shards it has every block. */
bool shard_has_block(const struct shard *s, unsigned int block);

/* Return the number, from 1, of the shard that has a block; 0 if @of is 0. */
unsigned int shard_of_block(unsigned int of, unsigned int block);

/* Read the member "shard" of plan.json; without one, all is 0. Return 0 or -EBADMSG. */
int shard_from_json(struct shard *s, const json_t *plan);
json_t *shard_to_json(const struct shard *s);

#endif
