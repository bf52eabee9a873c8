// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/shard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST	1000ULL

int bl_shard_parse(struct bl_shard *s, const char *where, const char *text)
{
	char *copy = bl_strdup(text), *slash = strchr(copy, '/');
	unsigned long long index, of;
	int err = -EINVAL;

	if (slash) {
		*slash = '\0';
		if (!bl_parse_u64(slash + 1, 1, MOST, &of) && !bl_parse_u64(copy, 1, of, &index))
			err = 0;
	}
	if (err)
		bl_err("bad value '%s' for %s; valid: i/n, 1 <= i <= n <= %llu", text, where, MOST);
	else
		*s = (struct bl_shard){ .index = index, .of = of };
	free(copy);
	return err;
}

unsigned int bl_shard_of(unsigned int of, unsigned int block)
{
	if (!of)
		return 0;
	return block % of ? block % of : of;
}

bool bl_shard_has(const struct bl_shard *s, unsigned int block)
{
	return bl_shard_of(s->of, block) == s->index;
}

int bl_shard_from_json(struct bl_shard *s, const json_t *plan)
{
	const json_t *o = json_object_get(plan, "shard");
	long long index = bl_json_int(o, "index", 0), of = bl_json_int(o, "of", 0);

	*s = (struct bl_shard){};
	if (!o)
		return 0;
	if (of < 1 || of > (long long)MOST || index < 1 || index > of)
		return -EBADMSG;
	*s = (struct bl_shard){ .index = index, .of = of };
	return 0;
}

json_t *bl_shard_json(const struct bl_shard *s)
{
	return json_pack("{s:i, s:i}", "index", (int)s->index, "of", (int)s->of);
}
