/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan: which strategies with which settings run which jobs how often, and
 * its expansion into a fixed, seeded, block-randomised list of runs.
 */
#ifndef BL_PLAN_H
#define BL_PLAN_H

#include "proto/accel.h"
#include "plan/catalog.h"
#include "proto/collector.h"
#include "plan/shard.h"

#define BL_MAX_RUNS	100	/* of one device */

enum bl_kind { BL_VERIFY, BL_TIME, BL_TRACE };

/* What begins with a fresh boot of the guest. */
enum bl_boot { BL_BOOT_CAMPAIGN, BL_BOOT_BLOCK, BL_BOOT_DEVICE };

/* One combination of settings; what a row of the results is about. */
struct bl_cell {
	char *label;
	const char *strategy, *axis[BL_AXES];	/* "-" where meaningless */
	unsigned int page_order;
	unsigned int bounce_mb;
	bool unsafe;
	unsigned int collect;	/* what it is traced with: of enum collector, a bit each */
	bool aa;		/* the copy that shows the noise floor */
};

/* One fresh device. */
struct bl_run {
	char id[16];
	enum bl_kind kind;
	unsigned int block;
	size_t cell;
};

struct bl_plan {
	char *name, *about, *plane, *baseline, *aa, *verify;
	unsigned long long seed;
	unsigned int repeat, cpus, queues;
	enum bl_boot boot;
	unsigned int runs_each;	/* times that a device does each timed job */
	double width;		/* stop rule: per cent; 0 for none */
	double budget;		/* seconds; 0 for none */
	double runtime, ramp;	/* seconds */
	bool trace;
	bool ram;		/* the timed disk has memory, see set_backend() */
	unsigned int buffer_mb;	/* for raw events of traced cells, … */
	bool keep;		/* … whose trace.dat is kept when all is taken from it */
	struct bl_strv strategies, axes[BL_AXES], page_orders, bounce_sizes, collects, jobs;

	struct bl_cell *cells;
	size_t n_cells;
	struct bl_run *runs;
	size_t n_runs;
	struct bl_shard shard;	/* that these runs are of … */
	json_t *all_runs;	/* … and then all runs of the plan, as in plan.json */

	const struct bl_catalog *cat;	/* NULL if read from plan.json … */
	json_t *json;			/* … which then holds the cells' strings */
};

/* Read workloads/plans/NAME.ini, or a path ending in .ini. Messages itself. */
int bl_plan_load(struct bl_plan *p, const struct bl_catalog *cat, const char *name);

/* Set one key as the INI file would; @where is "file:line" or an option. */
int bl_plan_set(struct bl_plan *p, const char *where, const char *section,
		const char *key, const char *value);

/* 0, or -EINVAL with a message: a plan has no such section. */
int bl_plan_check_section(const char *where, const char *section);

/* Does this key take a list? 1, 0, or -EINVAL with a message: no such key. */
int bl_plan_key_is_list(const char *where, const char *section, const char *key);

/* Make cells and runs. To be called once, after the last bl_plan_set(). */
int bl_plan_expand(struct bl_plan *p);
/*
 * Keep the runs of one shard of the expanded plan. -EINVAL with a message: not so many
 * blocks, or a stop rule, which has to see all of them.
 */
int bl_plan_check_shards(const struct bl_plan *p, unsigned int of);	/* the check alone */
int bl_plan_take_shard(struct bl_plan *p, const struct bl_shard *shard);
void bl_plan_free(struct bl_plan *p);

/* The fewest blocks that say something: for the stop rule to end by itself, or for an interval. */
unsigned int bl_plan_minimum(const struct bl_plan *p);

/* Is it for the plane icount, where ACCEL_ICOUNT is the only accelerator? */
bool bl_plan_icount(const struct bl_plan *p);

const char *bl_kind_name(enum bl_kind kind);
const char *bl_backend_name(bool ram);
const char *bl_boot_name(enum bl_boot boot);

/* May @next be done in the guest that has done @last, which may be NULL? */
bool bl_same_guest(const struct bl_plan *p, const struct bl_run *last, const struct bl_run *next);

/* How often does a device of this kind do each of its jobs? */
unsigned int bl_runs_each(const struct bl_plan *p, enum bl_kind kind);

/* The plan's run @r as an object, its jobs included. */
json_t *bl_run_json(const struct bl_plan *p, const struct bl_run *r);
json_t *bl_plan_json(const struct bl_plan *p);

/*
 * The plan that bl_plan_json() has written to @path, expanded as it was. -EBADMSG if it
 * is none. Messages itself.
 */
int bl_plan_from_json(struct bl_plan *p, const char *path);

#endif
