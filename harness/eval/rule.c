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

bool rule_excludes_1(const struct stats_est *ratio)
{
	return ratio->has_interval && (ratio->lo > 1 || ratio->hi < 1);
}

bool rule_failed_too_often(size_t failed, size_t tried)
{
	return failed > RULE_MAX_FAILED * tried;
}

/* Return how far the nearer end of the interval is from 1, as a logarithm; 0 if 1 is within. */
static double nearest_bound(const struct stats_est *ratio)
{
	return !rule_excludes_1(ratio) ? 0 : fmin(fabs(log(ratio->lo)), fabs(log(ratio->hi)));
}

enum verdict rule_decide(const struct stats_est *ratio, double q, double floor, double same,
			 const char **note)
{
	double nearest = nearest_bound(ratio);

	if (!ratio->has_interval)
		return V_INCONCLUSIVE;
	if (rule_largest_bound(ratio) <= same)
		return V_SAME;
	if (nearest <= same)
		return V_INCONCLUSIVE;
	if (nearest <= floor)
		*note = "not beyond the noise floor";
	else if (!(q <= RULE_FDR))
		*note = "too few blocks for so many comparisons";
	else
		return ratio->lo > 1 ? V_FASTER : V_SLOWER;
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

size_t rule_blocks_needed(size_t members)
{
	size_t n = 1;

	while (stats_smallest_p(n) * members > RULE_FDR)
		n++;
	return n;
}
