// SPDX-License-Identifier: GPL-2.0-or-later
/* Reports whether a stop rule or an interruption ended the campaign. */
#include "report/sections.h"
#include "plan/stop-rule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Return why runs are missing that no stop rule left out; NULL if none are, or it is unknown. */
static const char *missing_reason(const struct summary *s)
{
	if (!s->n_status[STATUS_MISSING] || !*s->state || !strcmp(s->state, "finished") ||
	    !strcmp(s->state, "partial"))
		return NULL;
	if (!strcmp(s->state, "interrupted"))
		return "interrupted";
	return !strcmp(s->state, "stopped") ? "not all runs were tried" :
					      "not finished: killed, or still at work";
}

void report_print_stop(const struct summary *s, FILE *f)
{
	const char *why = missing_reason(s);
	char *text;

	if (s->stop.why != STOP_NOT) {
		text = stop_state_text(&s->stop);
		fprintf(f, "stopped   %s\n", text);
		free(text);
	}
	if (why)
		fprintf(f, "stopped   %s\n", why);
	if (s->stop.why == STOP_WIDTH || s->stop.why == STOP_CAP)
		fprintf(f, "rule      the intervals are looked at after %d blocks and every %d more; once "
			"all are narrow\n          enough, %d more blocks follow that decide nothing\n",
			STOP_FIRST, STOP_EVERY, STOP_EVERY);
}

json_t *report_stop_json(const struct summary *s)
{
	const char *why = missing_reason(s);
	json_t *o;

	if (s->stop.why == STOP_NOT)
		return why ? json_pack("{s:s}", "why", why) : json_null();
	o = json_pack("{s:s, s:i, s:i, s:i}", "why", stop_state_name(s->stop.why), "blocks",
		      (int)s->stop.blocks, "first_look", STOP_FIRST, "look_every", STOP_EVERY);
	if (isfinite(s->stop.target))
		json_object_set_new(o, "target_pct", json_real(s->stop.target));
	if (isfinite(s->stop.widest))
		json_object_set_new(o, "widest_pct", json_real(s->stop.widest));
	return o;
}
