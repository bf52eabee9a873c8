// SPDX-License-Identifier: GPL-2.0-or-later
/* Medians, ratios, control of the family; stats.h describes the methods. */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

bool stats_are_finite(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
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

/* Return the logarithms of a[i] / b[i], or NULL with *@err set. The caller frees them. */
static double *log_ratios(const double *a, const double *b, size_t n, int *err)
{
	double *d;
	size_t i;

	*err = -EINVAL;
	if (!n)
		return NULL;
	*err = -EDOM;
	if (!are_above(a, n, 0) || !are_above(b, n, 0))
		return NULL;
	*err = -ENOMEM;
	d = malloc(n * sizeof(*d));
	for (i = 0; i < n && d; i++)
		d[i] = log(a[i] / b[i]);
	return d;
}

int stats_ratio_est(const double *a, const double *b, size_t n, struct stats_est *est)
{
	double *d;
	int err;

	*est = STATS_NO_EST;
	d = log_ratios(a, b, n, &err);
	if (!d)
		return err;
	err = stats_shift_paired(d, n, est);
	est->value = exp(est->value);
	est->lo = exp(est->lo);
	est->hi = exp(est->hi);
	free(d);
	return err;
}

double stats_ratio_p(const double *a, const double *b, size_t n)
{
	double *d, p = 1;
	int err;

	d = log_ratios(a, b, n, &err);
	if (d)
		p = stats_signed_rank_p(d, n);
	free(d);
	return p;
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
