/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The public face of micro/, which measures the cost of one map and unmap of each strategy.
 *
 * In:  struct micro_options, or a file that --raw wrote.
 * Out: struct micro_campaign with the samples of each cell; tables, CSV, JSON; the raw file.
 *
 * cells.c lays out the cells on the working sets of sets.c, measure.c runs them, sample.c reads
 * what a run has measured, verdict.c compares, report.c and table.c print, export.c writes JSON
 * and CSV, model.c fits a queueing model.
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

/* The newest schema of raw files. */
#define MICRO_RAW_SCHEMA	2

/* The numbers of --size or --threads, in the order given. */
struct micro_list {
	u32 v[16];
	size_t n;
};

/* How many originals a thread goes through, by what they do not fit in. */
enum micro_set { MICRO_SET_HOT, MICRO_SET_L2, MICRO_SET_LLC, MICRO_SETS };

/* How much of the data the daemon touches. */
enum micro_touch { MICRO_TOUCH_ALL, MICRO_TOUCH_NONE, MICRO_TOUCHES };

extern const char *const micro_set_names[MICRO_SETS];
extern const char *const micro_touch_names[MICRO_TOUCHES];

/* The caches of the machine, in bytes. */
struct micro_caches {
	u64 l2, llc;
	bool assumed;			/* sysfs does not tell them */
};

struct micro_options {
	enum plane plane;
	struct bl_strv strategies;	/* rows of the table; null is the first */
	struct bl_strv controls;	/* those that are controls */
	struct micro_list sizes, threads;
	struct micro_list sets, touches;	/* enum micro_set, enum micro_touch */
	const char *baseline;		/* a strategy; NULL: none, and no verdicts */
	double same_within;		/* margin of "same" in per cent */
	bool same_within_after;		/* it was chosen when the runs were known */
	u32 direction;			/* the kernel's enum dma_data_direction */
	u32 outstanding, offset, rounds;
	bool remote, cold, model, json;
	bool asked;			/* an option was given that --from does not allow */
	double seconds;			/* timed seconds per run */
	unsigned long long seed;
	const char *csv, *raw;		/* files to write */
	const char *from;		/* a raw file to read instead of running */
};

/* A mapping and its parts. */
struct micro_times {
	double map, touch, unmap, total;	/* NaN where there is none */
};

/* The results of one run, in ns, or in instructions on the plane icount. */
struct micro_sample {
	/* Medians, with the cost of the loop and the clock; NaN where there is none. */
	double pair, map, unmap, touch, copy;
	double ratio;				/* pair / copy */
	double turn;				/* from one unmap to the next, hist_core_mean() */
	double rate;				/* mappings per second, by @turn; NaN: icount */
	double wall_rate;			/* mappings per second of all threads */
	unsigned long long operations;
	struct hist hist;			/* map and unmap of a mapping, added */
	struct hist total;			/* map, touch and unmap of a mapping, added */

	/* Means without interruptions, which add up. */
	struct micro_times floor;		/* what the loop and the clock cost */
	struct micro_times net;			/* less the floor */
	double defer;				/* deferred work of a mapping; NaN: not timed */
	double cost;				/* net.total, and deferred work where it is timed */
	double copy_net;			/* a memcpy less the floor */
	double net_ratio;			/* cost / copy_net */
	double step;				/* the clock's */
};

/* How a cell compares with the baseline of the same size, threads, set and touch. */
struct micro_verdict {
	struct stats_est speed;		/* baseline's cost / its own; above 1 is faster */
	double q;			/* adjusted for the family; NaN: no member */
	bool groups;			/* the rounds are in two groups, and no verdict rests on them */
	const char *word;		/* NULL: none is due */
	const char *note;		/* a reason, or NULL */
};

struct micro_cell {
	const char *label;		/* the strategy, or the baseline's with a ' for the A/A pair */
	const char *strategy;
	enum micro_set set;
	enum micro_touch touch;
	u32 size, threads;
	bool aa;			/* the copy of the baseline */
	bool control;			/* null or an unsafe strategy: no member of the family */
	struct micro_config config;
	char *invalid;			/* the reason not to use its numbers; NULL: valid */
	unsigned long long verified;	/* mappings verified before the timed runs */
	struct micro_sample *rounds;
	size_t n;
	struct micro_verdict verdict;
};

