// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct verdict_cell *pairs_find_cell(const struct verdicts *v, const char *label, const char *job)
{
	for (size_t i = 0; i < v->n_cells; i++)
		if (!strcmp(v->cells[i].label, label) && !strcmp(v->cells[i].job, job))
			return &v->cells[i];
	return NULL;
}

char *pairs_original(const struct bl_strv *labels, const char *label)
{
	size_t len = strlen(label);
	char *name;

	if (len < 2 || label[len - 1] != '\'')
		return NULL;
	name = bl_strdup(label);
	name[len - 1] = '\0';
	if (bl_strv_has(labels, name))
		return name;
	free(name);
	return NULL;
}

double pairs_margin(const struct verdicts *v, int metric)
{
	return rule_log_of_pct(metric == METRIC_IOPS ? v->same_pct : v->tail_pct);
}

/* --- values in pairs ----------------------------------------------------------- */

size_t pairs_values(const struct verdict_cell *a, const struct verdict_cell *b, int metric,
		    double **x, double **y)
{
	const double *of_a = metric == METRIC_IOPS ? a->iops : a->tail[metric];
	const double *of_b = metric == METRIC_IOPS ? b->iops : b->tail[metric];
	size_t n = 0;

	*x = bl_zalloc((a->n + 1) * sizeof(**x));
	*y = bl_zalloc((a->n + 1) * sizeof(**y));
	for (size_t i = 0; i < a->n; i++) {
		for (size_t k = 0; k < b->n; k++) {
			if (a->block[i] != b->block[k])
				continue;
			if (isnan(of_a[i]) || isnan(of_b[k]))
				break;
			(*x)[n] = of_a[i];
			(*y)[n++] = of_b[k];
			break;
		}
	}
	return n;
}

size_t pairs_estimate(const struct verdict_cell *a, const struct verdict_cell *b, int metric,
		      struct stats_est *ratio, double *p, struct stats_groups *groups)
{
	double *x, *y;
	size_t n = pairs_values(a, b, metric, &x, &y);

	*groups = (struct stats_groups){};
	stats_ratio_est(x, y, n, ratio);
	if (p)
		*p = ratio->has_interval ? stats_ratio_p(x, y, n) : NAN;
	if (!isnan(ratio->value)) {
		for (size_t i = 0; i < n; i++)
			x[i] = log(x[i] / y[i]);
		stats_find_groups(x, n, groups);
	}
	free(x);
	free(y);
	return n;
}

void pairs_drop_close_groups(struct stats_groups *g, double margin)
{
	if (fabs(g->small - g->large) <= margin)
		g->n_small = 0;
}

/* --- runs that failed ------------------------------------------------------------ */

static bool failed_in(const struct verdict_cell *c, int block)
{
	for (size_t i = 0; i < c->n_failed; i++)
		if (c->failed_block[i] == block)
			return true;
	return false;
}

void pairs_count_lost(const struct verdict_cell *a, const struct verdict_cell *b, size_t *tried,
		      size_t *lost)
{
	*tried = a->n + a->n_failed;
	*lost = a->n_failed;
	for (size_t i = 0; i < a->n; i++)
		*lost += failed_in(b, a->block[i]);
}

/* --- the A/A pair ------------------------------------------------------------------ */

static struct verdict_aa check_pair(const struct verdicts *v, const struct verdict_cell *copy,
				    int metric)
{
	struct verdict_aa aa = { .label = copy->label, .state = AA_CLEAN, .floor = NAN };
	double margin = pairs_margin(v, metric);
	const struct verdict_cell *original;
	size_t tried, lost;
	char *name;

	name = pairs_original(&v->labels, copy->label);
	original = pairs_find_cell(v, name, copy->job);
	free(name);
	pairs_estimate(copy, original, metric, &aa.ratio, NULL, &aa.groups);
	pairs_drop_close_groups(&aa.groups, margin);
	pairs_count_lost(copy, original, &tried, &lost);
	if (aa.ratio.has_interval)
		aa.floor = rule_largest_bound(&aa.ratio);
	if (aa.groups.n_small > 1)
		aa.state = AA_TWO_GROUPS;
	else if (aa.ratio.has_interval && aa.floor > margin)
		aa.state = AA_WIDE;
	else if (rule_failed_too_often(lost, tried))
		aa.state = AA_FAILED;
	else if (!aa.ratio.has_interval)
		aa.state = AA_NO_INTERVAL;
	return aa;
}

/* Return the pair of a job, of several the worst, with the floor of all. */
static struct verdict_aa check_job(const struct verdicts *v, const char *job, int metric)
{
	struct verdict_aa worst = { .state = AA_NONE, .ratio = STATS_NO_EST, .floor = NAN };

	for (size_t i = 0; i < v->n_cells; i++) {
		struct verdict_aa aa;
		double floor;

		if (!v->cells[i].aa || strcmp(v->cells[i].job, job))
			continue;
		aa = check_pair(v, &v->cells[i], metric);
		floor = fmax(worst.floor, aa.floor);
		if (aa.state > worst.state)
			worst = aa;
		worst.floor = floor;
	}
	return worst;
}

void pairs_check_aa(struct verdicts *v)
{
	const struct bl_strv *jobs = &v->sum->jobs;

	v->aa = bl_zalloc((jobs->n + 1) * sizeof(*v->aa));
	v->tail_aa = bl_zalloc((jobs->n + 1) * TAILS * sizeof(*v->tail_aa));
	for (size_t i = 0; i < jobs->n; i++) {
		v->aa[i] = check_job(v, jobs->v[i], METRIC_IOPS);
		for (int t = 0; t < TAILS; t++)
			v->tail_aa[i * TAILS + t] = check_job(v, jobs->v[i], t);
	}
}
