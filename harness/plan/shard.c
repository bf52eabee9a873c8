// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/shard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SHARDS	1000ULL

int shard_parse(struct shard *s, const char *where, const char *text)
{
	char *copy = bl_strdup(text), *slash = strchr(copy, '/');
	unsigned long long index, of;
	int err = -EINVAL;

	if (slash) {
		*slash = '\0';
		if (!bl_parse_u64(slash + 1, 1, MAX_SHARDS, &of) &&
		    !bl_parse_u64(copy, 1, of, &index))
			err = 0;
	}
	if (err)
		bl_err("bad value '%s' for %s; valid: i/n, 1 <= i <= n <= %llu", text, where,
		       MAX_SHARDS);
	else
		*s = (struct shard){ .index = index, .of = of };
	free(copy);
	return err;
}

unsigned int shard_of_block(unsigned int of, unsigned int block)
{
	if (!of)
		return 0;
	return block % of ? block % of : of;
}

bool shard_has_block(const struct shard *s, unsigned int block)
{
	return shard_of_block(s->of, block) == s->index;
}

int shard_from_json(struct shard *s, const json_t *plan)
{
	const json_t *o = json_object_get(plan, "shard");
	long long index = bl_json_int(o, "index", 0), of = bl_json_int(o, "of", 0);

	*s = (struct shard){};
	if (!o)
		return 0;
	if (of < 1 || of > (long long)MAX_SHARDS || index < 1 || index > of)
		return -EBADMSG;
	*s = (struct shard){ .index = index, .of = of };
	return 0;
}

json_t *shard_to_json(const struct shard *s)
{
	return json_pack("{s:i, s:i}", "index", (int)s->index, "of", (int)s->of);
}
