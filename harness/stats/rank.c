// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exact rank statistics: the sign test, the signed-rank test and the rank-sum test, and the
 * median or shift that belongs to each of them (Hodges and Lehmann 1963). An interval has the
 * values that the test does not reject.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "stats/rank.h"

/* Up to this n the distributions are exact, beyond it normal. */
#define EXACT_N	60

/*
 * Return the distribution of the signed-rank sum, in which each of the ranks 1..n has a plus with
 * probability 1/2: P(sum = k) for k = 0..n(n+1)/2. The caller frees it; NULL without memory.
 */
static double *signed_rank_mass(size_t n)
{
	size_t most = n * (n + 1) / 2, i, k;
	double *p = calloc(most + 1, sizeof(*p));

	if (!p)
		return NULL;
	p[0] = 1;
	for (i = 1; i <= n; i++)
		for (k = most + 1; k-- > 0;)
			p[k] = 0.5 * (p[k] + (k >= i ? p[k - i] : 0));
	return p;
}

/*
 * Return the distribution of U, the number of pairs in which the one of n is above the one of m,
 * when all orders are equally likely: P(U = k) for k = 0..nm, by the recursion of Mann and
 * Whitney 1947, which counts how many of the n are above the largest of the m. The caller frees
 * it; NULL without memory.
 */
static double *rank_sum_mass(size_t n, size_t m)
{
	size_t most = n * m, i, j, k;
	double *p = calloc((m + 1) * (most + 1), sizeof(*p)), *q;

	if (!p)
		return NULL;
	/* Row i by row: p[j] is the distribution for i of the n and j of the m. */
	for (j = 0; j <= m; j++)
		p[j * (most + 1)] = 1;
	for (i = 1; i <= n; i++) {
		for (j = 1; j <= m; j++) {
			double top = (double)i / (i + j);

			/* The largest value is one of the n, or one of the m. */
			q = p + j * (most + 1);
			for (k = i * j + 1; k-- > 0;)
				q[k] = top * (k >= j ? q[k - j] : 0) +
				       (1 - top) * (q - (most + 1))[k];
		}
	}
	memmove(p, p + m * (most + 1), (most + 1) * sizeof(*p));
	return p;
}

/*
 * Return the place of the interval's lower end among @n sorted values, from 0 and with a fraction,
 * so that the tail below it has (1 - level) / 2 by the masses @p, linearly between two values;
 * 0 if even the first value leaves more than that outside.
 */
static double find_lower_end(const double *p, size_t n)
{
	double tail = (1 - STATS_LEVEL) / 2, below = 0;
	size_t k;

	for (k = 0; k < n && below + p[k] <= tail; k++)
		below += p[k];
	return k ? k - 1 + (tail - below) / p[k] : 0;
}

/* Return the same place by the normal distribution, from mean and variance of the rank. */
static double find_lower_end_normal(double mean, double var)
{
	return fmax(0, mean - gsl_cdf_ugaussian_Qinv((1 - STATS_LEVEL) / 2) * sqrt(var) - 0.5);
}

