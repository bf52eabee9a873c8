// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exact rank statistics of one sample: the sign test and the signed-rank test, and the median or
 * shift that belongs to each of them (Hodges and Lehmann 1963).
 *
 * The signed-rank sum is the number of means of two values (a value with itself, too) above 0,
 * so one sorted list of these "votes" gives the estimate (its median), the interval (two of its
 * members) and the test (how many are at most 0), and the three cannot contradict each other.
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

/* A logarithm of a ratio that rounding may have left of 0. */
#define ROUNDING 1e-12

/* How many votes are at most 0, if the true shift is 0: symmetric around the middle of 0..votes. */
struct votes_dist {
	double *mass;		/* P(k) for k = 0..votes; NULL: the normal distribution */
	double mean, sd;
};

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

static int signed_rank_dist(size_t n, struct votes_dist *d)
{
	*d = (struct votes_dist){
		.mass = n <= EXACT_N ? signed_rank_mass(n) : NULL, .mean = n * (n + 1) / 4.0,
		.sd = sqrt(n * (n + 1) * (2.0 * n + 1) / 24),
	};
	return n <= EXACT_N && !d->mass ? -ENOMEM : 0;
}

/* Return the probability that at most @k votes are at most 0, at most 1/2. */
static double tail_of(const struct votes_dist *d, size_t k)
{
	double sum = 0;
	size_t i;

	if (k >= d->mean)
		return 0.5;
	if (!d->mass)
		return gsl_cdf_ugaussian_P((k + 0.5 - d->mean) / d->sd);
	for (i = 0; i <= k; i++)
		sum += d->mass[i];
	return fmin(0.5, sum);
}

/* Return how many votes to leave out at each end for STATS_LEVEL, 0 if one is too many. */
static size_t find_end(const struct votes_dist *d)
{
	double tail = (1 - STATS_LEVEL) / 2, sum = 0;
	size_t k = 0;

	if (!d->mass) {
		k = fmax(0, d->mean - gsl_cdf_ugaussian_Qinv(tail) * d->sd - 0.5);
		return tail_of(d, k) > tail && k ? k - 1 : k;
	}
	for (sum = d->mass[0]; sum + d->mass[k + 1] <= tail; k++)
		sum += d->mass[k + 1];
	return k;
}

/* Sort the votes, and set the estimate, and the interval if @interval. */
static void set_estimate(double *votes, size_t n, const struct votes_dist *d, bool interval,
			 struct stats_est *est)
{
	size_t end = find_end(d);

	gsl_sort(votes, 1, n);
	est->value = gsl_stats_median_from_sorted_data(votes, 1, n);
	if (!interval)
		return;
	est->lo = votes[end];
	est->hi = votes[n - 1 - end];
	est->coverage = 1 - 2 * tail_of(d, end);
	est->has_interval = true;
}

/* Return the two-sided p of the votes. A vote of 0 counts against the difference. */
static double p_of_votes(const double *votes, size_t n, const struct votes_dist *d)
{
	size_t up = 0, down = 0, i;

	for (i = 0; i < n; i++) {
		up += votes[i] >= 0;
		down += votes[i] <= 0;
	}
	return 2 * tail_of(d, up < down ? up : down);
}

static double vote(double v)
{
	return fabs(v) < ROUNDING ? 0 : v;
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

static double value_at(const double *sorted, size_t n, double place)
{
	size_t i = (size_t)place;

	return i + 1 < n ? sorted[i] + (place - i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

int stats_median_est(const double *x, size_t n, struct stats_est *est)
{
	double *sorted, *p, place;
	size_t k;

	*est = STATS_NO_EST;
	if (!n || !stats_are_finite(x, n))
		return -EINVAL;
	sorted = malloc(n * sizeof(*sorted));
	p = malloc((n + 1) * sizeof(*p));
	if (!sorted || !p) {
		free(sorted);
		free(p);
		return -ENOMEM;
	}
	memcpy(sorted, x, n * sizeof(*x));
	gsl_sort(sorted, 1, n);
	est->value = gsl_stats_median_from_sorted_data(sorted, 1, n);
	if (n >= STATS_MIN_N) {
		/* P(k of n values are below the median). */
		for (k = 0; k <= n; k++)
			p[k] = gsl_ran_binomial_pdf(k, 0.5, n);
		place = find_lower_end(p, n);
		est->lo = value_at(sorted, n, place);
		est->hi = value_at(sorted, n, n - 1 - place);
		est->has_interval = true;
	}
	free(sorted);
	free(p);
	return 0;
}

/* Return the means of all two of @d, n(n+1)/2 of them. The caller frees it; NULL without memory. */
static double *means_of_two(const double *d, size_t n)
{
	double *votes = calloc(n * (n + 1) / 2, sizeof(*votes));
	size_t i, j, k = 0;

	if (!votes)
		return NULL;
	for (i = 0; i < n; i++)
		for (j = i; j < n; j++)
			votes[k++] = vote((d[i] + d[j]) / 2);
	return votes;
}

int stats_shift_paired(const double *d, size_t n, struct stats_est *est)
{
	struct votes_dist dist;
	double *votes;
	int err;

	*est = STATS_NO_EST;
	if (!n || !stats_are_finite(d, n))
		return -EINVAL;
	votes = means_of_two(d, n);
	if (!votes)
		return -ENOMEM;
	err = signed_rank_dist(n, &dist);
	if (!err)
		set_estimate(votes, n * (n + 1) / 2, &dist, n >= STATS_MIN_N, est);
	free(dist.mass);
	free(votes);
	return err;
}

double stats_signed_rank_p(const double *d, size_t n)
{
	struct votes_dist dist = {};
	double *votes, p = NAN;

	if (!n || !stats_are_finite(d, n))
		return NAN;
	votes = means_of_two(d, n);
	if (votes && !signed_rank_dist(n, &dist))
		p = p_of_votes(votes, n * (n + 1) / 2, &dist);
	free(dist.mass);
	free(votes);
	return p;
}

double stats_coverage(size_t n)
{
	struct votes_dist dist;
	double coverage = NAN;

	if (n >= STATS_MIN_N && !signed_rank_dist(n, &dist)) {
		coverage = 1 - 2 * tail_of(&dist, find_end(&dist));
		free(dist.mass);
	}
	return coverage;
}

double stats_smallest_p(size_t n)
{
	return ldexp(1, 1 - (int)n);
}
