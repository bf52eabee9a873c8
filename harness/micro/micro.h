/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The public face of micro/, which measures the cost of one map and unmap of each strategy.
 *
 * In:  struct micro_options, or a file that --raw wrote.
 * Out: struct micro_campaign with the samples of each cell; tables, CSV, JSON; the raw file.
 *
 * cells.c lays out the cells, measure.c runs them, report.c prints, model.c fits a queueing model.
 * A plane is one file: native.c (programs of micro/native), in-vm.c (planes vm and icount), host.c.
 */
#ifndef BL_MICRO_HARNESS_H
#define BL_MICRO_HARNESS_H

#include "lib/util.h"
#include "stats/hist.h"
#include "micro/in-vm.h"
#include "lib/progress.h"
#include "stats/stats.h"
#include "kmod/uapi/micro.h"
#include "proto/words.h"

#define MICRO_NULL	"null"

/* Times that differ between planes. */
struct micro_timing {
	u64 warm_ns, slice_ns, verify_ns;
	double setup_s;		/* seconds of a run outside its slices, for the estimate */
	double slower;		/* wall time per time of the slices' clock, roughly */
};

extern const struct micro_timing micro_timings[];

/* The numbers of --size or --threads, in the order given. */
struct micro_list {
	u32 v[16];
	size_t n;
};

struct micro_options {
	enum plane plane;
	struct bl_strv strategies;	/* rows of the table; null is the first */
	struct micro_list sizes, threads;
	u32 direction;			/* the kernel's enum dma_data_direction */
	u32 outstanding, offset, rounds;
	bool remote, cold, no_touch, model, json;
	bool asked;			/* an option was given that --from does not allow */
	double seconds;			/* timed seconds per run */
	unsigned long long seed;
	const char *csv, *raw;		/* files to write */
	const char *from;		/* a raw file to read instead of running */
};

/* The results of one run, in ns, or in instructions on the plane icount. */
struct micro_sample {
	double pair, map, unmap, touch, copy;	/* medians; NaN where there is none */
	double ratio;				/* pair / copy */
	double turn;				/* mean from one unmap to the next, see hist_core_mean() */
	double rate;				/* mappings per second of all threads, from @turn, or NaN */
	double wall_rate;			/* mappings per second by wall time */
	unsigned long long operations;
	struct hist hist;			/* map and unmap of a mapping, added */
};

struct micro_cell {
	const char *strategy;
	u32 size, threads;
	struct micro_config config;
	char *invalid;			/* the reason not to use its numbers; NULL: valid */
	unsigned long long verified;	/* mappings verified before the timed runs */
	struct micro_sample *rounds;
	size_t n;
};

struct micro_campaign {
	struct micro_options o;
	char *programs;			/* plane native: directory with timed/ and holds/ */
	struct micro_guest guest;	/* planes vm and icount */
	FILE *raw;			/* the file o.raw or o.from */
	bool raw_ended;			/* o.from has no more runs, or writing o.raw failed */
	struct micro_cell *cells;
	size_t n_cells;
	size_t rounds;			/* complete rounds */
	bool interrupted;
	double clock;			/* between two readings of the clock in a row */
	u32 cpus;			/* CPUs that this process may use */
	u32 played;			/* CPUs that per-CPU structures are sized for; 0: as @cpus */
	struct bl_progress progress;
};

/* --- cells.c ----------------------------------------------------------- */

/**
 * micro_prepare() - find the strategies, build what runs them, lay out the cells
 * @c: o holds the options; with o.from the file is read and nothing is built
 *
 * Return: 0 or a negative errno, with a message. micro_free() is needed in both cases.
 */
int micro_prepare(struct micro_campaign *c);
void micro_free(struct micro_campaign *c);

const struct micro_cell *micro_find(const struct micro_campaign *c, const char *strategy,
				    u32 size, u32 threads);

/* --- strategies.c ------------------------------------------------------ */

/* Add the names of all strategies in the sources. 0 or a negative errno, with a message. */
int micro_find_strategies(struct bl_strv *names);

/* --- native.c ---------------------------------------------------------- */

/*
 * Add the names of the strategies that can be run: those of the sources, or, of an installed
 * program or with BOUNCELAB_MICRO set, those that have a program. 0 or -errno, with a message.
 */
int micro_native_find(struct micro_campaign *c, struct bl_strv *names);

/* Build the programs that are older than their sources. 0 or -EINVAL, with a message. */
int micro_native_begin(const struct micro_campaign *c);

/*
 * Run program VARIANT (timed or holds) of a strategy once. Returns the JSON that it wrote, or
 * NULL with the reason in *why, which the caller frees.
 */
json_t *micro_native_run(const struct micro_campaign *c, const char *variant,
			 const char *strategy, const struct micro_config *config, char **why);

/* --- raw.c --------------------------------------------------------------- */

/* Begin the file o.raw, or read the head of o.from into @c. 0 or -errno, with a message. */
int micro_raw_create(struct micro_campaign *c);
int micro_raw_open(struct micro_campaign *c);

/* Add a run, or the reason why there is none. 0 or -EIO, with a message. */
int micro_raw_put(struct micro_campaign *c, const char *variant, const char *strategy,
		  const struct micro_config *config, const json_t *run, const char *why);

/*
 * Return the next run of o.from, which has to be the named one. NULL: the reason is in *why, or
 * c->raw_ended is set.
 */
json_t *micro_raw_take(struct micro_campaign *c, const char *variant, const char *strategy,
		       const struct micro_config *config, char **why);

/* --- measure.c ----------------------------------------------------------- */

/* Verify, then measure. 0; -EINTR if interrupted, with the complete rounds kept. */
int micro_measure(struct micro_campaign *c);

/*
 * Do one run on the campaign's plane, or read it from o.from. VARIANT is as in
 * micro_native_run(), "timed" on other planes. Returns its result, or NULL: the reason is in
 * *why, or micro_stopped() is true.
 */
json_t *micro_run_once(struct micro_campaign *c, const char *variant, const char *strategy,
		       const struct micro_config *config, char **why);

/* Return true on the planes that boot a guest. */
bool micro_in_guest(const struct micro_campaign *c);

/* Return true if there are no more runs: interrupted, or the end or failure of the raw file. */
bool micro_stopped(const struct micro_campaign *c);

/* Estimate the seconds of a run. */
double micro_run_seconds(enum plane plane, const struct micro_config *config);

/* --- report.c ------------------------------------------------------------ */

/* Estimate one member of struct micro_sample over the rounds of a cell. */
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