static double value_at(const double *sorted, size_t n, double place)
{
	size_t i = (size_t)place;

	return i + 1 < n ? sorted[i] + (place - i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static void set_estimate(double *x, size_t n, double place, struct stats_est *est)
{
	gsl_sort(x, 1, n);
	est->value = gsl_stats_median_from_sorted_data(x, 1, n);
	if (isnan(place))
		return;
	est->lo = value_at(x, n, place);
	est->hi = value_at(x, n, n - 1 - place);
	est->has_interval = true;
}

static bool are_finite(const double *x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

int stats_median_est(const double *x, size_t n, struct stats_est *est)
{
	double *sorted, *p, place = NAN;
	size_t k;

	*est = (struct stats_est){ .value = NAN, .lo = NAN, .hi = NAN };
	if (!n || !are_finite(x, n))
		return -EINVAL;
	sorted = malloc(n * sizeof(*sorted));
	p = malloc((n + 1) * sizeof(*p));
	if (!sorted || !p) {
		free(sorted);
		free(p);
		return -ENOMEM;
	}
	memcpy(sorted, x, n * sizeof(*x));
	/* P(k of n values are below the median). */
	for (k = 0; k <= n; k++)
		p[k] = gsl_ran_binomial_pdf(k, 0.5, n);
	if (n >= STATS_MIN_N)
		place = find_lower_end(p, n);
	set_estimate(sorted, n, place, est);
	free(sorted);
	free(p);
	return 0;
}

int stats_shift_paired(const double *d, size_t n, struct stats_est *est)
{
	size_t n_walsh = n * (n + 1) / 2, i, j, k = 0;
	double *walsh, *p, place = NAN;

	*est = (struct stats_est){ .value = NAN, .lo = NAN, .hi = NAN };
	if (!n || !are_finite(d, n))
		return -EINVAL;
	walsh = calloc(n_walsh, sizeof(*walsh));
	if (!walsh)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		for (j = i; j < n; j++)
			walsh[k++] = (d[i] + d[j]) / 2;
	if (n > EXACT_N) {
		place = find_lower_end_normal(n * (n + 1) / 4.0, n * (n + 1) * (2 * n + 1) / 24.0);
	} else if (n >= STATS_MIN_N) {
		p = signed_rank_mass(n);
		place = p ? find_lower_end(p, n_walsh) : NAN;
		free(p);
	}
	set_estimate(walsh, n_walsh, place, est);
	free(walsh);
	return 0;
}

int stats_shift(const double *x, size_t n, const double *y, size_t m, struct stats_est *est)
{
	double *diff, *p, place = NAN;
	size_t i, j;

	*est = (struct stats_est){ .value = NAN, .lo = NAN, .hi = NAN };
	if (!n || !m || !are_finite(x, n) || !are_finite(y, m))
		return -EINVAL;
	diff = calloc(n * m, sizeof(*diff));
	if (!diff)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		for (j = 0; j < m; j++)
			diff[i * m + j] = x[i] - y[j];
	if (n > EXACT_N || m > EXACT_N) {
		place = find_lower_end_normal(n * m / 2.0, n * m * (n + m + 1) / 12.0);
	} else if (n >= STATS_MIN_N && m >= STATS_MIN_N) {
		p = rank_sum_mass(n, m);
		place = p ? find_lower_end(p, n * m) : NAN;
		free(p);
	}
	set_estimate(diff, n * m, place, est);
	free(diff);
	return 0;
}

/* Return the two-sided p of  by masses that are symmetric around the middle. */
static double two_sided(const double *p, size_t most, double u)
{
	double sum = 0;
	size_t k;

	u = fmin(u, most - u);
	for (k = 0; k <= most && k <= u; k++)
		sum += p[k];
	return fmin(1, 2 * sum);
}

/* Return the two-sided p of  by the normal distribution, with the continuity correction. */
static double two_sided_normal(double u, double mean, double var)
{
	double z = fmax(0, fabs(u - mean) - 0.5) / sqrt(var);

	return var > 0 ? fmin(1, 2 * gsl_cdf_ugaussian_Q(z)) : 1;
}

/* Return the sum of t^3 - t over groups of t equal values among @n sorted ones. */
static double sum_ties(const double *sorted, size_t n)
{
	double sum = 0, t;
	size_t i, j;

	for (i = 0; i < n; i = j) {
		for (j = i + 1; j < n && sorted[j] == sorted[i]; j++)
			;
		t = j - i;
		sum += t * t * t - t;
	}
	return sum;
}

double stats_mann_whitney_p(const double *x, size_t n, const double *y, size_t m)
{
	double u = 0, ties, result = NAN, *all, *p;
	size_t i, j;

	if (!n || !m || !are_finite(x, n) || !are_finite(y, m))
		return NAN;
	all = malloc((n + m) * sizeof(*all));
	if (!all)
		return NAN;
	for (i = 0; i < n; i++)
		for (j = 0; j < m; j++)
			u += x[i] > y[j] ? 1 : x[i] == y[j] ? 0.5 : 0;
	memcpy(all, x, n * sizeof(*x));
	memcpy(all + n, y, m * sizeof(*y));
	gsl_sort(all, 1, n + m);
	ties = sum_ties(all, n + m);
	free(all);
	if (ties > 0 || n > EXACT_N || m > EXACT_N)
		return two_sided_normal(u, n * m / 2.0,
					n * m / 12.0 * (n + m + 1 - ties / ((n + m) * (n + m - 1.0))));
	p = rank_sum_mass(n, m);
	if (p)
		result = two_sided(p, n * m, u);
	free(p);
	return result;
}
