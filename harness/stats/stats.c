// SPDX-License-Identifier: GPL-2.0-or-later
/* Medians, ratios, control of the family; stats.h describes the methods. */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "stats/stats.h"
#include "stats/rank.h"

static double *sorted_copy(const double *x, size_t n)
{
	double *s;

	if (n > SIZE_MAX / sizeof(*s))
		return NULL;
	s = malloc(n * sizeof(*s));
	if (!s)
		return NULL;
	memcpy(s, x, n * sizeof(*s));
	gsl_sort(s, 1, n);
	return s;
}

double stats_quantile(const double *x, size_t n, double f)
{
	double *s, q;

	if (!n || isnan(f) || f < 0 || f > 1)
		return NAN;
	s = sorted_copy(x, n);
	if (!s)
		return NAN;
	q = gsl_stats_quantile_from_sorted_data(s, 1, n, f);
	free(s);
	return q;
}

double stats_median(const double *x, size_t n)
{
	return stats_quantile(x, n, 0.5);
}

static bool are_above(const double *x, size_t n, double above)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!isfinite(x[i]) || x[i] <= above)
			return false;
	return true;
}

int stats_ratio_est(const double *a, const double *b, size_t n, struct stats_est *est)
{
	double *d;
	size_t i;
	int err;

	*est = (struct stats_est){ .value = NAN, .lo = NAN, .hi = NAN };
	if (!n)
		return -EINVAL;
	if (!are_above(a, n, 0) || !are_above(b, n, 0))
		return -EDOM;
	d = malloc(n * sizeof(*d));
	if (!d)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		d[i] = log(a[i] / b[i]);
	err = stats_shift_paired(d, n, est);
	est->value = exp(est->value);
	est->lo = exp(est->lo);
	est->hi = exp(est->hi);
	free(d);
	return err;
}

double stats_paired_p(const double *a, const double *b, size_t n)
{
	double mean = 0, ss = 0, se, d;
	size_t i;

	if (n < 3 || !are_above(a, n, 0) || !are_above(b, n, 0))
		return 1;
	for (i = 0; i < n; i++)
		mean += log(a[i] / b[i]) / n;
	for (i = 0; i < n; i++) {
		d = log(a[i] / b[i]) - mean;
		ss += d * d;
	}
	se = sqrt(ss / (n - 1) / n);
	/* Rounding leaves a small spread between equal ratios, too. */
	if (se < 1e-12)
		return fabs(mean) < 1e-12 ? 1 : 0;
	return 2 * gsl_cdf_tdist_Q(fabs(mean) / se, n - 1);
}

int stats_bh(const double *p, double *q, size_t n)
{
	double best = 1, v;
	size_t *order, i;

	if (!n)
		return 0;
	order = calloc(n, sizeof(*order));
	if (!order)
		return -ENOMEM;
	gsl_sort_index(order, p, 1, n);
	/* Go from the largest p down, because q must not fall as p rises. */
	for (i = n; i > 0; i--) {
		v = p[order[i - 1]] * n / i;
		if (v < best)
			best = v;
		q[order[i - 1]] = best;
	}
	free(order);
	return 0;
}
