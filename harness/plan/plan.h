/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The public face of plan/. A plan says which strategies with which settings run which jobs how
 * often. What comes in are an INI file (load.c), single keys of the command line (keys.c), or the
 * plan.json of a campaign (json.c). What goes out is the list of runs: fixed by the seed, and
 * randomised in blocks (expand.c).
 */
#ifndef BL_PLAN_H
#define BL_PLAN_H

#include "plan/catalog.h"
#include "plan/shard.h"
#include "proto/accel.h"
#include "proto/collector.h"
#include "proto/words.h"

#define PLAN_SCHEMA	1	/* of plan.json */
#define PLAN_MAX_RUNS	100	/* of one device */

/* The unit that begins with a fresh boot of the guest. */
enum plan_boot { BOOT_CAMPAIGN, BOOT_BLOCK, BOOT_DEVICE, BOOTS };

extern const char *const boot_names[BOOTS];

/* Which of its timed jobs a device does, in which order. */
enum plan_order {
	ORDER_FRESH,	/* one job: no job can affect another */
	ORDER_RANDOM,	/* all jobs, in a random order of the device's own */
	ORDER_LISTED,	/* all jobs, in the plan's order */
	ORDERS
};

extern const char *const order_names[ORDERS];

/* One combination of settings. It has a row in the results. */
struct plan_cell {
	char *label;
	const char *strategy, *axis[AXES];	/* "-" where an axis has no meaning */
	unsigned int page_order;
	unsigned int bounce_mb;
	bool unsafe;
	unsigned int collect;	/* its collectors, a COLLECT_BIT() each */
	bool aa;		/* the copy that shows the noise floor */
};

/* One fresh device. */
struct plan_run {
	char id[16];
	enum run_kind kind;
	unsigned int block;
	size_t cell;
	size_t first_job, n_jobs;	/* its jobs in their order, in the plan's @run_jobs */
};

struct plan {
	char *name, *about, *baseline, *aa, *verify;
	enum plane plane;
	unsigned long long seed;
	unsigned int repeat, cpus, queues;
	enum plan_boot boot;
	enum plan_order order;
	unsigned int runs_each;	/* how often a device does each timed job */
	double width;		/* target of the stop rule in per cent; 0 for none */
	double budget;		/* seconds; 0 for none */
	double same_within;	/* margin of "same" in per cent; 0: an old plan.json has none */
	double tail_within;	/* the same of latencies */
	double runtime, ramp;	/* seconds */
	bool trace;
	enum backend backend;
	unsigned int buffer_mb;	/* for raw events of traced cells */
	bool keep;		/* keep trace.dat after everything is derived from it */
	struct bl_strv strategies, axes[AXES], page_orders, bounce_sizes, collects, jobs;

	struct plan_cell *cells;
	size_t n_cells;
	struct plan_run *runs;
	size_t n_runs;
	struct bl_strv run_jobs;	/* the jobs of all runs; plan_get_job() */
	struct shard shard;	/* the shard that has these runs */
	json_t *all_runs;	/* with a shard: all runs of the plan, as in plan.json */

	const struct catalog *cat;	/* NULL if the plan is from plan.json */
	json_t *json;			/* then: plan.json, which holds the cells' strings */
};

/**
 * plan_load() - read a plan file
 * @p: the plan; plan_free() frees it, also after an error
 * @cat: outlives the plan
 * @name: a plan in workloads/plans, or a path that ends in .ini
 *
 * Return: 0, or a negative errno with a message.
 */
int plan_load(struct plan *p, const struct catalog *cat, const char *name);

/**
 * plan_set_key() - set one key, as a line of the plan file does
 * @p: the plan
 * @where: "file:line" or an option, for the message
 * @section: "plan" or "matrix"
 * @key: the key
 * @value: its value as text
 *
 * Return: 0, or -EINVAL with a message.
 */
int plan_set_key(struct plan *p, const char *where, const char *section, const char *key,
		 const char *value);

/* Return 0, or -EINVAL with a message if a plan has no such section. */
int plan_check_section(const char *where, const char *section);

/* Tell whether a key takes a list: 1, 0, or -EINVAL with a message if there is no such key. */
int plan_key_is_list(const char *where, const char *section, const char *key);

/**
 * plan_expand() - make the cells and the runs
 * @p: the plan, after the last plan_set_key(); call it once
 *
 * Return: 0, or -EINVAL with a message.
 */
int plan_expand(struct plan *p);

/**
 * plan_check_shards() - tell whether a plan can be split into shards
 * @p: the expanded plan
 * @of: number of shards
 *
 * Return: 0, or -EINVAL with a message: there are fewer blocks than shards, or the plan has a
 * stop rule, which needs the intervals of all blocks.
 */
int plan_check_shards(const struct plan *p, unsigned int of);

/* Keep the runs of one shard of the expanded plan. Return as plan_check_shards(). */
int plan_take_shard(struct plan *p, const struct shard *shard);
void plan_free(struct plan *p);

/* Return the fewest blocks after which the stop rule can end, or that give an interval. */
unsigned int plan_min_blocks(const struct plan *p);

/* Return the margin of "same" in per cent for a plan of this plane that declares none. */
double plan_default_margin(enum plane plane);

/* The margin of latencies in per cent, for a plan that declares none; docs/plans.md has the reasons. */
#define PLAN_TAIL_WITHIN 10.0

/* Tell whether @next may be done in the guest that has done @last, which may be NULL. */
bool plan_keeps_guest(const struct plan *p, const struct plan_run *last,
		      const struct plan_run *next);

/* Return the job that a run does as number @i, from 0 to n_jobs - 1. */
const char *plan_get_job(const struct plan *p, const struct plan_run *r, size_t i);

/* Return how often a device of this kind does each of its jobs. */
unsigned int plan_runs_each(const struct plan *p, enum run_kind kind);

/* Return the run @r as an object, its jobs included. The caller owns it. */
json_t *plan_run_to_json(const struct plan *p, const struct plan_run *r);

/* Return the plan as an object, as in plan.json. The caller owns it. */
json_t *plan_to_json(const struct plan *p);

/**
 * plan_from_json() - read a plan.json, which has the runs as they were expanded
 * @p: the plan; plan_free() frees it, also after an error
 * @path: the file
 *
 * Return: 0, or -EBADMSG with a message.
 */
int plan_from_json(struct plan *p, const char *path);

#endif
