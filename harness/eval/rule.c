// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/rule.h"
#include "lib/util.h"

#include <math.h>
#include <stdlib.h>

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[V_BASELINE] = "baseline", [V_FASTER] = "faster", [V_SLOWER] = "slower",
		[V_SAME] = "same", [V_INCONCLUSIVE] = "inconclusive",
		[V_UNVERIFIED] = "unverified", [V_NO_DATA] = "no data",
	};

	return names[v];
}

double rule_log_of_pct(double pct)
{
	return log1p(pct / 100);
}

double rule_pct_of_log(double l)
{
	return 100 * expm1(l);
}

double rule_largest_bound(const struct stats_est *ratio)
{
	return fmax(fabs(log(ratio->lo)), fabs(log(ratio->hi)));
}

enum verdict rule_decide(const struct stats_est *ratio, double q, double floor, double same,
			 const char **note)
{
	double margin = fmax(floor, same);

	if (!ratio->has_interval)
		return V_INCONCLUSIVE;
	if (rule_largest_bound(ratio) <= margin) {
		if (margin <= fmax(same, rule_log_of_pct(RULE_SAME_MAX_PCT)))
			return V_SAME;
		*note = "within the noise, which is too high";
	} else if (q <= RULE_FDR && ratio->lo > 1 && log(ratio->value) > floor) {
		return V_FASTER;
	} else if (q <= RULE_FDR && ratio->hi < 1 && -log(ratio->value) > floor) {
		return V_SLOWER;
	}
	return V_INCONCLUSIVE;
}

long rule_control_family(const double *p, double *q, size_t n)
{
	double *family = bl_zalloc((n + 1) * sizeof(*family));
	size_t members = 0, next = 0;
	int err;

	for (size_t i = 0; i < n; i++)
		if (!isnan(p[i]))
			family[members++] = p[i];
	err = stats_bh(family, family, members);
	for (size_t i = 0; i < n; i++)
		q[i] = err || isnan(p[i]) ? NAN : family[next++];
	free(family);
	return err ? err : (long)members;
}
