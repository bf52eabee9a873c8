// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/pilot.h"
#include "eval/rule.h"
#include "stats/stats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

const char *const pilot_level_names[PILOT_LEVELS] = {
	[PILOT_BOOT] = "boot", [PILOT_BOOT_LABEL] = "boot x label", [PILOT_BLOCK] = "block",
	[PILOT_DEVICE] = "device", [PILOT_RUN] = "run",
};

/* --- the values ---------------------------------------------------------------- */

/* The devices of one job. */
struct devices {
	double *y;			/* mean of the logarithms of the runs */
	size_t n;
	size_t *label, *boot, *block, *pair;	/* numbers of the levels; pair: boot and label */
	size_t labels, boots, blocks, pairs;
	double within;			/* sum of squares between the runs of a device */
	double within_df;
};

/* Numbers for names: the first name is 0. */
static size_t number_of(struct bl_strv *names, char *name)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (!strcmp(names->v[i], name))
			break;
	if (i == names->n)
		bl_strv_add(names, name);
	free(name);
	return i;
}

/* Return the label without the mark of an A/A copy. The caller frees it. */
static char *code_of(const char *label)
{
	char *code = bl_strdup(label);
	size_t n = strlen(code);

	if (n && code[n - 1] == '\'')
		code[n - 1] = '\0';
	return code;
}

static void add_runs(struct devices *d, const struct sum_row *r)
{
	double mean = 0;

	if (!r->n_each) {
		d->y[d->n] = log(r->fio.iops);
		return;
	}
	for (unsigned int k = 0; k < r->n_each; k++)
		mean += log(r->each[k]) / r->n_each;
	for (unsigned int k = 0; k < r->n_each; k++)
		d->within += pow(log(r->each[k]) - mean, 2);
	d->within_df += r->n_each - 1;
	d->y[d->n] = mean;
}

static bool is_of_job(const struct sum_row *r, const char *job)
{
	return r->kind == KIND_TIME && r->status == STATUS_OK && !strcmp(r->job, job);
}

static void collect_devices(struct devices *d, const struct summary *s, const char *job)
{
	struct bl_strv labels = {}, boots = {}, blocks = {}, pairs = {};
	size_t size = (s->n_rows + 1) * sizeof(size_t);

	*d = (struct devices){ .y = bl_zalloc((s->n_rows + 1) * sizeof(double)),
			       .label = bl_zalloc(size), .boot = bl_zalloc(size),
			       .block = bl_zalloc(size), .pair = bl_zalloc(size) };
	for (size_t i = 0; i < s->n_rows; i++) {
		const struct sum_row *r = &s->rows[i];

		if (!is_of_job(r, job))
			continue;
		add_runs(d, r);
		d->label[d->n] = number_of(&labels, code_of(r->label));
		d->boot[d->n] = number_of(&boots, bl_fmt("%d/%d", r->shard, r->boot));
		d->block[d->n] = number_of(&blocks, bl_fmt("%d", r->block));
		d->pair[d->n] = number_of(&pairs, bl_fmt("%zu/%zu", d->boot[d->n],
							 d->label[d->n]));
		d->n++;
	}
	d->labels = labels.n;
	d->boots = boots.n;
	d->blocks = blocks.n;
	d->pairs = pairs.n;
	bl_strv_free(&labels);
	bl_strv_free(&boots);
	bl_strv_free(&blocks);
	bl_strv_free(&pairs);
}

static void free_devices(struct devices *d)
{
	free(d->y);
	free(d->label);
	free(d->boot);
	free(d->block);
	free(d->pair);
}

/* --- the levels ---------------------------------------------------------------- */

/* Split the scatter within devices into that of devices and that of runs. */
static void split_runs(struct pilot_job *j, const struct devices *d, double runs)
{
	struct component *run = &j->level[PILOT_RUN], *dev = &j->level[PILOT_DEVICE];
	double var_dev, var_run;

	if (!(d->within_df > 0))
		return;
	run->value = d->within / d->within_df;
	var_run = 2 * run->value * run->value / d->within_df;
	components_interval(run, var_run);
	/* The variance of the device's mean, from its interval's degrees of freedom. */
	var_dev = dev->var + var_run / (runs * runs);
	dev->value -= run->value / runs;
	components_interval(dev, var_dev);
}

