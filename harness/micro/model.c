// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fit the queueing model. Each thread is a customer. Each lock that several threads take is a
 * station; the rest of a mapping's time is think time. The service time of a station is the time
 * that one thread alone holds the lock, plus, with N threads, the time to fetch the lock's cache
 * line from its last holder, which is another thread with probability (N - 1) / N. A lock taken
 * for reading costs the time to fetch the line twice. A lock that two threads did not share in the
 * measurement is no station for more threads either. The number of locks of one name is the number
 * that two threads spread over: 1 / sum of p^2, where p are the locks' shares of the acquisitions.
 *
 * The model leaves out cache lines other than the lock's own, the load that waiting puts on the
 * bus, and atomic operations outside locks. It assumes that service times have an exponential
 * distribution, which makes its queues a little too long.
 */
#include "micro/model.h"
#include "stats/mva.h"
#include "vm/vm.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RUNS_MAX	5	/* runs of a program with timed locks, at most */

u32 micro_point_to_threads(size_t point)
{
	return 1U << point;
}

/* --- reading a run with timed locks -------------------------------------------- */

/* Return the lock of this name and mode; add it if it is new. */
static struct micro_lock *find_lock(struct micro_model *m, const char *name, bool read)
{
	for (size_t i = 0; i < m->n_locks; i++)
		if (!strcmp(m->locks[i].name, name) && m->locks[i].read == read)
			return &m->locks[i];
	m->locks = bl_realloc(m->locks, (m->n_locks + 1) * sizeof(*m->locks));
	m->locks[m->n_locks] = (struct micro_lock){ .name = bl_strdup(name), .read = read };
	return &m->locks[m->n_locks++];
}

static void read_holds(const json_t *hold, double ns_per_tick, struct hist *h)
{
	const json_t *bin;
	size_t i;

	json_array_foreach(json_object_get(hold, "buckets"), i, bin)
		hist_add(h, json_integer_value(json_array_get(bin, 0)) * ns_per_tick / 2,
			 json_integer_value(json_array_get(bin, 1)));
}

/* Add a run of one thread: how often and how long each lock is held. */
static void add_alone(struct micro_model *m, const json_t *run)
{
	double ns_per_tick = 1e6 / bl_json_num(run, "tick_khz", NAN);
	double clock = bl_json_int(run, "clock_ticks", 0) * ns_per_tick;
	const json_t *hold;
	struct micro_lock *l;
	size_t i;

	json_array_foreach(json_object_get(run, "holds"), i, hold) {
		struct hist h = {};

		l = find_lock(m, bl_json_str(hold, "name", ""),
			      json_is_true(json_object_get(hold, "read")));
		read_holds(hold, ns_per_tick, &h);
		l->per_mapping +=
			bl_json_num(hold, "taken", 0) / bl_json_num(run, "operations", NAN);
		/* Each hold includes one reading of the clock. */
		l->median += hist_quantile(&h, 0.5) - clock;
		l->mean += hist_core_mean(&h) - clock;
		l->p99 += hist_percentile(&h, 0.99) - clock;
		hist_free(&h);
	}
}

/* Add a run of two threads: which locks they share. */
static void add_sharing(struct micro_model *m, const json_t *run)
{
	double ns_per_tick = 1e6 / bl_json_num(run, "tick_khz", NAN);
	const json_t *hold;
	struct micro_lock *l;
	double taken;
	size_t i;

	m->line_ns += bl_json_num(run, "line_ticks_twice", NAN) / 2 * ns_per_tick;
	json_array_foreach(json_object_get(run, "holds"), i, hold) {
		l = find_lock(m, bl_json_str(hold, "name", ""),
			      json_is_true(json_object_get(hold, "read")));
		taken = bl_json_num(hold, "taken", 0);
		l->copies += bl_json_num(hold, "effective", 1);
		/* The lock "entering" counts its readers and its writers together. */
		l->shared += fmin(1, bl_json_num(hold, "taken_shared", 0) / taken);
	}
}

/* Turn the sums over the runs into means. */
static void take_means(struct micro_model *m, bool two_threads)
{
	for (size_t i = 0; i < m->n_locks; i++) {
		struct micro_lock *l = &m->locks[i];

		l->per_mapping /= m->n;
		l->median /= m->n;
		l->mean = fmax(0, l->mean / m->n);
		l->p99 /= m->n;
		l->shared /= m->n;
		l->copies = fmax(1, l->copies / m->n);
	}
	m->line_ns = two_threads ? m->line_ns / m->n : NAN;
}

static char *run_holds(struct micro_campaign *c, struct micro_model *m, u32 threads, u32 seed)
{
	const struct micro_cell *cell = micro_find_cell(c, m->strategy, m->size, threads);
	struct micro_config k = cell->config;
	char *why = NULL;
	json_t *run;

	k.seed = seed;
	run = micro_run_once(c, "holds", m->strategy, &k, &why);
	if (!run)
		return why;
	if (bl_json_int(run, "failures", 0) || bl_json_int(run, "warnings", 0) ||
	    !bl_json_int(run, "operations", 0))
		why = bl_strdup("failures in the run with timed locks");
	else if (threads == 1)
		add_alone(m, run);
	else
		add_sharing(m, run);
	json_decref(run);
	return why;
}

