// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/levels.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

static bool is_counted(const struct sum_row *r)
{
	return r->kind == KIND_TIME && r->status == STATUS_OK;
}

/* Tell whether row @i is the first counted one of its block or, if @boot, of its boot. */
static bool is_first(const struct summary *s, size_t i, bool boot)
{
	const struct sum_row *r = &s->rows[i];

	/* Search backwards: most often the row before is of the same block. */
	for (size_t k = i; k-- > 0;) {
		const struct sum_row *q = &s->rows[k];

		if (is_counted(q) && q->shard == r->shard &&
		    (boot ? q->boot == r->boot : q->block == r->block))
			return false;
	}
	return true;
}

/* Tell whether the block of row @i has a row of another boot. */
static bool is_split(const struct summary *s, size_t i)
{
	for (size_t k = 0; k < s->n_rows; k++)
		if (is_counted(&s->rows[k]) && s->rows[k].block == s->rows[i].block &&
		    s->rows[k].boot != s->rows[i].boot)
			return true;
	return false;
}

void levels_count(const struct summary *s, struct levels *l)
{
	*l = (struct levels){};
	for (size_t i = 0; i < s->n_rows; i++) {
		if (!is_counted(&s->rows[i]))
			continue;
		l->boots += s->rows[i].boot && is_first(s, i, true);
		if (!is_first(s, i, false))
			continue;
		l->blocks++;
		l->split += !strcmp(s->boot, "block") && is_split(s, i);
	}
}

/* --- variances ---------------------------------------------------------------- */

/* Return the valid timed run of a label in a job and block, or NULL. */
static const struct sum_row *find_row(const struct summary *s, const char *label, const char *job,
				  int block)
{
	for (size_t i = 0; i < s->n_rows; i++)
		if (is_counted(&s->rows[i]) && s->rows[i].block == block &&
		    !strcmp(s->rows[i].label, label) && !strcmp(s->rows[i].job, job))
			return &s->rows[i];
	return NULL;
}

/*
 * Get the variances of a label's log ratio: the mean of those within a block, and that of
 * the blocks' means. Return the number of blocks in which label and baseline have several runs.
 */
static size_t get_variances(const struct verdicts *v, const struct verdict_cell *c, double *within,
			double *of_means)
{
	const struct summary *s = v->sum;
	double *means = bl_zalloc((c->n + 1) * sizeof(*means));
	size_t n = 0;

	*within = 0;
	for (size_t i = 0; i < c->n; i++) {
		const struct sum_row *a = find_row(s, c->label, c->job, c->block[i]);
		const struct sum_row *b = find_row(s, s->baseline, c->job, c->block[i]);
		double *d;

		if (!a || !b || a->n_each != b->n_each || a->n_each < 2)
			continue;
		d = bl_zalloc(a->n_each * sizeof(*d));
		for (unsigned int k = 0; k < a->n_each; k++)
			d[k] = log(a->each[k] / b->each[k]);
		*within += gsl_stats_variance(d, 1, a->n_each);
		means[n++] = gsl_stats_mean(d, 1, a->n_each);
		free(d);
	}
	*within /= n ? n : 1;
	*of_means = n > 1 ? gsl_stats_variance(means, 1, n) : NAN;
	free(means);
	return n;
}

int levels_get_shares(const struct verdicts *v, const char *job, struct level_shares *shares)
{
	double within, of_means, sum_within = 0, sum_means = 0;
	size_t labels = 0, n;

	*shares = (struct level_shares){};
	if (v->sum->runs_each < 2)
		return -ENODATA;
	for (size_t i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cells[i];

		if (strcmp(c->job, job) || !strcmp(c->label, v->sum->baseline))
			continue;
		n = get_variances(v, c, &within, &of_means);
		if (n < 2)
			continue;
		sum_within += within;
		sum_means += of_means;
		shares->n += n;
		labels++;
	}
	if (!labels)
		return -ENODATA;
	shares->within = sum_within / labels;
	/* The means of N runs still contain 1/N of the variance within. */
	shares->between = fmax(0, (sum_means - sum_within / v->sum->runs_each) / labels);
	return shares->within > 0 ? 0 : -ENODATA;
}
