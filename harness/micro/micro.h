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

/* The times of a run, which differ between planes. */
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
	double turn;				/* from one unmap to the next, hist_core_mean() */
	double rate;				/* mappings per second, by @turn; NaN: icount */
	double wall_rate;			/* mappings per second of all threads */
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
	u32 played;			/* CPUs of per-CPU structures; 0: as many as @cpus */
	struct bl_progress progress;
};

/* --- cells.c ------------------------------------------------------------- */

/**
 * micro_prepare() - find the strategies, build the programs, lay out the cells
 * @c: o holds the options; with o.from the file is read and nothing is built
 *
 * Return: 0, or a negative errno with a message. The caller calls micro_free() in both cases.
 */
int micro_prepare(struct micro_campaign *c);
void micro_free(struct micro_campaign *c);

/** micro_find_cell() - find a cell; returns NULL if the campaign does not have it */
const struct micro_cell *micro_find_cell(const struct micro_campaign *c, const char *strategy,
					 u32 size, u32 threads);

/* --- strategies.c -------------------------------------------------------- */

/**
 * micro_find_strategies() - list the strategies in the sources
 * @names: takes their names
 *
 * Return: 0, or a negative errno with a message.
 */
int micro_find_strategies(struct bl_strv *names);

/* --- native.c ------------------------------------------------------------ */

/**
 * micro_native_find() - list the strategies that the plane native can run
 * @c:     takes the directory of the programs
 * @names: takes the names: those of the sources; or, if the program is installed or
 *         BOUNCELAB_MICRO names a directory, those of the programs
 *
 * Return: 0, or a negative errno with a message.
 */
int micro_native_find(struct micro_campaign *c, struct bl_strv *names);

/**
 * micro_native_begin() - build the programs that are older than their sources
 * @c: names the directory of the programs
 *
 * Return: 0, or -EINVAL with a message.
 */
int micro_native_begin(const struct micro_campaign *c);

/**
 * micro_native_run() - run the program of a strategy once
 * @c:        names the directory of the programs
 * @variant:  "timed", or "holds" for the program with timed locks
 * @strategy: a name
 * @config:   the configuration of the loop
 * @why:      takes the reason of a failure, which the caller frees
 *
 * Return: the JSON that the program wrote, which the caller frees; or NULL.
 */
json_t *micro_native_run(const struct micro_campaign *c, const char *variant,
			 const char *strategy, const struct micro_config *config, char **why);

/* --- raw.c --------------------------------------------------------------- */

/**
 * micro_raw_create() - begin the file o.raw
 * @c: the campaign; takes the open file
 *
 * Return: 0, or a negative errno with a message.
 */
int micro_raw_create(struct micro_campaign *c);

/**
 * micro_raw_open() - open the file o.from and read its first line
 * @c: takes the open file, and the options and the machine of the first line
 *
 * Return: 0, or a negative errno with a message.
 */
int micro_raw_open(struct micro_campaign *c);

/**
 * micro_raw_put() - add a run to the file o.raw
 * @c:        the campaign
 * @variant:  as for micro_native_run()
 * @strategy: a name
 * @config:   the configuration of the loop
 * @run:      the result; NULL if the run failed
 * @why:      the reason of the failure; not used with @run
 *
 * Return: 0, or -EIO with a message.
 */
int micro_raw_put(struct micro_campaign *c, const char *variant, const char *strategy,
		  const struct micro_config *config, const json_t *run, const char *why);

/**
 * micro_raw_take() - read the next run of the file o.from
 * @c:        the campaign; raw_ended is set at the end of the file
 * @variant:  the variant that the run must have
 * @strategy: the strategy that the run must have
 * @config:   the configuration that the run must have
 * @why:      takes the reason of a failure, which the caller frees
 *
 * Return: the result, which the caller frees; or NULL, with @why or raw_ended set.
 */
json_t *micro_raw_take(struct micro_campaign *c, const char *variant, const char *strategy,
		       const struct micro_config *config, char **why);

/* --- measure.c ----------------------------------------------------------- */

/**
 * micro_measure() - verify all cells, then run the rounds
 * @c: the campaign; takes the samples
 *
 * Catches signals from here on.
 *
 * Return: 0; -EINTR if interrupted, with the complete rounds kept.
 */
int micro_measure(struct micro_campaign *c);

/**
 * micro_run_once() - do one run on the campaign's plane, or read it from o.from
 * @c:        the campaign
 * @variant:  as for micro_native_run(); "timed" on other planes
 * @strategy: a name
 * @config:   the configuration of the loop
 * @why:      takes the reason of a failure, which the caller frees
 *
 * Return: the result, which the caller frees; or NULL, with @why set unless micro_is_stopped().
 */
json_t *micro_run_once(struct micro_campaign *c, const char *variant, const char *strategy,
		       const struct micro_config *config, char **why);

/** micro_is_in_guest() - tell whether the campaign's plane boots a guest */
bool micro_is_in_guest(const struct micro_campaign *c);

/** micro_is_stopped() - tell whether the campaign was interrupted or its raw file has ended */
bool micro_is_stopped(const struct micro_campaign *c);

/** micro_estimate_run() - estimate the seconds of a run on a plane */
double micro_estimate_run(enum plane plane, const struct micro_config *config);

/* --- report.c ------------------------------------------------------------ */

/**
 * micro_estimate() - estimate the median of one number over the rounds of a cell
 * @cell:   the cell
 * @member: the number, as the offset of a double in struct micro_sample
 *
 * Return: the estimate; its members are NaN without rounds.
 */
struct stats_est micro_estimate(const struct micro_cell *cell, size_t member);

#define MICRO_ESTIMATE(cell, member) \
	micro_estimate(cell, offsetof(struct micro_sample, member))

/** micro_print_text() - print conditions, tables and what the plane leaves out */
void micro_print_text(const struct micro_campaign *c, FILE *f);

/** micro_to_json() - write all cells as JSON, which the caller frees */
json_t *micro_to_json(const struct micro_campaign *c);

/** micro_print_csv() - print a header and one line per cell */
void micro_print_csv(const struct micro_campaign *c, FILE *f);

/** micro_format_size() - write a size as "64" or "4K" into @buf, and return @buf */
const char *micro_format_size(u32 size, char *buf, size_t room);

/* Names of the values of enum dma_data_direction, as --direction takes them. */
extern const char *const micro_directions[3];

#endif
