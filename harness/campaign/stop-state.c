// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/stop-state.h"
#include "campaign/campaign.h"
#include "campaign/journal.h"
#include "plan/stop-rule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
	[STOP_NOT] = "none", [STOP_WIDTH] = "width", [STOP_CAP] = "cap", [STOP_BUDGET] = "budget",
};

const char *stop_state_name(enum stop_why why)
{
	return names[why];
}

int stop_state_load(struct stop_state *s, const char *dir)
{
	char *path = bl_fmt("%s/stop.json", dir);
	json_t *o = bl_exists(path) ? bl_json_load(path) : NULL;
	int err = bl_json_check_schema(path, o, STOP_STATE_SCHEMA);
	const char *why = bl_json_str(o, "why", "none");

	*s = (struct stop_state){
		.blocks = bl_json_int(o, "blocks", 0), .from = bl_json_int(o, "from", 0),
		.widest = bl_json_num(o, "widest_pct", NAN),
		.target = bl_json_num(o, "target_pct", NAN),
	};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(why, names[i]))
			s->why = i;
	json_decref(o);
	free(path);
	return err;
}

int stop_state_save(const struct stop_state *s, struct campaign *c)
{
	return campaign_write_logged(c, "stop.json", json_pack(
		"{s:i, s:s, s:i, s:i, s:o, s:o}", "schema", STOP_STATE_SCHEMA, "why", names[s->why],
		"blocks", (int)s->blocks, "from", (int)s->from, "widest_pct",
		bl_json_real(s->widest), "target_pct", bl_json_real(s->target)));
}

bool stop_state_skips(const struct stop_state *s, enum run_kind kind, unsigned int block)
{
	if (s->why == STOP_BUDGET && kind == KIND_TRACE)
		return true;
	return s->why != STOP_NOT && kind == KIND_TIME && block >= s->from;
}

char *stop_state_text(const struct stop_state *s)
{
	char *widest = isfinite(s->widest) ? bl_fmt("%.3g %%", s->widest) :
					     bl_strdup("not known");
	char *text;

	if (s->why == STOP_WIDTH)
		text = bl_fmt("all intervals were within %.3g %% after %u blocks; after %d more the "
			      "widest is %s", s->target, s->blocks - STOP_EVERY, STOP_EVERY, widest);
	else if (s->why == STOP_CAP)
		text = bl_fmt("all %u blocks are done; the target: %.3g %%, the widest interval: %s",
			      s->blocks, s->target, widest);
	else
		text = bl_fmt("the budget was used up after %u blocks", s->blocks);
	free(widest);
	return text;
}
