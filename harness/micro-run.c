// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Measures what `bouncelab micro` was asked for: a program per strategy (harness/micro),
 * which is made when its source is newer, one process per run, all cells in random order
 * in every round.
 */
#include "micro.h"
#include "catalog.h"
#include "vm.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#define PAGE		4096U
#define SET		(512U << 10)	/* bytes of originals of a thread: in L2, not in L1 */
#define WINDOW		(64ULL << 20)	/* the module's default */
#define WINDOW_COLD	(16ULL << 20)	/* smaller: it is made anew in every round of a run */
#define WARM_NS		2000000ULL
#define SLICE_NS	10000000ULL
#define VERIFY_NS	2000000ULL
#define VERIFY		1000	/* mappings per thread, at least */
#define SETUP_S		0.08		/* of a process; for the estimate */

u32 micro_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);
}

/* --- programs ---------------------------------------------------------------- */

/* What make writes goes to stderr, so that stdout has nothing but the result. */
static int build(const char *out)
{
	char *jobs = bl_fmt("-j%u", micro_cpus()), *dir = bl_fmt("OUT=%s", out);
	const char *const argv[] = { "make", "--no-print-directory", "-C", bl_root(), jobs, "-f",
				     "harness/micro/Makefile", dir, "all", NULL };
	char *text = NULL;
	int code;

	unsetenv("MAKEFLAGS");	/* of a make that runs us */
	code = bl_run_capture(argv, &text, false);
	if (code)
		bl_err("the programs of harness/micro do not build (make exits with %d):\n%s", code,
		       text ? text : "");
	free(text);
	free(dir);
	free(jobs);
	return code ? -EINVAL : 0;
}

static int find_programs(const char *dir, struct bl_strv *names)
{
	char *path = bl_fmt("%s/timed", dir), *file;
	struct dirent *e;
	struct stat st;
	DIR *d = opendir(path);

	if (!d) {
		bl_err("%s: %s", path, strerror(errno));
		free(path);
		return -EINVAL;
	}
	while ((e = readdir(d))) {
		file = bl_fmt("%s/%s", path, e->d_name);
		if (!stat(file, &st) && S_ISREG(st.st_mode) && st.st_mode & 0100)
			bl_strv_add(names, e->d_name);
		free(file);
	}
	closedir(d);
	free(path);
	bl_strv_sort(names);
	return 0;
}

static int find_strategies(struct bl_strv *names)
{
	struct bl_catalog catalog;
	int err = bl_catalog_load(&catalog);

	for (size_t i = 0; !err && i < catalog.n_strategy; i++)
		if (!catalog.strategy[i].intree)
			bl_strv_add(names, catalog.strategy[i].name);
	bl_catalog_free(&catalog);
	return err;
}

/* Those that were asked for, or all; null before them. */
static int choose(struct micro_options *o, const struct bl_strv *known)
{
	const struct bl_strv *wanted = o->strategies.n ? &o->strategies : known;
	struct bl_strv chosen = {};
	int err = 0;

	bl_strv_add(&chosen, MICRO_NULL);
	for (size_t i = 0; i < wanted->n && !err; i++) {
		if (!bl_strv_has(known, wanted->v[i]) && strcmp(wanted->v[i], MICRO_NULL))
			err = bl_err_unknown("--strategy", "strategy", wanted->v[i], known);
		else if (!bl_strv_has(&chosen, wanted->v[i]))
			bl_strv_add(&chosen, wanted->v[i]);
	}
	bl_strv_free(&o->strategies);
	o->strategies = chosen;
	return err;
}

/* --- cells ------------------------------------------------------------------- */

static u32 round_up(u32 x, u32 to)
{
	return (x + to - 1) / to * to;
}

/* Small ones are packed, unless they are to be somewhere in their page. */
static void lay_out_buffers(struct micro_config *k, bool cold)
{
	u32 slots = round_up(k->size, PAGE) / PAGE, rounded = 1, most;

	k->stride = k->size < PAGE && !k->offset ? round_up(k->size, 64) + 64 :
		    round_up(k->offset + k->size, PAGE);
	k->buffers = SET / k->stride;
	if (k->buffers < k->outstanding)
		k->buffers = k->outstanding;
	if (!cold)
		return;
	/* All are held at once, and addresses are powers of two: half of the window. */
	while (rounded < slots)
		rounded *= 2;
	most = k->window / 2 / k->threads / (rounded * PAGE);
	k->buffers = most < MICRO_OUTSTANDING_MAX ? most : MICRO_OUTSTANDING_MAX;
	if (k->outstanding > k->buffers)
		k->outstanding = k->buffers;
}

