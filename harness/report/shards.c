// SPDX-License-Identifier: GPL-2.0-or-later
/* Reports which shard a campaign is, or of which shards it was merged. */
#include "report/sections.h"
#include "campaign/campaign.h"

#include <stdlib.h>

static void print_list(const json_t *list, const char *title, FILE *f)
{
	const json_t *line;
	size_t i;

	if (json_array_size(list))
		fprintf(f, "          %s\n", title);
	json_array_foreach(list, i, line)
		fprintf(f, "            %s\n", json_string_value(line));
}

/* Load shards.json of a merged campaign, or return NULL. The caller frees it. */
static json_t *load_shards(const struct summary *s)
{
	char *path = bl_fmt("%s/shards.json", s->dir);
	json_t *o = s->shards && bl_exists(path) ? bl_json_load(path) : NULL;

	if (bl_json_check_schema(path, o, SHARDS_SCHEMA)) {
		json_decref(o);
		o = NULL;
	}
	free(path);
	return o;
}

void report_print_shards(const struct summary *s, FILE *f)
{
	json_t *o = load_shards(s);

	if (s->shard.of)
		fprintf(f, "shard     %u of %u: this is a part of a campaign, with the blocks of this shard%s\n",
			s->shard.index, s->shard.of, s->shard.index < s->shard.of ?
			";\n          the last shard has the verify runs" : "");
	if (s->shards)
		fprintf(f, "shards    %zu of %u; comparisons are within blocks, and each block is in one "
			"shard\n", json_array_size(json_object_get(o, "shards")),
			s->shards);
	print_list(json_object_get(o, "missing"), "missing:", f);
	print_list(json_object_get(o, "differ"), "WARNING: their environments differ:", f);
	json_decref(o);
}

json_t *report_shards_json(const struct summary *s)
{
	json_t *o = load_shards(s);

	if (s->shard.of)
		return json_pack("{s:i, s:i}", "index", (int)s->shard.index, "of",
				 (int)s->shard.of);
	return o ? o : json_null();
}
