/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Variance components of a mixed model by the method of moments.
 *
 * The model: y = mean of its group + one effect for each random factor + residual. The groups are
 * fixed. The effects of a factor's levels are independent with the variance of the factor.
 *
 * The estimates are unbiased quadratic forms (MINQUE, Rao 1971), weighted by the estimates of the
 * step before until they stay (then they are those of REML, as long as all are above 0). They are
 * those of the analysis of variance where the data are balanced. The interval of a component is
 * Satterthwaite's: its estimate is taken for a multiple of a chi-square with the degrees of freedom
 * that its variance under normal effects implies.
 */
#ifndef BL_COMPONENTS_H
#define BL_COMPONENTS_H

#include <stdbool.h>
#include <stddef.h>

#define COMPONENTS_MAX	4	/* random factors, and the residual */

/* One random factor: level[i] of each value, numbers from 0. */
struct factor {
	const size_t *level;
	size_t n_levels;
};

struct component {
	double value;		/* variance; may be below 0 */
	double lo, hi;		/* 95 % interval, not below 0 */
	double var;		/* of the estimate */
};

/**
 * components_estimate() - estimate the variance of each factor and of the residual
 * @y: the values
 * @n: number of values
 * @group: of each value, from 0
 * @n_groups: number of groups
 * @f: the factors
 * @n_factors: number of factors, at most COMPONENTS_MAX - 1
 * @out: gets n_factors + 1 components, the residual last
 *
 * Return: 0, -EDOM (the factors cannot be told apart by these data), -EINVAL or -ENOMEM.
 */
int components_estimate(const double *y, size_t n, const size_t *group, size_t n_groups,
			const struct factor *f, size_t n_factors, struct component *out);

/**
 * components_interval() - get the interval of one variance from its degrees of freedom
 * @c: its value is set; the others are set here
 * @var: variance of the estimate
 */
void components_interval(struct component *c, double var);

#endif
