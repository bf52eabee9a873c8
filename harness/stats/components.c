// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_linalg.h>

#include "stats/components.h"

#define Q		COMPONENTS_MAX
#define SINGULAR	1e-9	/* of the largest singular value: factors cannot be told apart */
#define LEAST_WEIGHT	1e-4	/* of a residual, as a share of all variances */
#define ITERATIONS	30

struct model {
	const double *y;
	const size_t *group;
	size_t n, n_groups, q;		/* values, groups, factors with the residual */
	struct factor f[Q];		/* the residual is the last: each value is a level */
	size_t *each;			/* levels of the residual */
	gsl_matrix *p;			/* takes values to weighted residuals */
};

/* Set m->p to the inverse of the covariance that the variances @v give. */
static void invert_covariance(struct model *m, const double *v)
{
	for (size_t i = 0; i < m->n; i++)
		for (size_t j = 0; j < m->n; j++) {
			double c = 0;

			for (size_t k = 0; k < m->q; k++)
				c += m->f[k].level[i] == m->f[k].level[j] ? v[k] : 0;
			gsl_matrix_set(m->p, i, j, c);
		}
	gsl_linalg_cholesky_decomp1(m->p);
	gsl_linalg_cholesky_invert(m->p);
}

/* Add up rows of @a by group. The caller frees the result, which has a row for each group. */
static gsl_matrix *add_rows(const struct model *m, const gsl_matrix *a)
{
	gsl_matrix *sum = gsl_matrix_calloc(m->n_groups, a->size2);

	for (size_t i = 0; i < a->size1; i++)
		for (size_t j = 0; j < a->size2; j++)
			*gsl_matrix_ptr(sum, m->group[i], j) += gsl_matrix_get(a, i, j);
	return sum;
}

/*
 * Take the means of the groups out of m->p = W: what is left is W - W X (X' W X)^-1 X' W, where X
 * has a column for each group.
 */
static void project(struct model *m)
{
	gsl_matrix *xw = add_rows(m, m->p), *wx = gsl_matrix_alloc(m->n, m->n_groups), *xwx;
	gsl_matrix *t = gsl_matrix_alloc(m->n, m->n_groups);

	gsl_matrix_transpose_memcpy(wx, xw);
	xwx = add_rows(m, wx);
	gsl_linalg_cholesky_decomp1(xwx);
	gsl_linalg_cholesky_invert(xwx);
	gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, wx, xwx, 0, t);
	gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, -1, t, xw, 1, m->p);
	gsl_matrix_free(xwx);
	gsl_matrix_free(t);
	gsl_matrix_free(wx);
	gsl_matrix_free(xw);
}

/* Return the sum of the squares of m->p, added up by the levels of two factors. */
static double add_squares(const struct model *m, const struct factor *a, const struct factor *b)
{
	gsl_matrix *sum = gsl_matrix_calloc(a->n_levels, b->n_levels);
	double squares = 0;

	for (size_t i = 0; i < m->n; i++)
		for (size_t j = 0; j < m->n; j++)
			*gsl_matrix_ptr(sum, a->level[i], b->level[j]) += gsl_matrix_get(m->p, i, j);
	for (size_t i = 0; i < a->n_levels; i++)
		for (size_t j = 0; j < b->n_levels; j++)
			squares += pow(gsl_matrix_get(sum, i, j), 2);
	gsl_matrix_free(sum);
	return squares;
}

/* Return the quadratic form of a factor: the squares of the weighted residuals' sums by level. */
static double add_residuals(const struct model *m, const struct factor *f)
{
	double *sum = calloc(f->n_levels, sizeof(*sum)), squares = 0;

	for (size_t i = 0; i < m->n; i++)
		for (size_t j = 0; j < m->n; j++)
			sum[f->level[i]] += gsl_matrix_get(m->p, i, j) * m->y[j];
	for (size_t i = 0; i < f->n_levels; i++)
		squares += sum[i] * sum[i];
	free(sum);
	return squares;
}

/*
 * Invert the matrix that takes variances to the expectations of the quadratic forms. Return NULL
 * if the forms do not determine the variances; else the caller frees it.
 */