static struct micro_config config_of(const struct micro_options *o, u32 size, u32 threads)
{
	struct micro_config k = {
		.size = size, .offset = o->offset, .threads = threads,
		.outstanding = o->outstanding, .direction = o->direction,
		.flags = (o->remote ? MICRO_REMOTE : 0) | (o->cold ? MICRO_COLD : 0) |
			 (o->no_touch ? MICRO_NO_TOUCH : 0),
		.slices = ceil(o->seconds * 1e9 / SLICE_NS),
		.window = o->cold ? WINDOW_COLD : WINDOW,
		.warm_ns = WARM_NS,
	};

	k.slice_ns = o->seconds * 1e9 / k.slices;
	lay_out_buffers(&k, o->cold);
	return k;
}

static void lay_out_cells(struct micro_campaign *c)
{
	const struct micro_options *o = &c->o;
	struct micro_cell *cell;

	c->n_cells = o->strategies.n * o->sizes.n * o->threads.n;
	c->cells = bl_zalloc(c->n_cells * sizeof(*c->cells));
	cell = c->cells;
	for (size_t i = 0; i < o->sizes.n; i++)
		for (size_t j = 0; j < o->threads.n; j++)
			for (size_t k = 0; k < o->strategies.n; k++, cell++) {
				cell->strategy = o->strategies.v[k];
				cell->size = o->sizes.v[i];
				cell->threads = o->threads.v[j];
				cell->config = config_of(o, cell->size, cell->threads);
				cell->rounds = bl_zalloc(o->rounds * sizeof(*cell->rounds));
			}
}

const struct micro_cell *micro_find(const struct micro_campaign *c, const char *strategy,
				    u32 size, u32 threads)
{
	for (size_t i = 0; i < c->n_cells; i++)
		if (!strcmp(c->cells[i].strategy, strategy) && c->cells[i].size == size &&
		    c->cells[i].threads == threads)
			return &c->cells[i];
	return NULL;
}

int micro_prepare(struct micro_campaign *c)
{
	const char *given = getenv("BOUNCELAB_MICRO");
	struct bl_strv known = {};
	int err;

	c->cpus = micro_cpus();
	c->programs = given ? bl_strdup(given) : bl_path("build/micro");
	err = given ? find_programs(given, &known) : find_strategies(&known);
	if (!err)
		err = choose(&c->o, &known);
	if (!err && !given)
		err = build(c->programs);
	if (!err)
		lay_out_cells(c);
	bl_strv_free(&known);
	return err;
}

void micro_free(struct micro_campaign *c)
{
	for (size_t i = 0; i < c->n_cells; i++) {
		free(c->cells[i].invalid);
		for (size_t k = 0; k < c->cells[i].n; k++)
			hist_free(&c->cells[i].rounds[k].hist);
		free(c->cells[i].rounds);
	}
	free(c->cells);
	free(c->programs);
	bl_strv_free(&c->o.strategies);
}

/* --- one run ----------------------------------------------------------------- */

