// SPDX-License-Identifier: GPL-2.0-or-later
/* Run a campaign: find the runs that are left, do them in order, end at a signal or a full disk. */
#include "run/one.h"
#include "campaign/journal.h"
#include "campaign/manifest.h"
#include "eval/summary.h"
#include "vm/initramfs.h"
#include "vm/kvm-probe.h"
#include "run/pace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIN_FREE		(4ULL << 20)

static int prepare_guest(struct runner *r)
{
	char *reason = NULL;
	int err = vm_build_initramfs(r->c->dir, &r->initramfs, &reason);

	if (err) {
		bl_err("%s", reason);
		free(reason);
		return err;
	}
	r->cfg.initramfs = r->initramfs;
	r->cfg.share = r->c->runs;
	r->cfg.cpus = r->plan->cpus;
	r->cfg.mem_mb = r->opt->mem_mb;
	r->cfg.append = r->opt->append;
	r->module = bl_path("build/bouncelab.ko");
	r->cfg.accel = vm_choose_accel(r->plan->plane == PLANE_ICOUNT ? ACCEL_ICOUNT :
				       r->opt->accel, r->initramfs, true);
	return campaign_write_env(r->c, r->cfg.accel, "", NULL, NULL);
}

/* Return the status by which a report counts a run; @otherwise if it does not have it. */
static enum run_status find_status(const struct summary *s, const char *id,
				   enum run_status otherwise)
{
	for (size_t i = 0; i < s->n_rows; i++)
		if (!strcmp(s->rows[i].run, id))
			return s->rows[i].status;
	return otherwise;
}

/*
 * Count a run that is recorded already, as a report does. Writes the journal's line for its end if
 * that was lost. Returns false for a run that is not recorded.
 */
static bool count_if_recorded(struct runner *r, size_t i, const json_t *journal,
			      const struct summary *s)
{
	const struct plan_run *run = &r->plan->runs[i];
	const char *last = bl_json_str(json_object_get(journal, run->id), "state", "");
	enum run_status status;
	char *reason;

	if (!campaign_run_is_done(r->c, run->id, &status, &reason, &r->seconds[i]))
		return false;
	if (!r->finished && strcmp(last, status_names[status]))
		campaign_log(r->c, run->id, status_names[status], *reason ? reason : NULL);
	run_count(r->res, find_status(s, run->id, status));
	r->spent += r->seconds[i];
	free(reason);
	return true;
}

/* Mark the runs that are recorded or left out by the stop rule, and count the others. */
static int find_runs_left(struct runner *r)
{
	struct summary s = {};
	json_t *journal;
	int err = campaign_load_journal(r->c->dir, &journal);

	err = err ? err : stop_state_load(&r->stop, r->c->dir);
	err = err ? err : summary_load(&s, r->c->dir);
	for (size_t i = 0; i < r->plan->n_runs && !err; i++) {
		const struct plan_run *run = &r->plan->runs[i];

		r->done[i] = count_if_recorded(r, i, journal, &s) ||
			     stop_state_skips(&r->stop, run->kind, run->block);
		r->left += !r->done[i];
	}
	summary_free(&s);
	json_decref(journal);
	return err;
}

static void start_progress(struct runner *r)
{
	const struct plan *p = r->plan;
	const struct plan_run *last = NULL;
	double expected = 0;
	char d[32];

	for (size_t i = 0; i < p->n_runs; i++) {
		if (r->done[i])
			continue;
		expected += pace_estimate_step(p, last, &p->runs[i], r->cfg.accel);
		last = &p->runs[i];
	}
	bl_progress_start(&r->progress, r->left, expected);
	bl_progress_note(&r->progress, "%s: %zu runs%s of %zu cells, %s, %s %s", r->c->dir,
			 r->left, r->left < p->n_runs ? " left" : "", p->n_cells,
			 accel_title(r->cfg.accel), p->width > 0 || p->budget > 0 ?
			 "at most about" : "about", bl_duration(expected, d, sizeof(d)));
	if (p->budget > 0)
		bl_progress_note(&r->progress, "budget: about %u of %u blocks fit",
				 pace_count_blocks(p, r->cfg.accel, p->budget), p->repeat);
}

static int do_next_run(struct runner *r, size_t i)
{
	double t0 = bl_mono();
	int err = run_check_stop_before(r, i);

	if (err || r->done[i])
		return err;
	err = run_one(r, &r->plan->runs[i]);
	if (err || r->res->interrupted)
		return err;
	r->done[i] = true;
	r->seconds[i] = bl_mono() - t0;
	r->left--;
	return run_check_stop_after(r, i);
}

static void do_all_runs(struct runner *r)
{
	struct run_result *res = r->res;

	for (size_t i = 0; i < r->plan->n_runs && !res->interrupted && !res->stopped; i++) {
		if (r->done[i])
			continue;
		res->stopped = do_next_run(r, i) < 0;
		if (r->left && !res->stopped && bl_free_space(r->c->dir) < MIN_FREE) {
			bl_progress_end(&r->progress);
			bl_err("no space left in %s: %zu runs were not tried", r->c->dir, r->left);
			res->stopped = true;
		}
	}
	bl_progress_end(&r->progress);
	run_stop_guest(r);
	pace_save(&r->pace, r->cfg.accel);
}

/* Print the load if it is high, since estimates are for an idle machine. */
static void print_load(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	double load;

	if (getloadavg(&load, 1) == 1 && load > 2 * cpus)
		fprintf(stderr, "the machine is busy: load %.1f on %ld CPUs\n", load, cpus);
}

static void print_time(const struct runner *r)
{
	double took = bl_mono() - r->t0;
	char a[32], b[32];

	if (r->estimated > 0)
		fprintf(stderr, "took %s, estimated %s (%+.0f %%)\n",
			bl_duration(took, a, sizeof(a)),
			bl_duration(r->estimated, b, sizeof(b)), 100 * (took / r->estimated - 1));
	print_load();
}

/* Do the runs that are left. Returns 0, or a negative errno if no run could begin. */
static int do_campaign(struct runner *r)
{
	struct campaign *c = r->c;
	struct run_result *res = r->res;
	int err = find_runs_left(r);

	/* A campaign that is finished stays as it is. */
	if (!err && r->finished && !r->left) {
		res->finished = true;
		return 0;
	}
	err = err ? err : campaign_unfinish(c);
	if (!err && r->left)
		err = prepare_guest(r);
	if (err)
		return err;
	campaign_log(c, NULL, c->session > 1 ? "resumed" : "started", NULL);
	if (r->left) {
		start_progress(r);
		do_all_runs(r);
		print_time(r);
	}
	campaign_log(c, NULL,
		     res->interrupted ? "interrupted" : res->stopped ? "stopped" : "finished",
		     NULL);
	return 0;
}

int run_campaign(struct campaign *c, const struct plan *p,
		 const struct campaign_options *opt, struct run_result *res)
{
	struct runner r = { .c = c, .plan = p, .opt = opt, .res = res, .t0 = bl_mono(),
			    .consoles = c->consoles, .finished = campaign_has_manifest(c->dir) };
	int err;

	r.done = bl_zalloc(p->n_runs * sizeof(*r.done));
	r.seconds = bl_zalloc(p->n_runs * sizeof(*r.seconds));
	err = do_campaign(&r);
	free(r.done);
	free(r.seconds);
	if (r.initramfs)
		remove(r.initramfs);
	free(r.initramfs);
	free(r.console);
	free(r.module);
	return err;
}
