// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/micro-config.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

const char *const micro_what_names[MICRO_WHATS] = {
	[MICRO_MAP] = "map", [MICRO_UNMAP] = "unmap", [MICRO_PAIR] = "pair",
	[MICRO_TOUCH] = "touch", [MICRO_COPY] = "copy", [MICRO_TURN] = "turn",
	[MICRO_TOTAL] = "total", [MICRO_DEFER] = "defer",
};

/* The module and the native programs check that the values fit together. */
static const struct key {
	const char *name;
	size_t at;
	bool is_u64;
} keys[] = {
#define KEY(name)	{ #name, offsetof(struct micro_config, name), \
			  sizeof(((struct micro_config *)0)->name) == 8 }
	KEY(size), KEY(offset), KEY(threads), KEY(outstanding), KEY(direction), KEY(flags),
	KEY(slices), KEY(buffers), KEY(stride), KEY(step), KEY(seed), KEY(window), KEY(warm_ns),
	KEY(slice_ns), KEY(verify),
#undef KEY
};

static u64 get_key(const struct micro_config *c, const struct key *k)
{
	const char *at = (const char *)c + k->at;

	return k->is_u64 ? *(const u64 *)at : *(const u32 *)at;
}

static void set_key(struct micro_config *c, const struct key *k, u64 value)
{
	char *at = (char *)c + k->at;

	if (k->is_u64)
		*(u64 *)at = value;
	else
		*(u32 *)at = value;
}

static unsigned long long max_value(const struct key *k)
{
	return k->is_u64 ? LLONG_MAX : UINT_MAX;
}

json_t *micro_config_json(const struct micro_config *c)
{
	json_t *j = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		json_object_set_new(j, keys[i].name, json_integer(get_key(c, &keys[i])));
	return j;
}

int micro_config_read(const json_t *j, struct micro_config *c)
{
	const json_t *value;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct key *k = &keys[i];

		value = json_object_get(j, k->name);
		if (!value)
			continue;
		if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		    (unsigned long long)json_integer_value(value) > max_value(k)) {
			bl_err("micro: %s: not an integer from 0 to %llu", k->name, max_value(k));
			return -ERANGE;
		}
		set_key(c, k, json_integer_value(value));
	}
	return 0;
}

int micro_config_set(struct micro_config *c, const char *arg)
{
	size_t len = strcspn(arg, "=");
	unsigned long long value;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct key *k = &keys[i];
		int err;

		if (strlen(k->name) != len || strncmp(k->name, arg, len) || !arg[len])
			continue;
		err = bl_parse_u64(arg + len + 1, 0, max_value(k), &value);
		if (err)
			bl_err("bad value '%s' for %s; valid: 0..%llu", arg + len + 1, k->name,
			       max_value(k));
		else
			set_key(c, k, value);
		return err;
	}
	return -ENOENT;
}

void micro_config_keys(struct bl_strv *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		bl_strv_add(out, keys[i].name);
}

static json_t *buckets_json(const u64 *bucket)
{
	json_t *list = json_array();

	for (u32 i = 0; i < MICRO_BUCKETS; i++)
		if (bucket[i])
			json_array_append_new(list, json_pack("[I, I]",
							      (json_int_t)micro_bucket_twice(i),
							      (json_int_t)bucket[i]));
	return list;
}

json_t *micro_result_json(const struct micro_result *r)
{
	json_t *buckets = json_object(), *floor = json_object();

	for (int what = 0; what < MICRO_WHATS; what++) {
		json_object_set_new(buckets, micro_what_names[what], buckets_json(r->bucket[what]));
		json_object_set_new(floor, micro_what_names[what], buckets_json(r->floor[what]));
	}
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
			 "operations", (json_int_t)r->operations, "ticks", (json_int_t)r->ticks,
			 "copies", (json_int_t)r->copies, "failures", (json_int_t)r->failures,
			 "mismatches", (json_int_t)r->mismatches,
			 "verified", (json_int_t)r->verified, "buckets", buckets, "floor", floor);
}
