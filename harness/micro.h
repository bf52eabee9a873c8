/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bouncelab micro: what is asked for, the cells, and what came out. micro-run.c measures,
 * micro-report.c prints, micro-model.c predicts.
 */
#ifndef BL_MICRO_HARNESS_H
#define BL_MICRO_HARNESS_H

#include "util.h"
#include "hist.h"
#include "progress.h"
#include "stats.h"
#include "../kmod/micro.h"

#define MICRO_NULL	"null"

/* Numbers of a --size or --threads; sorted as given. */
struct micro_list {
	u32 v[16];
	size_t n;
};

struct micro_options {
	struct bl_strv strategies;	/* of the table; null is first */
	struct micro_list sizes, threads;
	u32 direction;			/* of the kernel's enum dma_data_direction */
	u32 outstanding, offset, rounds;
	bool remote, cold, no_touch, model, json;
	double seconds;			/* timed, of mappings, per run */
	unsigned long long seed;
	const char *csv;
};

/* What one process measured, in ns. */
struct micro_sample {
	double pair, map, unmap, touch, copy;	/* medians; NaN where there is none */
	double ratio;				/* pair / copy */
	double turn;				/* mean from one unmap to the next, see hist_core_mean() */
	double rate;				/* mappings per second of all threads, from that */
	double wall_rate;			/* the same, by the clock on the wall */
	unsigned long long operations;
	struct hist hist;			/* of map and unmap, added */
};

struct micro_cell {
	const char *strategy;
	u32 size, threads;
	struct micro_config config;
	char *invalid;			/* why its numbers are not to be used; NULL: fine */
	unsigned long long verified;	/* mappings, before anything was timed */
	struct micro_sample *rounds;
	size_t n;
};

struct micro_campaign {
	struct micro_options o;
	char *programs;			/* directory with timed/ and holds/ */
	struct micro_cell *cells;
	size_t n_cells;
	size_t rounds;			/* that are complete */
	bool interrupted;
	double clock_ns;		/* between two readings in a row */
	u32 cpus, played;		/* this machine's; of the one that is played, 0: as many */
	struct bl_progress progress;
};

/* --- micro-run.c ------------------------------------------------------------- */

/* That this process may use. */
u32 micro_cpus(void);

/*
 * Bring the programs up to date, find the strategies (those of o.strategies, or all) and
 * lay out the cells. 0 or -EINVAL, with message.
 */
int micro_prepare(struct micro_campaign *c);

/* Verify, then measure. 0; -EINTR, with the rounds that are complete; others with message. */
int micro_measure(struct micro_campaign *c);
void micro_free(struct micro_campaign *c);

/*
 * Run program VARIANT (timed, holds) of a strategy once. The JSON that it wrote, or NULL
 * with the reason in *why.
 */
json_t *micro_run_once(const struct micro_campaign *c, const char *variant, const char *strategy,
		       const struct micro_config *config, char **why);

/* How long that takes, as an estimate. */
double micro_run_seconds(const struct micro_config *config);

const struct micro_cell *micro_find(const struct micro_campaign *c, const char *strategy,
				    u32 size, u32 threads);

/* --- micro-report.c ------------------------------------------------------------ */

/* One of struct micro_sample's members, over the rounds of a cell. */
struct stats_est micro_over_rounds(const struct micro_cell *cell, size_t member);

#define MICRO_OVER_ROUNDS(cell, member) \
	micro_over_rounds(cell, offsetof(struct micro_sample, member))

void micro_print_text(const struct micro_campaign *c, FILE *f);
json_t *micro_json(const struct micro_campaign *c);
void micro_print_csv(const struct micro_campaign *c, FILE *f);

/* "64", "4K" */
const char *micro_size_text(u32 size, char *buf, size_t room);
extern const char *const micro_directions[3];

#endif
