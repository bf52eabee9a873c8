// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a plan to its runs: every cell once per block, the order within a block
 * shuffled, so that whatever drifts on the machine hits all cells alike.
 */
#include "plan/plan.h"
#include "plan/stop-rule.h"
#include "stats/stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

static void add_cell(struct bl_plan *p, const struct bl_cell *cell)
{
	p->cells = bl_realloc(p->cells, (p->n_cells + 1) * sizeof(*p->cells));
	p->cells[p->n_cells++] = *cell;
}

/* The strategy, and each setting that another cell has differently. */
static char *make_label(const struct bl_plan *p, const struct bl_cell *c, bool intree)
{
	char *label = NULL;
	size_t size;
	FILE *f = open_memstream(&label, &size);

	fputs(c->strategy, f);
	for (size_t i = 0; !intree && i < BL_AXES; i++)
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

/* The values of @c that the number @i stands for, the last axis fastest. */
static void choose_axes(const struct bl_plan *p, struct bl_cell *c, bool intree, size_t i)
{
	for (size_t a = BL_AXES; a--;) {
		if (intree) {
			c->axis[a] = "-";
			continue;
		}
		c->axis[a] = p->axes[a].v[i % p->axes[a].n];
		i /= p->axes[a].n;
	}
}

static void expand_strategy(struct bl_plan *p, const struct bl_strategy *s, bool aa)
{
	size_t no = s->intree ? 1 : p->page_orders.n;
	size_t nb = p->bounce_sizes.n, nc = p->collects.n, n = nb * no * nc;

	for (size_t a = 0; !s->intree && a < BL_AXES; a++)
		n *= p->axes[a].n;
	for (size_t i = 0; i < n; i++) {
		struct bl_cell c = {
			.strategy = s->name,
			.page_order = s->intree ? 0 : atoi(p->page_orders.v[i / nc / nb % no]),
			.bounce_mb = atoi(p->bounce_sizes.v[i / nc % nb]),
			.aa = aa,
		};

		/* Its text was checked when it was set. */
		collectors_parse(p->name, "collect", p->collects.v[i % nc], &c.collect);
		choose_axes(p, &c, s->intree, i / nc / nb / no);
		c.unsafe = s->unsafe || !strcmp(c.axis[BL_BACKING], "unzeroed");
		c.label = make_label(p, &c, s->intree);
		add_cell(p, &c);
	}
}

/* A comparison without its controls says nothing, whatever --strategy asks. */
static void add_control(struct bl_plan *p, const char *what, const char *name)
{
	if (!name || bl_strv_has(&p->strategies, name) || !bl_find_strategy(p->cat, name))
		return;
	fprintf(stderr, "note: %s is added to the strategies: it is the plan's %s\n",
		name, what);
	bl_strv_add(&p->strategies, name);
}

/* What a collector takes from the module's own tracepoints, the stock module does not have. */
static int check_collect(const struct bl_plan *p, const struct bl_strategy *s)
{
	unsigned int set;

	for (size_t i = 0; s->intree && i < p->collects.n; i++) {
		if (collectors_parse(p->name, "collect", p->collects.v[i], &set))
			return -EINVAL;
		if (!(set & COLLECT_BIT(COLLECT_STAGES)))
			continue;
		bl_err("%s: collect = %s: the stock module has no tracepoints for the stages of an "
		       "I/O's life; " BL_INTREE " takes locks, holds, counts and profile", p->name,
		       p->collects.v[i]);
		return -EINVAL;
	}
	return 0;
}

static int check_label(const struct bl_plan *p, const char *what, const char *label)
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

/* The A/A pair is of each cell of a strategy, or of the cell that has the label. */
static int add_labelled_aa(struct bl_plan *p)
{
	if (!p->aa || bl_find_strategy(p->cat, p->aa))
		return 0;
	if (check_label(p, "aa (strategy, or label of a cell)", p->aa))
		return -EINVAL;
	for (size_t i = 0; i < p->n_cells; i++) {
		struct bl_cell c = p->cells[i];

		if (strcmp(c.label, p->aa))
			continue;
		c.aa = true;
		c.label = bl_fmt("%s'", p->aa);
		add_cell(p, &c);
		break;
	}
	return 0;
}

static void add_block(struct bl_plan *p, gsl_rng *rng, enum bl_kind kind, unsigned int block)
{
	size_t *order = bl_zalloc(p->n_cells * sizeof(*order)), n = 0;

	/* The A/A copy differs in its label only: no need to verify it again. */
	for (size_t i = 0; i < p->n_cells; i++)
		if (kind == BL_TIME || !p->cells[i].aa)
			order[n++] = i;
	gsl_ran_shuffle(rng, order, n, sizeof(*order));

	p->runs = bl_realloc(p->runs, (p->n_runs + n) * sizeof(*p->runs));
	for (size_t i = 0; i < n; i++) {
		struct bl_run *r = &p->runs[p->n_runs++];

		*r = (struct bl_run){ .kind = kind, .block = block, .cell = order[i] };
		snprintf(r->id, sizeof(r->id), "%04zu", p->n_runs);
	}
	free(order);
}

bool bl_plan_icount(const struct bl_plan *p)
{
	return !strcmp(p->plane, "icount");
}

static int check_plane(const struct bl_plan *p)
{
	if (!bl_plan_icount(p) || p->cpus == 1)
		return 0;
	bl_err("%s: the plane icount has one CPU, not %u; set cpus = 1", p->name, p->cpus);
	return -EINVAL;
}

/* A rule that never looks would be none. */
static int check_rule(const struct bl_plan *p)
{
	if (!(p->width > 0) || p->repeat >= bl_plan_minimum(p))
		return 0;
	bl_err("%s: width = %g stops after %u blocks at the earliest, and repeat = %u is the most; set "
	       "repeat to %u or more, or width = 0", p->name, p->width, bl_plan_minimum(p), p->repeat,
	       bl_plan_minimum(p));
	return -EINVAL;
}

unsigned int bl_plan_minimum(const struct bl_plan *p)
{
	if (p->width > 0)
		return STOP_FIRST + STOP_EVERY;
	return p->repeat < STATS_MIN_N ? p->repeat : STATS_MIN_N;
}

int bl_plan_expand(struct bl_plan *p)
{
	gsl_rng *rng;

	if (check_plane(p) || check_rule(p))
		return -EINVAL;
	add_control(p, "baseline", p->baseline);
	add_control(p, "A/A pair", p->aa);
	for (size_t i = 0; i < p->strategies.n; i++) {
		const struct bl_strategy *s = bl_find_strategy(p->cat, p->strategies.v[i]);

		if (!s->intree && !p->axes[BL_ALLOCATOR].n) {
			bl_err("%s: no allocator is known: no head comment in kmod/ has a "
			       "line 'Allocator NAME: text'", p->name);
			return -EINVAL;
		}
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
	/* The generator takes 32 bits: fold, so that all 64 matter. */
	gsl_rng_set(rng, (p->seed ^ p->seed >> 32) & 0xffffffff);
	if (p->verify)
		add_block(p, rng, BL_VERIFY, 0);
	for (unsigned int block = 0; block < p->repeat; block++)
		add_block(p, rng, BL_TIME, block);
	if (p->trace)
		add_block(p, rng, BL_TRACE, 0);
	gsl_rng_free(rng);
	return 0;
}

void bl_plan_free(struct bl_plan *p)
{
	for (size_t i = 0; i < p->n_cells; i++)
		free(p->cells[i].label);
	free(p->cells);
	free(p->runs);
	free(p->name);
	free(p->about);
	free(p->plane);
	free(p->baseline);
	free(p->aa);
	free(p->verify);
	bl_strv_free(&p->strategies);
	for (size_t i = 0; i < BL_AXES; i++)
		bl_strv_free(&p->axes[i]);
	bl_strv_free(&p->page_orders);
	bl_strv_free(&p->bounce_sizes);
	bl_strv_free(&p->collects);
	bl_strv_free(&p->jobs);
	json_decref(p->all_runs);
	json_decref(p->json);
	memset(p, 0, sizeof(*p));
}

const char *bl_backend_name(bool ram)
{
	return ram ? "ram" : "null";
}

const char *bl_kind_name(enum bl_kind kind)
{
	static const char *const names[] = {
		[BL_VERIFY] = "verify", [BL_TIME] = "time", [BL_TRACE] = "trace",
	};

	return names[kind];
}

const char *bl_boot_name(enum bl_boot boot)
{
	static const char *const names[] = {
		[BL_BOOT_CAMPAIGN] = "campaign", [BL_BOOT_BLOCK] = "block",
		[BL_BOOT_DEVICE] = "device",
	};

	return names[boot];
}

bool bl_same_guest(const struct bl_plan *p, const struct bl_run *last, const struct bl_run *next)
{
	if (p->boot == BL_BOOT_CAMPAIGN || !last)
		return true;
	return p->boot == BL_BOOT_BLOCK && last->kind == next->kind && last->block == next->block;
}

unsigned int bl_runs_each(const struct bl_plan *p, enum bl_kind kind)
{
	return kind == BL_TIME ? p->runs_each : 1;
}
