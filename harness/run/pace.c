// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Estimate how long runs take: a first guess, corrected by the times of earlier campaigns on this
 * machine. build/pace.json keeps the corrections.
 */
#include "run/pace.h"
#include "lib/dirs.h"
#include "vm/kvm-probe.h"

#include <ini.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A correction outside this range is not used: timings of a fake guest must not feed it. */
#define LEAST	0.05
#define MOST	20.0

#define NEWEST	0.6	/* weight of the last campaign in a correction, 0..1 */

#define SCHEMA	6	/* goes up when the file changes, or the guesses that it corrects */

/*
 * Costs in seconds, measured on a machine for which time_calibration() returns CALIBRATED. A
 * slower machine takes longer for all of them. @pace is the wall time of one second of fio's
 * clock; only the guest of the plane icount has a clock that runs more slowly.
 */
#define CALIBRATED	0.23
static const struct cost {
	double boot, device, job, verify, pace;
} costs[] = {
	[ACCEL_KVM] = { .boot = 2, .device = 0.7, .job = 0.4, .verify = 3, .pace = 1 },
	[ACCEL_TCG] = { .boot = 10, .device = 1.4, .job = 0.8, .verify = 3, .pace = 1 },
	[ACCEL_ICOUNT] = { .boot = 8.5, .device = 0.5, .job = 0.15, .verify = 2.1, .pace = 2.25 },
};

/*
 * On the plane icount, a second of a job with one I/O in flight takes 1.9 to 2.1 times as long as
 * a second of a job with several: the job switches context at each I/O instead of at each batch,
 * and each switch empties the emulator's TLB.
 */
#define ALONE	2.0

/* Return the path of the corrections. Tests with a fake guest set BOUNCELAB_PACE. */
static char *pace_path(void)
{
	const char *path = getenv("BOUNCELAB_PACE");

	return path ? bl_strdup(path) : bl_state_path("pace.json");
}

/* Load the corrections. Those of another schema belong to other guesses and are dropped. */
static json_t *load_paces(void)
{
	char *path = pace_path();
	json_t *o = json_load_file(path, 0, NULL);

	free(path);
	if (bl_json_int(o, "schema", 0) == SCHEMA)
		return o;
	json_decref(o);
	return json_pack("{s:i}", "schema", SCHEMA);
}

static json_t *get_paces(void)
{
	static json_t *o;

	if (!o)
		o = load_paces();
	return o;
}

static void save_paces(void)
{
	char *path = pace_path();

	/* An error is ignored: the next estimate is then the first guess. */
	bl_json_write(path, get_paces());
	free(path);
}

/*
 * Time a fixed piece of work: arithmetic, and memory larger than the first-level cache. Returns
 * seconds of CPU time instead of wall time, because the present load says little about later.
 */
static double time_calibration(void)
{
	const size_t words = 1 << 18;
	uint32_t *m = bl_zalloc(words * sizeof(*m)), x = 1;
	double least = INFINITY;

	for (int round = 0; round < 3; round++) {
		clock_t t0 = clock();

		for (int i = 0; i < 20000000; i++) {
			x = x * 1664525u + 1013904223u;
			m[x >> 14] += x;
			if (m[x >> 14] & 64)
				x ^= m[x >> 13 & (words - 1)];
		}
		least = fmin(least, (clock() - t0) / (double)CLOCKS_PER_SEC);
	}
	/* Use the result, so that the compiler keeps the loop. */
	m[0] = x;
	least += m[0] == m[1] ? 1e-9 : 0;
	free(m);
	return least;
}

/*
 * Return the slowness of this machine relative to the one of CALIBRATED. It is measured once,
 * since the corrections belong to that measurement.
 */
static double find_slowness(void)
{
	double seconds = bl_json_num(get_paces(), "calibrated_s", 0), s;

	if (!(seconds > 0)) {
		seconds = time_calibration();
		json_object_set_new(get_paces(), "calibrated_s", json_real(seconds));
		save_paces();
	}
	s = seconds / CALIBRATED;
	return s > LEAST && s < MOST ? s : 1;
}

/* Return the factor that corrects the guess for one kind of run; 1 if none is known. */
static double find_correction(enum accel accel, const char *kind)
{
	double c = bl_json_num(json_object_get(get_paces(), accel_names[accel]), kind, 1);

	return c > LEAST && c < MOST ? c : 1;
}

static int on_job_key(void *alone, const char *section, const char *name, const char *value)
{
	(void)section;
	if ((!strcmp(name, "numjobs") || !strcmp(name, "iodepth")) && strcmp(value, "1"))
		*(bool *)alone = false;
	return 1;
}

/*
 * Return true if the job keeps one I/O in flight. Each job's file is read once. Errors in it are
 * left to fio.
 */
