/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bouncelab micro: what is asked for, the cells, and what came out. micro-run.c measures,
 * micro-report.c prints, micro-model.c predicts.
 */
#ifndef BL_MICRO_HARNESS_H
#define BL_MICRO_HARNESS_H

#include "lib/util.h"
#include "stats/hist.h"
#include "micro/in-vm.h"
#include "lib/progress.h"
#include "stats/stats.h"
#include "kmod/uapi/micro.h"

#define MICRO_NULL	"null"

/*
 * Where: threads of this machine, of the kernel of a guest, or of the kernel that this
 * machine runs. The numbers are in the files of --raw.
 */
enum micro_plane { MICRO_NATIVE, MICRO_VM, MICRO_ICOUNT, MICRO_HOST };

/* What differs between planes. */
struct micro_timing {
	u64 warm_ns, slice_ns, verify_ns;
	double setup_s;		/* of a run, beside its slices; for the estimate */
	double slower;		/* the clock of the slices than the one on the wall, about */
};

extern const struct micro_timing micro_timings[];

/* Numbers of a --size or --threads; sorted as given. */
struct micro_list {
	u32 v[16];
	size_t n;
};

struct micro_options {
	enum micro_plane plane;
	struct bl_strv strategies;	/* of the table; null is first */
	struct micro_list sizes, threads;
	u32 direction;			/* of the kernel's enum dma_data_direction */
	u32 outstanding, offset, rounds;
	bool remote, cold, no_touch, model, json;
	bool asked;			/* for any of the above or below, but files and json */
	double seconds;			/* timed, of mappings, per run */
	unsigned long long seed;
	const char *csv, *raw, *from;	/* files to be written, and to be read in place of runs */
};

/* What one run measured, in ns, or in instructions on the plane icount. */
struct micro_sample {
	double pair, map, unmap, touch, copy;	/* medians; NaN where there is none */
	double ratio;				/* pair / copy */
	double turn;				/* mean from one unmap to the next, see hist_core_mean() */
	double rate;				/* mappings per second of all threads, from that, or NaN */
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
	char *programs;			/* native: directory with timed/ and holds/ */
	struct micro_guest guest;	/* of the other planes */
	FILE *raw;			/* o.raw, or o.from */
	bool raw_ended;			/* what is read has no more runs, or what is written failed */
	struct micro_cell *cells;
	size_t n_cells;
	size_t rounds;			/* that are complete */
	bool interrupted;
	double clock;			/* between two readings in a row */
	u32 cpus, played;		/* this machine's; of the one that is played, 0: as many */
	struct bl_progress progress;
};

/* --- micro-cells.c ----------------------------------------------------------- */

/* All that are in the sources. 0 or a negative errno, with message. */
int micro_find_strategies(struct bl_strv *names);

/*
 * Find the strategies (those of o.strategies, or all), bring what runs them up to date, or
 * read o.from, and lay out the cells. 0 or a negative errno, with message.
 */
int micro_prepare(struct micro_campaign *c);
void micro_free(struct micro_campaign *c);

const struct micro_cell *micro_find(const struct micro_campaign *c, const char *strategy,
				    u32 size, u32 threads);

/* --- micro-native.c ------------------------------------------------------------ */

/* The strategies there are; in BOUNCELAB_MICRO, if that is set, of which nothing is built. */
int micro_native_find(struct micro_campaign *c, struct bl_strv *names);

/* Bring the programs up to date. 0 or -EINVAL, with message. */
int micro_native_begin(const struct micro_campaign *c);

/*
 * Run program VARIANT (timed, holds) of a strategy once. The JSON that it wrote, or NULL
 * with the reason in *why.
 */
json_t *micro_native_run(const struct micro_campaign *c, const char *variant,
			 const char *strategy, const struct micro_config *config, char **why);

/* --- micro-raw.c ----------------------------------------------------------------- */

/* Begin the file o.raw, or read the beginning of o.from into @c. 0 or -errno, with message. */
int micro_raw_create(struct micro_campaign *c);
int micro_raw_open(struct micro_campaign *c);

/* Add a run, or why there is none. 0 or -EIO, with message. */
int micro_raw_put(struct micro_campaign *c, const char *variant, const char *strategy,
		  const struct micro_config *config, const json_t *run, const char *why);

/* The next run, which has to be this one. NULL: with *why, or with c->raw_ended. */
json_t *micro_raw_take(struct micro_campaign *c, const char *variant, const char *strategy,
		       const struct micro_config *config, char **why);

/* --- micro-run.c --------------------------------------------------------------- */

/* Verify, then measure. 0; -EINTR, with the rounds that are complete. */
int micro_measure(struct micro_campaign *c);

/*
 * One run, by the plane or from the file o.from; VARIANT as of micro_native_run(), for other
 * planes "timed". What it gave, or NULL: with the reason in *why, or stopped, see
 * micro_stopped().
 */
json_t *micro_run_once(struct micro_campaign *c, const char *variant, const char *strategy,
		       const struct micro_config *config, char **why);

/* Is it one of the planes with a guest? */
bool micro_in_guest(const struct micro_campaign *c);

/* No more runs: interrupted now, or when the file was written. */
bool micro_stopped(const struct micro_campaign *c);

/* How long a run takes, as an estimate. */
double micro_run_seconds(enum micro_plane plane, const struct micro_config *config);

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
