// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Expands a plan into its runs. A block has every cell with every job once, in an order that is
 * shuffled within the block, so that a drift of the machine affects all alike. Where a device does
 * one job (order = fresh), cells and jobs are shuffled together; otherwise the cells are, and each
 * device does all jobs.
 */
#include "plan/plan.h"
#include "plan/stop-rule.h"
#include "stats/stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

const char *const boot_names[BOOTS] = {
	[BOOT_CAMPAIGN] = "campaign", [BOOT_BLOCK] = "block", [BOOT_DEVICE] = "device",
};

const char *const order_names[ORDERS] = {
	[ORDER_FRESH] = "fresh", [ORDER_RANDOM] = "random", [ORDER_LISTED] = "listed",
};

static void add_cell(struct plan *p, const struct plan_cell *cell)
{
	p->cells = bl_realloc(p->cells, (p->n_cells + 1) * sizeof(*p->cells));
	p->cells[p->n_cells++] = *cell;
}

/* Make a label of the strategy and of each setting in which cells differ. */
static char *make_label(const struct plan *p, const struct plan_cell *c, bool intree)
{
	char *label = NULL;
	size_t size;
	FILE *f = open_memstream(&label, &size);

	fputs(c->strategy, f);
	for (size_t i = 0; !intree && i < AXES; i++)
		if (p->axes[i].n > 1)
			fprintf(f, "/%s", c->axis[i]);
	if (!intree && p->page_orders.n > 1)
		fprintf(f, "/o%u", c->page_order);
	if (p->bounce_sizes.n > 1)
		fprintf(f, "/%uM", c->bounce_mb);
	if (c->collect) {
		char *text = collectors_text(c->collect);

		fprintf(f, "+%s", text);
		free(text);
	}
	if (c->aa)
		fputc('\'', f);
	fclose(f);
	return label;
}

/* Set the axes of @c to combination number @i; the last axis changes fastest. */
static void choose_axes(const struct plan *p, struct plan_cell *c, bool intree, size_t i)
{
	for (size_t a = AXES; a--;) {
		if (intree) {
			c->axis[a] = "-";
			continue;
		}
		c->axis[a] = p->axes[a].v[i % p->axes[a].n];
		i /= p->axes[a].n;
	}
}

static void expand_strategy(struct plan *p, const struct catalog_strategy *s, bool aa)
{
	size_t no = s->intree ? 1 : p->page_orders.n;
	size_t nb = p->bounce_sizes.n, nc = p->collects.n, n = nb * no * nc;

	for (size_t a = 0; !s->intree && a < AXES; a++)
		n *= p->axes[a].n;
	for (size_t i = 0; i < n; i++) {
		struct plan_cell c = {
			.strategy = s->name,
			.page_order = s->intree ? 0 : atoi(p->page_orders.v[i / nc / nb % no]),
			.bounce_mb = atoi(p->bounce_sizes.v[i / nc % nb]),
			.aa = aa,
		};

		/* plan_set_key() has checked the text. */
		collectors_parse(p->name, "collect", p->collects.v[i % nc], &c.collect);
		choose_axes(p, &c, s->intree, i / nc / nb / no);
		c.unsafe = s->unsafe || axes_are_unsafe(c.axis);
		c.label = make_label(p, &c, s->intree);
		add_cell(p, &c);
	}
}

/* Add a control that --strategy leaves out: without it a comparison means nothing. */
static void add_control(struct plan *p, const char *what, const char *name)
{
	if (!name || bl_strv_has(&p->strategies, name) || !catalog_find_strategy(p->cat, name))
		return;
	fprintf(stderr, "note: %s is added to the strategies: it is the plan's %s\n",
		name, what);
	bl_strv_add(&p->strategies, name);
}

/* Reject collectors that need tracepoints of the project's module for the stock module. */
static int check_collect(const struct plan *p, const struct catalog_strategy *s)
{
	unsigned int set;

	for (size_t i = 0; s->intree && i < p->collects.n; i++) {
		if (collectors_parse(p->name, "collect", p->collects.v[i], &set))
			return -EINVAL;
		if (!(set & COLLECT_BIT(COLLECT_STAGES)))
			continue;
		bl_err("%s: collect = %s: the stock module has no tracepoints for the stages of an "
		       "I/O's life; " INTREE " takes locks, holds, counts and profile", p->name,
		       p->collects.v[i]);
		return -EINVAL;
	}
	return 0;
}

