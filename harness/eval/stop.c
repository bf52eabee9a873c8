// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/stop.h"
#include "plan/stop-rule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double stop_widest(const struct verdicts *v)
{
	double widest = 0;
	bool any = false;

	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];

		if (c->verdict == V_BASELINE || c->verdict == V_UNVERIFIED)
			continue;
		if (!c->ratio.has_interval)
			return INFINITY;
		widest = fmax(widest, 100 * (c->ratio.hi / c->ratio.lo - 1));
		any = true;
	}
	return any ? widest : INFINITY;
}

double stop_widest_in(const char *dir, unsigned int below)
{
	double widest = INFINITY;
	struct summary s;
	struct verdicts v;

	if (summary_load(&s, dir))
		return widest;
	for (size_t i = 0; i < s.n_rows; i++)
		if (!strcmp(s.rows[i].kind, "time") && (unsigned int)s.rows[i].block >= below)
			s.rows[i].status = SUM_MISSING;
	if (!verdicts_make(&v, &s, VERDICT_SAME_PCT)) {
		widest = stop_widest(&v);
		verdicts_free(&v);
	}
	summary_free(&s);
	return widest;
}

/* Why runs are missing that no rule has left out; NULL if none are, or nobody knows. */
static const char *unfinished(const struct summary *s)
{
	if (!s->n_status[SUM_MISSING] || !*s->state || !strcmp(s->state, "finished") ||
	    !strcmp(s->state, "partial"))
		return NULL;
	if (!strcmp(s->state, "interrupted"))
		return "interrupted";
	return !strcmp(s->state, "stopped") ? "not all runs were tried" :
					      "not finished: killed, or still at work";
}

void stop_print(const struct summary *s, FILE *f)
{
	const char *why = unfinished(s);
	char *text;

	if (s->stop.why != STOP_NOT) {
		text = stop_text(&s->stop);
		fprintf(f, "stopped   %s\n", text);
		free(text);
	}
	if (why)
		fprintf(f, "stopped   %s\n", why);
	if (s->stop.why == STOP_WIDTH || s->stop.why == STOP_CAP)
		fprintf(f, "rule      a look after %d blocks and every %d more; once all intervals are "
			"narrow enough,\n          as many more that decide nothing\n", STOP_FIRST,
			STOP_EVERY);
}

json_t *stop_json(const struct summary *s)
{
	const char *why = unfinished(s);
	json_t *o;

	if (s->stop.why == STOP_NOT)
		return why ? json_pack("{s:s}", "why", why) : json_null();
	o = json_pack("{s:s, s:i, s:i, s:i}", "why", stop_why_name(s->stop.why), "blocks",
		      (int)s->stop.blocks, "first_look", STOP_FIRST, "look_every", STOP_EVERY);
	if (isfinite(s->stop.target))
		json_object_set_new(o, "target_pct", json_real(s->stop.target));
	if (isfinite(s->stop.widest))
		json_object_set_new(o, "widest_pct", json_real(s->stop.widest));
	return o;
}