static void estimate_levels(struct pilot_job *j, const struct devices *d, double runs)
{
	enum pilot_level names[COMPONENTS_MAX];
	struct factor f[COMPONENTS_MAX];
	struct component c[COMPONENTS_MAX];
	size_t n = 0;

	if (d->boots > 1 && d->boots < d->n) {
		names[n] = PILOT_BOOT;
		f[n++] = (struct factor){ d->boot, d->boots };
	}
	if (d->boots > 1 && d->pairs < d->n) {
		names[n] = PILOT_BOOT_LABEL;
		f[n++] = (struct factor){ d->pair, d->pairs };
	}
	if (d->blocks > d->boots && d->blocks < d->n) {
		names[n] = PILOT_BLOCK;
		f[n++] = (struct factor){ d->block, d->blocks };
	}
	names[n] = PILOT_DEVICE;
	if (components_estimate(d->y, d->n, d->label, d->labels, f, n, c))
		return;
	for (size_t i = 0; i <= n; i++)
		j->level[names[i]] = c[i];
	split_runs(j, d, runs);
}

static double at_least_0(double x)
{
	return isnan(x) ? 0 : fmax(0, x);
}

static void make_job(struct pilot_job *j, const struct summary *s, const char *job)
{
	struct devices d;

	*j = (struct pilot_job){ .job = job, .ratio_sd = NAN, .ratio_sd_hi = NAN };
	for (size_t i = 0; i < PILOT_LEVELS; i++)
		j->level[i] = (struct component){ NAN, NAN, NAN, NAN };
	collect_devices(&d, s, job);
	j->boots = d.boots;
	j->blocks = d.blocks;
	j->devices = d.n;
	j->labels = d.labels;
	if (d.blocks > 1)
		estimate_levels(j, &d, s->runs_each);
	if (!isnan(j->level[PILOT_BOOT_LABEL].value)) {
		j->ratio_sd = sqrt(2 * at_least_0(j->level[PILOT_BOOT_LABEL].value));
		j->ratio_sd_hi = sqrt(2 * j->level[PILOT_BOOT_LABEL].hi);
	}
	free_devices(&d);
}

int pilot_make(struct pilot *p, const struct summary *s)
{
	bool any = false;

	*p = (struct pilot){ .job = bl_zalloc((s->jobs.n + 1) * sizeof(*p->job)),
			     .runs_each = s->runs_each };
	for (size_t i = 0; i < s->jobs.n; i++) {
		make_job(&p->job[p->n], s, s->jobs.v[i]);
		any |= !isnan(p->job[p->n++].level[PILOT_DEVICE].value);
	}
	if (any)
		return 0;
	bl_err("%s: a pilot needs at least two blocks with valid timed runs of two labels",
	       s->name);
	pilot_free(p);
	return -ENODATA;
}

void pilot_free(struct pilot *p)
{
	free(p->job);
	*p = (struct pilot){};
}

/* --- designs ------------------------------------------------------------------- */

static double variance_of(const struct pilot_job *j, enum pilot_level level, bool upper)
{
	return at_least_0(upper ? j->level[level].hi : j->level[level].value);
}

double pilot_predict_width(const struct pilot_job *j, const struct pilot_design *d, bool upper)
{
	double boots = variance_of(j, PILOT_BOOT_LABEL, upper);
	double device = variance_of(j, PILOT_DEVICE, upper) +
			variance_of(j, PILOT_RUN, upper) / d->runs;
	double t = gsl_cdf_tdist_Pinv(1 - (1 - STATS_LEVEL) / 2, d->blocks - 1);
	double z = gsl_cdf_ugaussian_Pinv(1 - (1 - STATS_LEVEL) / 2), half;

	if (d->boot_per_block)
		half = t * sqrt(2 * (boots + device) / d->blocks);
	else
		half = hypot(t * sqrt(2 * device / d->blocks), z * sqrt(2 * boots));
	return 100 * expm1(2 * half);
}

size_t pilot_least_blocks(const struct pilot *p)
{
	size_t members = 0, needed;

	for (size_t i = 0; i < p->n; i++)
		members += p->job[i].labels > 1 ? p->job[i].labels - 1 : 0;
	needed = rule_blocks_needed(members);
	return needed > STATS_MIN_N ? needed : STATS_MIN_N;
}

unsigned int pilot_find_blocks(const struct pilot *p, struct pilot_design *d, double width)
{
	for (d->blocks = pilot_least_blocks(p); d->blocks <= PILOT_MAX_BLOCKS; d->blocks++) {
		double widest = 0;

		for (size_t i = 0; i < p->n; i++)
			widest = fmax(widest, pilot_predict_width(&p->job[i], d, false));
		if (widest <= width)
			return d->blocks;
	}
	d->blocks = 0;
	return 0;
}