static int check_label(const struct plan *p, const char *what, const char *label)
{
	struct bl_strv labels = {};
	int err = 0;

	for (size_t i = 0; i < p->n_cells; i++)
		bl_strv_add(&labels, p->cells[i].label);
	if (!bl_strv_has(&labels, label))
		err = bl_err_unknown(p->name, what, label, &labels);
	bl_strv_free(&labels);
	return err;
}

/* Add the copy of the cell whose label is the A/A pair; a strategy's copies are there already. */
static int add_labelled_aa(struct plan *p)
{
	if (!p->aa || catalog_find_strategy(p->cat, p->aa))
		return 0;
	if (check_label(p, "aa (strategy, or label of a cell)", p->aa))
		return -EINVAL;
	for (size_t i = 0; i < p->n_cells; i++) {
		struct plan_cell c = p->cells[i];

		if (strcmp(c.label, p->aa))
			continue;
		c.aa = true;
		c.label = bl_fmt("%s'", p->aa);
		add_cell(p, &c);
		break;
	}
	return 0;
}

/* Choose the one job of a traced run: small I/Os, where mapping costs most. */
static const char *choose_traced_job(const struct plan *p)
{
	for (size_t i = 0; i < p->jobs.n; i++)
		if (!strncmp(p->jobs.v[i], "4k-", 3))
			return p->jobs.v[i];
	return p->jobs.v[0];
}

/* Append all timed jobs, in the order of the plan or in a random one. */
static void add_all_jobs(struct plan *p, gsl_rng *rng)
{
	size_t *order = bl_zalloc(p->jobs.n * sizeof(*order));

	for (size_t i = 0; i < p->jobs.n; i++)
		order[i] = i;
	if (p->order == ORDER_RANDOM)
		gsl_ran_shuffle(rng, order, p->jobs.n, sizeof(*order));
	for (size_t i = 0; i < p->jobs.n; i++)
		bl_strv_add(&p->run_jobs, p->jobs.v[order[i]]);
	free(order);
}

/* Append the jobs of a run. @job is the one that a fresh device does. */
static void add_jobs(struct plan *p, gsl_rng *rng, struct plan_run *r, size_t job)
{
	r->first_job = p->run_jobs.n;
	if (r->kind == KIND_VERIFY)
		bl_strv_add(&p->run_jobs, p->verify);
	else if (r->kind == KIND_TRACE)
		bl_strv_add(&p->run_jobs, choose_traced_job(p));
	else if (p->order == ORDER_FRESH)
		bl_strv_add(&p->run_jobs, p->jobs.v[job]);
	else
		add_all_jobs(p, rng);
	r->n_jobs = p->run_jobs.n - r->first_job;
}

static void add_block(struct plan *p, gsl_rng *rng, enum run_kind kind, unsigned int block)
{
	size_t jobs = kind == KIND_TIME && p->order == ORDER_FRESH ? p->jobs.n : 1, n = 0;
	size_t *devices = bl_zalloc(p->n_cells * jobs * sizeof(*devices));

	/* The A/A copy differs only in its label, so that verifying it again is needless. */
	for (size_t i = 0; i < p->n_cells * jobs; i++)
		if (kind == KIND_TIME || !p->cells[i / jobs].aa)
			devices[n++] = i;
	gsl_ran_shuffle(rng, devices, n, sizeof(*devices));

	p->runs = bl_realloc(p->runs, (p->n_runs + n) * sizeof(*p->runs));
	for (size_t i = 0; i < n; i++) {
		struct plan_run *r = &p->runs[p->n_runs++];

		*r = (struct plan_run){ .kind = kind, .block = block, .cell = devices[i] / jobs };
		snprintf(r->id, sizeof(r->id), "%04zu", p->n_runs);
		add_jobs(p, rng, r, devices[i] % jobs);
	}
	free(devices);
}