json_t *micro_run_once(const struct micro_campaign *c, const char *variant, const char *strategy,
		       const struct micro_config *k, char **why)
{
	struct bl_strv argv = {};
	json_error_t error;
	json_t *j = NULL;
	char *out = NULL;
	int code;

#define ADD(...)	do { char *s_ = bl_fmt(__VA_ARGS__); bl_strv_add(&argv, s_); free(s_); } while (0)
	ADD("%s/%s/%s", c->programs, variant, strategy);
	ADD("size=%u", k->size);
	ADD("offset=%u", k->offset);
	ADD("threads=%u", k->threads);
	ADD("outstanding=%u", k->outstanding);
	ADD("direction=%u", k->direction);
	ADD("flags=%u", k->flags);
	ADD("slices=%u", k->slices);
	ADD("buffers=%u", k->buffers);
	ADD("stride=%u", k->stride);
	ADD("seed=%u", k->seed);
	ADD("verify=%u", k->verify);
	ADD("cpus=%u", c->played);
	ADD("window=%llu", k->window);
	ADD("warm_ns=%llu", k->warm_ns);
	ADD("slice_ns=%llu", k->slice_ns);
#undef ADD
	code = bl_run_capture((const char *const *)argv.v, &out, false);
	if (!code)
		j = json_loads(out, 0, &error);
	if (!j && code > 128)
		*why = bl_fmt("killed by signal %d", code - 128);
	else if (!j)
		*why = code ? bl_fmt("exits with %d", code) : bl_fmt("writes no JSON: %s", error.text);
	free(out);
	bl_strv_free(&argv);
	return j;
}

/* NULL, or why the run is not to be used. */
static char *defect(const json_t *j)
{
	long long wrong = bl_json_int(j, "mismatches", 0), failed = bl_json_int(j, "failures", 0);

	if (wrong)
		return bl_fmt("%lld of %lld mappings had wrong bytes", wrong,
			      bl_json_int(j, "verified", 0));
	if (failed)
		return bl_fmt("%lld maps or touches failed", failed);
	if (bl_json_int(j, "warnings", 0))
		return bl_fmt("%lld warnings (see above)", bl_json_int(j, "warnings", 0));
	return NULL;
}

static void read_hist(const json_t *run, const char *what, double ns_per_tick, struct hist *h)
{
	const json_t *bins = json_object_get(json_object_get(run, "buckets"), what), *bin;
	size_t i;

	json_array_foreach(bins, i, bin)
		hist_add(h, json_integer_value(json_array_get(bin, 0)) * ns_per_tick / 2,
			 json_integer_value(json_array_get(bin, 1)));
}

static double median_of(const json_t *run, const char *what, double ns_per_tick)
{
	struct hist h = {};
	double median;

	read_hist(run, what, ns_per_tick, &h);
	median = hist_quantile(&h, 0.5);
	hist_free(&h);
	return median;
}

static double turn_of(const json_t *run, double ns_per_tick)
{
	struct hist h = {};
	double mean;

	read_hist(run, "turn", ns_per_tick, &h);
	mean = hist_core_mean(&h);
	hist_free(&h);
	return mean;
}

/* Into the next round of the cell; what is wrong with it, or NULL. */
static char *take_sample(struct micro_campaign *c, struct micro_cell *cell, const json_t *run)
{
	double ns_per_tick = 1e6 / bl_json_num(run, "tick_khz", NAN);
	double ticks = bl_json_int(run, "ticks", 0);
	struct micro_sample *s = &cell->rounds[cell->n];
	char *why = defect(run);

	if (why)
		return why;
	s->operations = bl_json_int(run, "operations", 0);
	read_hist(run, "pair", ns_per_tick, &s->hist);
	if (!s->operations || s->operations != s->hist.total) {
		why = bl_fmt("%llu operations, and %.0f in the histogram", s->operations, s->hist.total);
		hist_free(&s->hist);
		return why;
	}
	s->pair = hist_quantile(&s->hist, 0.5);
	s->map = median_of(run, "map", ns_per_tick);
	s->unmap = median_of(run, "unmap", ns_per_tick);
	s->touch = median_of(run, "touch", ns_per_tick);
	s->copy = median_of(run, "copy", ns_per_tick);
	s->ratio = s->pair / s->copy;
	s->turn = turn_of(run, ns_per_tick);
	s->rate = cell->threads * 1e9 / s->turn;
	/* Each thread was timed for as long. */
	s->wall_rate = s->operations / (ticks / cell->threads * ns_per_tick * 1e-9);
	c->clock_ns = bl_json_int(run, "clock_ticks", 0) * ns_per_tick;
	cell->n++;
	return NULL;
}

/* --- the campaign -------------------------------------------------------------- */

double micro_run_seconds(const struct micro_config *k)
{
	bool copies = !(k->flags & MICRO_VERIFY);

	return SETUP_S + k->slices * (k->slice_ns + k->warm_ns) * (copies ? 2e-9 : 1e-9);
}

