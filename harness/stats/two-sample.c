// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "stats/two-sample.h"

/* Up to this size the distribution is exact, beyond it normal. */
#define EXACT_N	60

/* A difference of logarithms that rounding may have left of 0. */
#define ROUNDING 1e-12

/* What intervals of all levels are made from. */
struct shift {
	double *diff;		/* sorted */
	size_t n_diff;
	double *mass;		/* P(U = k) for k = 0..n_diff, or NULL: normal */
	double var;		/* of U */
	double value, tau;
};

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
 * Return the place of the lower end of the interval at level 1 - @alpha among the sorted
 * differences: as many are below it as leave at most alpha / 2 outside.
 */
static size_t find_lower_end(const struct shift *s, double alpha)
{
	double tail = alpha / 2, below = 0;
	size_t k;

	if (!s->mass)
		return fmax(0, floor(s->n_diff / 2.0 - gsl_cdf_ugaussian_Qinv(tail) * sqrt(s->var) -
				    0.5));
	for (k = 0; k < s->n_diff && below + s->mass[k] <= tail; k++)
		below += s->mass[k];
	return k ? k - 1 : 0;
}

/* Get the interval at level 1 - @alpha. */
static void get_bounds(const struct shift *s, double alpha, double *lo, double *hi)
{
	size_t place = find_lower_end(s, alpha);
	double hidden = s->tau > 0 ? gsl_cdf_ugaussian_Qinv(alpha / 2) * s->tau : 0;

	*lo = s->value - hypot(s->value - s->diff[place], hidden);
	*hi = s->value + hypot(s->diff[s->n_diff - 1 - place] - s->value, hidden);
}

/* Return what the interval of level 1 - @alpha covers, without a hidden part; NaN if normal. */
static double get_coverage(const struct shift *s, double alpha)
{
	double outside = 0;
	size_t k;

	if (!s->mass)
		return NAN;
	for (k = 0; k <= find_lower_end(s, alpha); k++)
		outside += 2 * s->mass[k];
	return 1 - outside;
}

static bool excludes_zero(const struct shift *s, double alpha)
{
	double lo, hi;

	get_bounds(s, alpha, &lo, &hi);
	return lo > 0 || hi < 0;
}

/* Return the smallest alpha whose interval leaves 0 out, by bisection of its logarithm. */
static double find_p(const struct shift *s)
{
	double least = s->mass ? 2 * s->mass[0] : 1e-15, lo = log(least), hi = 0, mid;
	int i;

	if (excludes_zero(s, least))
		return least;
	for (i = 0; i < 50; i++) {
		mid = (lo + hi) / 2;
		if (excludes_zero(s, exp(mid)))
			hi = mid;
		else
			lo = mid;
	}
	return exp(hi);
}

/* Return 0 for what rounding may have left of it. */
static double without_rounding(double v)
{
	return fabs(v) < ROUNDING ? 0 : v;
}

static int make_shift(struct shift *s, const double *x, size_t n, const double *y, size_t m)
{
	size_t i, j;

	s->n_diff = n * m;
	s->diff = calloc(s->n_diff, sizeof(*s->diff));
	if (!s->diff)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		for (j = 0; j < m; j++)
			s->diff[i * m + j] = without_rounding(x[i] - y[j]);
	gsl_sort(s->diff, 1, s->n_diff);
	s->value = gsl_stats_median_from_sorted_data(s->diff, 1, s->n_diff);
	s->var = n * m * (n + m + 1) / 12.0;
	if (n <= EXACT_N && m <= EXACT_N) {
		s->mass = rank_sum_mass(n, m);
		if (!s->mass)
			return -ENOMEM;
	}
	return 0;
}

int stats_shift_between(const double *x, size_t n, const double *y, size_t m, double tau,
			struct stats_est *est, double *p)
{
	struct shift s = { .tau = tau };
	int err;

	*est = STATS_NO_EST;
	*p = NAN;
	if (!n || !m || !stats_are_finite(x, n) || !stats_are_finite(y, m))
		return -EINVAL;
	err = make_shift(&s, x, n, y, m);
	if (err)
		goto out;
	est->value = s.value;
	if (n >= STATS_MIN_N && m >= STATS_MIN_N) {
		get_bounds(&s, 1 - STATS_LEVEL, &est->lo, &est->hi);
		est->has_interval = true;
		est->coverage = tau > 0 ? NAN : get_coverage(&s, 1 - STATS_LEVEL);
		*p = find_p(&s);
	}
out:
	free(s.mass);
	free(s.diff);
	return err;
}