/* --- the network --------------------------------------------------------------- */

static double sum_locked_time(const struct micro_model *m)
{
	double ns = 0;

	for (size_t i = 0; i < m->n_locks; i++)
		if (!m->locks[i].read)
			ns += m->locks[i].per_mapping * m->locks[i].shared * m->locks[i].mean;
	return ns;
}

static double predict_rate(const struct micro_model *m, u32 threads)
{
	double line = threads > 1 ? m->line_ns * (threads - 1) / threads : 0, x;
	struct mva_station *s = bl_zalloc((m->n_locks + 1) * sizeof(*s));

	for (size_t i = 0; i < m->n_locks; i++) {
		const struct micro_lock *l = &m->locks[i];

		s[i].demand = l->per_mapping * l->shared * (l->read ? 2 * line : l->mean + line);
		s[i].copies = l->copies;
	}
	x = 1e9 * mva_throughput(s, m->n_locks, m->think_ns, threads, NULL);
	free(s);
	return x;
}

static void take_measured(const struct micro_campaign *c, struct micro_model *m, u32 threads)
{
	const struct micro_cell *cell = micro_find_cell(c, m->strategy, m->size, threads);

	m->measured[threads - 1] = NAN;
	if (!cell || cell->invalid)
		return;
	m->measured[threads - 1] = MICRO_ESTIMATE(cell, rate).value;
	m->n_measured[threads - 1] = cell->n;
}

static void fit_model(const struct micro_campaign *c, struct micro_model *m)
{
	for (u32 i = 0; i < 2; i++)
		take_measured(c, m, i + 1);
	m->locked_ns = sum_locked_time(m);
	m->think_ns = fmax(0, 1e9 / m->measured[0] - m->locked_ns);
	for (size_t i = 0; i < MODEL_POINTS; i++)
		m->predicted[i] =
			isnan(m->line_ns) && i ? NAN : predict_rate(m, micro_point_to_threads(i));
}

/* --- all models ------------------------------------------------------------------ */

static void make_model(struct micro_campaign *c, struct micro_model *m, size_t runs)
{
	bool two = micro_find_cell(c, m->strategy, m->size, 2);

	for (size_t i = 0; i < runs && !m->invalid && !micro_is_stopped(c); i++) {
		bl_progress_now(&c->progress, "locks: %s, %u bytes", m->strategy, m->size);
		m->invalid = run_holds(c, m, 1, i + 1);
		if (!m->invalid && two)
			m->invalid = run_holds(c, m, 2, i + 1);
		m->n += !m->invalid;
	}
	if (m->invalid || micro_is_stopped(c))
		return;
	take_means(m, two);
}

/*
 * Fit all strategies. They share one time to move a cache line, the median of all measurements,
 * because it does not depend on the lock in the line.
 */
static void fit_all(const struct micro_campaign *c, struct micro_models *ms)
{
	double *lines = bl_zalloc((ms->n + 1) * sizeof(*lines)), line;
	size_t n = 0;

	for (size_t i = 0; i < ms->n; i++)
		if (!ms->v[i].invalid && isfinite(ms->v[i].line_ns))
			lines[n++] = ms->v[i].line_ns;
	line = stats_median(lines, n);
	for (size_t i = 0; i < ms->n; i++) {
		ms->v[i].line_ns = line;
		if (!ms->v[i].invalid)
			fit_model(c, &ms->v[i]);
	}
	free(lines);
}

int micro_models_make(struct micro_models *ms, struct micro_campaign *c)
{
	size_t runs = c->o.rounds < RUNS_MAX ? c->o.rounds : RUNS_MAX;

	ms->v = bl_zalloc((c->n_cells + 1) * sizeof(*ms->v));
	bl_progress_start(&c->progress, 1, runs * 2 * c->o.sizes.n * c->o.strategies.n *
			  micro_estimate_run(PLANE_NATIVE, &c->cells[0].config));
	for (size_t i = 0; i < c->n_cells && !micro_is_stopped(c); i++) {
		const struct micro_cell *cell = &c->cells[i];
		struct micro_model *m = &ms->v[ms->n];

		/* The model is of the first working set and the first touch. */
		if (cell->threads != 1 || cell->aa ||
		    cell != micro_find_cell(c, cell->label, cell->size, 1))
			continue;
		ms->n++;
		m->strategy = cell->strategy;
		m->size = cell->size;
		m->invalid = cell->invalid ? bl_strdup(cell->invalid) : NULL;
		if (!m->invalid)
			make_model(c, m, runs);
		if (m->invalid)
			bl_progress_note(&c->progress, "locks: %s, %u bytes: %s", m->strategy,
					 m->size, m->invalid);
	}
	bl_progress_end(&c->progress);
	if (!micro_is_stopped(c))
		fit_all(c, ms);
	return micro_is_stopped(c) ? -EINTR : 0;
}

void micro_models_free(struct micro_models *ms)
{
	for (size_t i = 0; i < ms->n; i++) {
		for (size_t k = 0; k < ms->v[i].n_locks; k++)
			free(ms->v[i].locks[k].name);
		free(ms->v[i].locks);
		free(ms->v[i].invalid);
	}
	free(ms->v);
}