static gsl_matrix *invert_expectations(const struct model *m)
{
	gsl_matrix *s = gsl_matrix_alloc(m->q, m->q), *v = gsl_matrix_alloc(m->q, m->q);
	gsl_vector *w = gsl_vector_alloc(m->q), *work = gsl_vector_alloc(m->q);
	gsl_matrix *inverse = gsl_matrix_calloc(m->q, m->q);
	double scale[Q] = {};

	for (size_t k = 0; k < m->q; k++)
		scale[k] = sqrt(add_squares(m, &m->f[k], &m->f[k]));
	for (size_t i = 0; i < m->q; i++)
		for (size_t j = 0; j < m->q; j++)
			gsl_matrix_set(s, i, j, scale[i] > 0 && scale[j] > 0 ?
				       add_squares(m, &m->f[i], &m->f[j]) / scale[i] / scale[j] : 0);
	gsl_linalg_SV_decomp(s, v, w, work);
	if (gsl_vector_get(w, m->q - 1) <= SINGULAR * gsl_vector_get(w, 0)) {
		gsl_matrix_free(inverse);
		inverse = NULL;
	}
	for (size_t i = 0; inverse && i < m->q; i++)
		for (size_t j = 0; j < m->q; j++)
			for (size_t k = 0; k < m->q; k++)
				*gsl_matrix_ptr(inverse, i, j) +=
					gsl_matrix_get(v, i, k) * gsl_matrix_get(s, j, k) /
					gsl_vector_get(w, k) / scale[i] / scale[j];
	gsl_matrix_free(s);
	gsl_matrix_free(v);
	gsl_vector_free(w);
	gsl_vector_free(work);
	return inverse;
}

/* Return a quantile of chi-square; GSL's does not converge for very many degrees of freedom. */
static double chisq_quantile(double p, double df)
{
	double t = 2 / (9 * df);

	if (df < 1000)
		return gsl_cdf_chisq_Pinv(p, df);
	/* Wilson and Hilferty 1931 */
	return df * pow(1 - t + gsl_cdf_ugaussian_Pinv(p) * sqrt(t), 3);
}

void components_interval(struct component *c, double var)
{
	double df = c->value > 0 ? 2 * c->value * c->value / var : 0;

	c->var = var;
	if (!(var > 0)) {
		c->lo = c->hi = fmax(0, c->value);
		return;
	}
	/* With less than one degree of freedom the data are as good as none from above 0. */
	if (df < 1) {
		c->lo = 0;
		c->hi = fmax(0, c->value) + gsl_cdf_ugaussian_Pinv(0.975) * sqrt(var);
		return;
	}
	c->lo = df * c->value / chisq_quantile(0.975, df);
	c->hi = df * c->value / chisq_quantile(0.025, df);
}

/*
 * Estimate the components with the weights @v. Their variances are right if the weights are. Return
 * 0, or -EDOM.
 */
static int estimate(struct model *m, const double *v, struct component *out)
{
	gsl_matrix *inverse;
	double u[Q];

	invert_covariance(m, v);
	project(m);
	inverse = invert_expectations(m);
	if (!inverse)
		return -EDOM;
	for (size_t k = 0; k < m->q; k++)
		u[k] = add_residuals(m, &m->f[k]);
	for (size_t k = 0; k < m->q; k++) {
		out[k] = (struct component){};
		for (size_t j = 0; j < m->q; j++)
			out[k].value += gsl_matrix_get(inverse, k, j) * u[j];
		out[k].var = 2 * gsl_matrix_get(inverse, k, k);
	}
	gsl_matrix_free(inverse);
	return 0;
}

/* Take the estimates for the next weights. Return whether they changed. */
static bool update_weights(const struct component *c, size_t q, double *v)
{
	double all = 0, new;
	bool changed = false;

	for (size_t k = 0; k < q; k++)
		all += fmax(0, c[k].value);
	for (size_t k = 0; k < q; k++) {
		new = fmax(k + 1 < q ? 0 : LEAST_WEIGHT * all, c[k].value);
		changed |= fabs(new - v[k]) > 1e-6 * all;
		v[k] = new;
	}
	return changed && all > 0;
}

int components_estimate(const double *y, size_t n, const size_t *group, size_t n_groups,
			const struct factor *f, size_t n_factors, struct component *out)
{
	struct model m = { y, group, n, n_groups, n_factors + 1, {}, NULL, NULL };
	double v[Q] = {};
	int err, i;

	if (n < 2 || n_factors >= COMPONENTS_MAX)
		return -EINVAL;
	m.each = calloc(n, sizeof(*m.each));
	m.p = gsl_matrix_alloc(n, n);
	for (size_t k = 0; k < n; k++)
		m.each[k] = k;
	for (size_t k = 0; k < n_factors; k++)
		m.f[k] = f[k];
	m.f[n_factors] = (struct factor){ m.each, n };
	/* Begin with equal weights for all values. */
	v[n_factors] = 1;
	err = estimate(&m, v, out);
	for (i = 0; !err && i < ITERATIONS && update_weights(out, m.q, v); i++)
		err = estimate(&m, v, out);
	for (size_t k = 0; !err && k < m.q; k++)
		components_interval(&out[k], out[k].var);
	gsl_matrix_free(m.p);
	free(m.each);
	return err;
}