struct micro_campaign {
	struct micro_options o;
	char *programs;			/* plane native: directory with timed/ and holds/ */
	struct micro_guest guest;	/* planes vm and icount */
	FILE *raw;			/* the file o.raw or o.from */
	bool raw_ended;			/* o.from has no more runs, or writing o.raw failed */
	struct micro_cell *cells;
	size_t n_cells;
	size_t n_rows;			/* cells of a size, threads, set and touch */
	size_t rounds;			/* complete rounds */
	bool interrupted;
	double clock;			/* between two readings of the clock in a row */
	u32 schema;			/* of the raw file; the newest without one */
	char *aa_label;			/* of the copy of the baseline; NULL: none */
	struct micro_caches caches;
	json_t *machine;		/* bl_describe_machine(), kernels, time stolen so far */
	json_t *sources;		/* campaign_describe_sources() */
	char *compiler, *compiler_options;	/* of the native programs; NULL: unknown */
	double stolen_ms;		/* by other machines of the host in all runs; NaN: unknown */
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

/**
 * micro_find_cell() - find a cell of the first working set and the first touch that were asked for
 * @c:       the campaign
 * @label:   a strategy
 * @size:    bytes of a mapping
 * @threads: threads
 *
 * Return: the cell; NULL if the campaign does not have it.
 */
const struct micro_cell *micro_find_cell(const struct micro_campaign *c, const char *label,
					 u32 size, u32 threads);

/** micro_find_twin() - find the cell that differs in strategy and touch only; or NULL */
const struct micro_cell *micro_find_twin(const struct micro_campaign *c,
					 const struct micro_cell *cell, const char *label,
					 enum micro_touch touch);

/* --- sets.c --------------------------------------------------------------- */

/**
 * micro_read_caches() - read how large the caches are
 * @dir: of sysfs, with index0/size and so on
 * @c:   takes the sizes, which are assumed if @dir does not tell them
 */
void micro_read_caches(const char *dir, struct micro_caches *c);

/** micro_set_bytes() - find how many bytes of originals a thread has for a working set */
u64 micro_set_bytes(enum micro_set set, const struct micro_caches *c);

/**
 * micro_find_step() - choose an order of buffers that no prefetcher follows
 * @buffers: how many there are
 *
 * Return: the buffers from one to the next, near the golden section of all and prime to them, so
 * that each comes once before any comes again.
 */
u32 micro_find_step(u32 buffers);

/**
 * micro_lay_out_buffers() - set stride, number and step of the buffers
 * @k:     the configuration; its size, offset, threads, outstanding, flags and window are set
 * @set:   the working set
 * @bytes: of micro_set_bytes()
 *
 * Small buffers are packed unless an offset is given.
 */
void micro_lay_out_buffers(struct micro_config *k, enum micro_set set, u64 bytes);

/** micro_check_memory() - return why the originals do not fit in memory, or NULL; caller frees */
char *micro_check_memory(const struct micro_campaign *c, u64 have);

/* --- machine.c ------------------------------------------------------------ */

/** micro_describe_machine() - describe this machine for a raw file; the caller owns it */
json_t *micro_describe_machine(const struct micro_campaign *c);

/**
 * micro_format_machine() - name the machine that the numbers are of
 * @c: the campaign, which has machine, compiler and stolen time
 *
 * Return: one line: processor, whether it is virtual, kernel. The caller frees it.
 */
char *micro_format_machine(const struct micro_campaign *c);

/** micro_find_commit() - return the commit of the sources, "" if unknown; the caller frees it */
char *micro_find_commit(const struct micro_campaign *c);

/** micro_format_compiler() - name the compiler and its options, or return NULL; caller frees */
char *micro_format_compiler(const struct micro_campaign *c);

/** micro_read_stolen() - return ms that other machines of the host took from this one; or NaN */
double micro_read_stolen(void);

/* --- sample.c ------------------------------------------------------------- */

/**
 * micro_take_sample() - read what a run has measured
 * @c:    the campaign
 * @cell: the cell of the run
 * @run:  the result of the run
 * @s:    takes the numbers; zeroed
 *
 * Return: NULL, or the reason not to use the run, which the caller frees.
 */
char *micro_take_sample(struct micro_campaign *c, const struct micro_cell *cell, const json_t *run,
			struct micro_sample *s);

/** micro_free_sample() - free the histograms of a sample */
void micro_free_sample(struct micro_sample *s);

/** micro_find_defect() - return the reason not to use a run, or NULL; the caller frees it */
char *micro_find_defect(const json_t *run);

/* --- verdict.c ------------------------------------------------------------ */

/**
 * micro_make_verdicts() - compare each cell with the baseline, round by round
 * @c: the campaign; its cells take their verdicts
 */
void micro_make_verdicts(struct micro_campaign *c);

/** micro_print_pairs() - say whether an A/A pair is not clean */
void micro_print_pairs(const struct micro_campaign *c, FILE *f);

/** micro_print_verdict_key() - print what the verdicts mean; nothing without verdicts */
void micro_print_verdict_key(const struct micro_campaign *c, FILE *f);

/* --- strategies.c -------------------------------------------------------- */

/**
 * micro_find_strategies() - list the strategies in the sources
 * @names: takes their names
 *
 * Return: 0, or a negative errno with a message.
 */
int micro_find_strategies(struct bl_strv *names);

/**
 * micro_find_controls() - list the strategies that are controls
 * @names:    strategies
 * @controls: takes null, and those of @names whose source says that they are unsafe
 *
 * Return: 0, or a negative errno with a message.
 */
int micro_find_controls(const struct bl_strv *names, struct bl_strv *controls);

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

/** micro_print_tables() - print the tables of all cells, without conditions and key */
void micro_print_tables(const struct micro_campaign *c, FILE *f);

/* The parts of a kernel that a plane leaves out, its title and the unit of its numbers. */
struct micro_plane_text {
	const char *title, *unit, *key;
	const char *const *leaves_out, *const *leaves_out_too;	/* ended by NULL; the second may be NULL */
};

struct micro_plane_text micro_plane_text(const struct micro_campaign *c);

/** micro_find_p99() - find the 99th percentile of a histogram over all rounds of a cell */
double micro_find_p99(const struct micro_cell *cell, size_t member);

/** micro_count_operations() - count the timed mappings of all rounds of a cell */
unsigned long long micro_count_operations(const struct micro_cell *cell);

/** micro_format_size() - write a size as "64" or "4K" into @buf, and return @buf */
const char *micro_format_size(u32 size, char *buf, size_t room);

/* Names of the values of enum dma_data_direction, as --direction takes them. */
extern const char *const micro_directions[3];

#endif