static char *cell_text(const struct micro_cell *cell)
{
	return bl_fmt("%s, %u bytes, %u thread%s", cell->strategy, cell->size, cell->threads,
		      cell->threads == 1 ? "" : "s");
}

static void spoil(struct micro_cell *cell, char *why)
{
	if (cell->invalid)
		free(why);
	else
		cell->invalid = why;
}

static void run_cell(struct micro_campaign *c, struct micro_cell *cell, u32 seed, bool verify)
{
	struct micro_config k = cell->config;
	char *why = NULL, *text = cell_text(cell);
	json_t *run;

	if (verify) {
		k.flags = (k.flags & ~MICRO_NO_TOUCH) | MICRO_VERIFY;
		k.slices = 1;
		k.slice_ns = VERIFY_NS;
		k.warm_ns = 0;
		k.verify = k.size > PAGE ? VERIFY / 4 : VERIFY;
	}
	k.seed = seed;
	if (verify)
		bl_progress_now(&c->progress, "verify: %s", text);
	else
		bl_progress_now(&c->progress, "round %zu of %u: %s", c->rounds + 1, c->o.rounds, text);
	run = micro_run_once(c, "timed", cell->strategy, &k, &why);
	if (bl_interrupted) {
		free(why);
	} else {
		if (run && verify) {
			why = defect(run);
			cell->verified = bl_json_int(run, "verified", 0);
		} else if (run) {
			why = take_sample(c, cell, run);
		}
		if (why)
			bl_progress_note(&c->progress, "%s%s: %s", verify ? "verify: " : "", text, why);
		if (why)
			spoil(cell, why);
	}
	json_decref(run);
	free(text);
}

/* Of a round, or of the verification of all cells. */
static double expected(const struct micro_campaign *c, bool verify)
{
	double seconds = 0;

	for (size_t i = 0; i < c->n_cells; i++)
		seconds += verify ? SETUP_S : micro_run_seconds(&c->cells[i].config);
	return seconds;
}

/* Cells whose bytes are wrong are not timed; a round is complete without them. */
static void one_round(struct micro_campaign *c, gsl_rng *rng, size_t *order)
{
	gsl_ran_shuffle(rng, order, c->n_cells, sizeof(*order));
	for (size_t i = 0; i < c->n_cells && !bl_interrupted; i++) {
		struct micro_cell *cell = &c->cells[order[i]];
		u32 seed = gsl_rng_get(rng);

		if (!cell->invalid)
			run_cell(c, cell, seed, false);
	}
}

/* Of a round that was interrupted: cells are compared over the same rounds. */
static void drop_part_of_round(struct micro_campaign *c)
{
	for (size_t i = 0; i < c->n_cells; i++)
		while (c->cells[i].n > c->rounds)
			hist_free(&c->cells[i].rounds[--c->cells[i].n].hist);
}

int micro_measure(struct micro_campaign *c)
{
	size_t *order = bl_zalloc(c->n_cells * sizeof(*order));
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	gsl_rng_set(rng, (c->o.seed ^ c->o.seed >> 32) & 0xffffffff);
	bl_catch_signals();
	bl_progress_start(&c->progress, c->o.rounds + 1,
			  expected(c, true) + c->o.rounds * expected(c, false));
	for (size_t i = 0; i < c->n_cells; i++)
		order[i] = i;
	for (size_t i = 0; i < c->n_cells && !bl_interrupted; i++)
		run_cell(c, &c->cells[i], i + 1, true);
	if (!bl_interrupted)
		bl_progress_step(&c->progress, expected(c, true), true, "verified: %zu cells", c->n_cells);
	while (c->rounds < c->o.rounds && !bl_interrupted) {
		one_round(c, rng, order);
		if (bl_interrupted)
			break;
		c->rounds++;
		bl_progress_step(&c->progress, expected(c, false), true, "round %zu", c->rounds);
	}
	bl_progress_end(&c->progress);
	gsl_rng_free(rng);
	free(order);
	if (c->rounds)
		drop_part_of_round(c);
	c->interrupted = bl_interrupted;
	return bl_interrupted ? -EINTR : 0;
}