static int check_plane(const struct plan *p)
{
	if (p->plane != PLANE_ICOUNT || p->cpus == 1)
		return 0;
	bl_err("%s: the plane icount has one CPU, not %u; set cpus = 1", p->name, p->cpus);
	return -EINVAL;
}

/* Reject a stop rule that would never look, because the plan has too few blocks. */
static int check_rule(const struct plan *p)
{
	if (!(p->width > 0) || p->repeat >= plan_min_blocks(p))
		return 0;
	bl_err("%s: width = %g stops after %u blocks at the earliest, but repeat = %u; set repeat "
	       "to %u or more, or width = 0", p->name, p->width, plan_min_blocks(p), p->repeat,
	       plan_min_blocks(p));
	return -EINVAL;
}

unsigned int plan_min_blocks(const struct plan *p)
{
	if (p->width > 0)
		return STOP_FIRST + STOP_EVERY;
	return p->repeat < STATS_MIN_N ? p->repeat : STATS_MIN_N;
}

/*
 * docs/plans.md has the reasons: counts of instructions resolve half a per cent, and a lock on the map
 * path costs one; times scatter by 2 % from device to device.
 */
double plan_default_margin(enum plane plane)
{
	return plane == PLANE_ICOUNT ? 1 : 3;
}

int plan_expand(struct plan *p)
{
	gsl_rng *rng;

	if (check_plane(p) || check_rule(p))
		return -EINVAL;
	if (!(p->same_within > 0))
		p->same_within = plan_default_margin(p->plane);
	if (!(p->tail_within > 0))
		p->tail_within = PLAN_TAIL_WITHIN;
	add_control(p, "baseline", p->baseline);
	add_control(p, "A/A pair", p->aa);
	for (size_t i = 0; i < p->strategies.n; i++) {
		const char *name = p->strategies.v[i];
		const struct catalog_strategy *s = catalog_find_strategy(p->cat, name);

		if (check_collect(p, s))
			return -EINVAL;
		expand_strategy(p, s, false);
		if (p->aa && !strcmp(p->aa, s->name))
			expand_strategy(p, s, true);
	}
	if (check_label(p, "baseline (label of a cell)", p->baseline) || add_labelled_aa(p))
		return -EINVAL;
	if (!p->repeat && !p->verify && !p->trace) {
		bl_err("repeat = 0 without verify and trace leaves nothing to run");
		return -EINVAL;
	}

	rng = gsl_rng_alloc(gsl_rng_mt19937);
	/* The generator takes 32 bits. Fold the seed, so that all 64 bits matter. */
	gsl_rng_set(rng, (p->seed ^ p->seed >> 32) & 0xffffffff);
	if (p->verify)
		add_block(p, rng, KIND_VERIFY, 0);
	for (unsigned int block = 0; block < p->repeat; block++)
		add_block(p, rng, KIND_TIME, block);
	if (p->trace)
		add_block(p, rng, KIND_TRACE, 0);
	gsl_rng_free(rng);
	return 0;
}

void plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->n_cells; i++)
		free(p->cells[i].label);
	free(p->cells);
	free(p->runs);
	free(p->name);
	free(p->about);
	free(p->baseline);
	free(p->aa);
	free(p->verify);
	bl_strv_free(&p->strategies);
	for (size_t i = 0; i < AXES; i++)
		bl_strv_free(&p->axes[i]);
	bl_strv_free(&p->page_orders);
	bl_strv_free(&p->bounce_sizes);
	bl_strv_free(&p->collects);
	bl_strv_free(&p->jobs);
	bl_strv_free(&p->run_jobs);
	json_decref(p->all_runs);
	json_decref(p->json);
	memset(p, 0, sizeof(*p));
}

bool plan_keeps_guest(const struct plan *p, const struct plan_run *last,
		      const struct plan_run *next)
{
	if (p->boot == BOOT_CAMPAIGN || !last)
		return true;
	return p->boot == BOOT_BLOCK && last->kind == next->kind && last->block == next->block;
}

const char *plan_get_job(const struct plan *p, const struct plan_run *r, size_t i)
{
	return p->run_jobs.v[r->first_job + i];
}

unsigned int plan_runs_each(const struct plan *p, enum run_kind kind)
{
	return kind == KIND_TIME ? p->runs_each : 1;
}