static bool has_one_in_flight(const char *job)
{
	static json_t *known;
	json_t *seen = json_object_get(known, job);
	char *path;
	bool is = true;

	if (seen)
		return json_is_true(seen);
	path = bl_path("workloads/jobs/%s.fio", job);
	ini_parse(path, on_job_key, &is);
	free(path);
	if (!known)
		known = json_object();
	json_object_set_new(known, job, json_boolean(is));
	return is;
}

/* Return the seconds of the jobs of a timed or traced run. */
static double guess_jobs(const struct plan *p, const struct plan_run *r, enum accel accel)
{
	const struct cost *c = &costs[accel];
	double slow = find_slowness(), sum = 0, s;

	for (size_t i = 0; i < r->n_jobs; i++) {
		s = (p->runtime + p->ramp) * c->pace;
		if (accel == ACCEL_ICOUNT)
			s *= slow * (has_one_in_flight(plan_get_job(p, r, i)) ? ALONE : 1);
		sum += s + c->job * slow;
	}
	return sum * plan_runs_each(p, r->kind);
}

/* The costs of collectors are of an emulated guest, where the processor limits all of it. */
#define KVM_IS_FASTER	6.0

static double guess_collectors(const struct plan_cell *c, enum accel accel)
{
	double sum = 0;

	for (int i = 0; i < COLLECTORS; i++)
		if (c->collect & COLLECT_BIT(i))
			sum += collectors[i].cost_s;
	return sum * find_slowness() / (accel == ACCEL_KVM ? KVM_IS_FASTER : 1);
}

static double guess_run(const struct plan *p, const struct plan_run *r, enum accel accel)
{
	const struct cost *c = &costs[accel];
	double device = c->device * find_slowness();

	if (r->kind == KIND_VERIFY)
		return device + c->verify * find_slowness();
	return device + guess_jobs(p, r, accel) + guess_collectors(&p->cells[r->cell], accel);
}

static double guess_boot(enum accel accel)
{
	return costs[accel].boot * find_slowness();
}

enum accel pace_guess_accel(const struct plan *p)
{
	return p->plane == PLANE_ICOUNT ? ACCEL_ICOUNT : vm_guess_accel();
}

double pace_estimate_run(const struct plan *p, const struct plan_run *r, enum accel accel)
{
	return guess_run(p, r, accel) * find_correction(accel, kind_names[r->kind]);
}

double pace_estimate_boot(enum accel accel)
{
	return guess_boot(accel) * find_correction(accel, "boot");
}

double pace_estimate_step(const struct plan *p, const struct plan_run *last,
			  const struct plan_run *r, enum accel accel)
{
	bool boots = !last || !plan_keeps_guest(p, last, r);

	return pace_estimate_run(p, r, accel) + (boots ? pace_estimate_boot(accel) : 0);
}

double pace_estimate_plan(const struct plan *p, enum accel accel)
{
	double sum = 0;

	for (size_t i = 0; i < p->n_runs; i++)
		sum += pace_estimate_step(p, i ? &p->runs[i - 1] : NULL, &p->runs[i], accel);
	return sum;
}

void pace_add_run(struct pace *t, const struct plan *p, const struct plan_run *r,
		  enum accel accel, double seconds)
{
	t->guessed[r->kind] += guess_run(p, r, accel);
	t->seconds[r->kind] += seconds;
}

void pace_add_boot(struct pace *t, enum accel accel, double seconds)
{
	t->guessed[PACE_BOOT] += guess_boot(accel);
	t->seconds[PACE_BOOT] += seconds;
}

void pace_save(const struct pace *t, enum accel accel)
{
	const char *name = accel_names[accel], *kind;
	json_t *all = get_paces(), *o;

	if (!json_is_object(json_object_get(all, name)))
		json_object_set_new(all, name, json_object());
	o = json_object_get(all, name);
	for (size_t i = 0; i <= PACE_BOOT; i++) {
		double seen, before;

		if (!(t->guessed[i] > 0))
			continue;
		kind = i == PACE_BOOT ? "boot" : kind_names[i];
		seen = t->seconds[i] / t->guessed[i];
		if (seen < LEAST || seen > MOST)
			continue;
		before = bl_json_num(o, kind, seen);
		json_object_set_new(o, kind, json_real(NEWEST * seen + (1 - NEWEST) * before));
	}
	save_paces();
}

unsigned int pace_count_blocks(const struct plan *p, enum accel accel, double seconds)
{
	unsigned int blocks = 0;
	double sum = 0;

	for (size_t i = 0; i < p->n_runs; i++) {
		const struct plan_run *r = &p->runs[i];
		bool last = i + 1 == p->n_runs || r[1].kind != r->kind || r[1].block != r->block;

		sum += pace_estimate_step(p, i ? r - 1 : NULL, r, accel);
		if (sum > seconds)
			break;
		blocks += r->kind == KIND_TIME && last;
	}
	return blocks;
}
