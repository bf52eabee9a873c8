// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/stop.h"
#include "plan/stop-rule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double stop_get_widest(const struct verdicts *v)
{
	double widest = 0;
	bool any = false;

	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];

		if (c->verdict == V_BASELINE || (c->verdict == V_UNVERIFIED && !c->n))
			continue;
		if (!c->ratio.has_interval)
			return INFINITY;
		widest = fmax(widest, 100 * (c->ratio.hi / c->ratio.lo - 1));
		any = true;
	}
	return any ? widest : INFINITY;
}

double stop_load_widest(const char *dir, unsigned int below)
{
	double widest = INFINITY;
	struct summary s;
	struct verdicts v;

	if (summary_load(&s, dir))
		return widest;
	for (size_t i = 0; i < s.n_rows; i++)
		if (s.rows[i].kind == KIND_TIME && (unsigned int)s.rows[i].block >= below)
			s.rows[i].status = STATUS_MISSING;
	if (!verdicts_make(&v, &s, RULE_AS_DECLARED)) {
		widest = stop_get_widest(&v);
		verdicts_free(&v);
	}
	summary_free(&s);
	return widest;
}
