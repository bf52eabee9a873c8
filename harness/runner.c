// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner.h"
#include "fio.h"
#include "initramfs.h"
#include "progress.h"
#include "vm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BOOT_FAILURES	3
/* Time for a kernel that complained to get the run done all the same. */
#define SPLAT_GRACE		30.0
#define VERIFY_SECONDS		300.0
#define MIN_FREE		(4ULL << 20)

struct runner {
	struct bl_campaign *c;
	const struct bl_plan *plan;
	const struct bl_runner_options *opt;
	struct bl_runner_result *res;
	struct bl_vm_config cfg;
	struct bl_vm vm;
	struct bl_progress progress;
	bool up;
	bool described;		/* env.json says what guest it is */
	unsigned int consoles, boot_failures;
	struct bl_took took;
	char *initramfs, *console, *module;
};

/* What became of one run. */
struct outcome {
	const char *status;	/* ok, failed, invalid, interrupted */
	char *reason;
	bool fresh_boot;	/* the guest cannot be trusted with another run */
};

static void settle(struct outcome *o, const char *status, char *reason)
{
	free(o->reason);
	o->status = status;
	o->reason = reason;
}

static void new_console(struct runner *r)
{
	free(r->console);
	r->consoles++;
	r->console = bl_fmt("%s/console-%u.log", r->c->dir, r->consoles);
	r->cfg.console = r->console;
}

/* A guest that is up, or the reason why there is none. */
static int ensure_guest(struct runner *r, struct outcome *o)
{
	json_t *hello = NULL;
	char *reason = NULL, *args;
	double t0;
	int err;

	if (r->up)
		return 0;
	if (r->boot_failures >= MAX_BOOT_FAILURES) {
		settle(o, "failed", bl_fmt("not tried: the guest did not come up %d times in a "
					   "row", MAX_BOOT_FAILURES));
		return -EIO;
	}
	new_console(r);
	bl_progress_now(&r->progress, "booting the guest");
	t0 = bl_mono();
	err = bl_vm_boot(&r->vm, &r->cfg, bl_boot_timeout(r->cfg.accel), &hello, &reason);
	if (err) {
		settle(o, err == -EINTR ? "interrupted" : "failed", reason);
		r->boot_failures++;
		return err;
	}
	bl_took_boot(&r->took, r->cfg.accel, bl_mono() - t0);
	if (!r->described) {
		r->described = true;
		args = bl_kernel_args(&r->cfg);
		bl_env_write(r->c, r->cfg.accel, args, hello, r->console);
		free(args);
	}
	json_decref(hello);
	r->boot_failures = 0;
	r->up = true;
	return 0;
}

static json_t *run_message(const struct runner *r, const struct bl_run *run)
{
	json_t *msg = bl_run_json(r->plan, run), *files = json_array(), *job;
	char *dir = bl_run_tmp_name(run->id), *path;
	size_t i;

	json_array_foreach(json_object_get(msg, "jobs"), i, job) {
		path = bl_path("workloads/jobs/%s.fio", json_string_value(job));
		json_array_append_new(files, json_string(path));
		free(path);
	}
	json_object_set_new(msg, "op", json_string("run"));
	json_object_set_new(msg, "dir", json_string(dir));
	json_object_set_new(msg, "module", json_string(r->module));
	json_object_set_new(msg, "queues", json_integer(r->plan->queues));
	json_object_set_new(msg, "backend", json_string(bl_backend_name(r->plan->ram)));
	json_object_set_new(msg, "runtime_s", json_real(r->plan->runtime));
	json_object_set_new(msg, "ramp_s", json_real(r->plan->ramp));
	json_object_set_new(msg, "job_files", files);
	free(dir);
	return msg;
}

static double stage_seconds(const struct runner *r, const struct bl_run *run, const char *stage)
{
	double s = r->opt->stage_timeout;

	if (!strcmp(stage, "fio"))
		s += run->kind == BL_VERIFY ? VERIFY_SECONDS :
		     bl_run_estimate(r->plan, run, r->cfg.accel);
	return s;
}

/* The guest stopped answering in @stage. */
static void lost(struct runner *r, struct outcome *o, const char *stage, bool gone)
{
	char *why;

	o->fresh_boot = true;
	if (r->vm.splat) {
		settle(o, "failed", bl_fmt("the guest's kernel failed in stage %s: %s", stage,
					   r->vm.splat));
	} else if (gone) {
		why = bl_vm_why(&r->vm, r->console);
		settle(o, "failed", bl_fmt("the guest died in stage %s: %s", stage, why));
		free(why);
	} else {
		settle(o, "failed", bl_fmt("the guest hung: stage %s did not end in time",
					   stage));
	}
}

static void on_done(struct outcome *o, const json_t *msg)
{
	const char *status = bl_json_str(msg, "status", "failed");
	const char *reason = bl_json_str(msg, "reason", "");

	if (!strcmp(status, "ok"))
		settle(o, "ok", NULL);
	else
		settle(o, !strcmp(status, "invalid") ? "invalid" : "failed",
		       bl_strdup(*reason ? reason : "the guest gave no reason"));
	if (json_is_true(json_object_get(msg, "reboot")))
		o->fresh_boot = true;
}

/* Follow the run in the guest to its end. */
static void follow(struct runner *r, const struct bl_run *run, struct outcome *o)
{
	char *stage = bl_strdup("start");
	double deadline = bl_mono() + stage_seconds(r, run, stage), now;
	const char *label = r->plan->cells[run->cell].label;
	json_t *msg;

	while (!o->status) {
		double until = deadline;
		enum bl_vm_event ev;

		now = bl_mono();
		if (r->vm.splat && r->vm.splat_at + SPLAT_GRACE < until)
			until = r->vm.splat_at + SPLAT_GRACE;
		ev = bl_vm_next(&r->vm, until < now + 1 ? until : now + 1, &msg);
		bl_progress_now(&r->progress, "%s %s: %s", bl_kind_name(run->kind), label,
				stage);
		if (ev == BL_VM_INTERRUPTED) {
			settle(o, "interrupted", bl_strdup("interrupted"));
		} else if (ev == BL_VM_EXIT) {
			lost(r, o, stage, true);
		} else if (ev == BL_VM_TIMEOUT) {
			if (bl_mono() >= until)
				lost(r, o, stage, false);
		} else if (!strcmp(bl_json_str(msg, "ev", ""), "done")) {
			on_done(o, msg);
		} else if (!strcmp(bl_json_str(msg, "ev", ""), "stage")) {
			const char *name = bl_json_str(msg, "stage", "?");
			const char *job = bl_json_str(msg, "job", NULL);

			deadline = bl_mono() + stage_seconds(r, run, name);
			free(stage);
			stage = bl_fmt("%s%s%s", name, job ? " " : "", job ? job : "");
		}
		json_decref(msg);
	}
	free(stage);
}

/* Whatever the guest says, its kernel and its files have the last word. */
static void judge(struct runner *r, const struct bl_run *run, struct outcome *o)
{
	char *tmp = bl_run_tmp(r->c, run->id), *path;
	json_t *job, *msg, *plan = bl_run_json(r->plan, run);
	struct fio_result fio;
	double planned_ms = r->plan->runtime * 1000;
	char why[256];
	size_t i;

	if (r->vm.pid > 0 && bl_vm_next(&r->vm, bl_mono() + 0.1, &msg) == BL_VM_MESSAGE)
		json_decref(msg);
	json_array_foreach(json_object_get(plan, "jobs"), i, job) {
		int err;

		if (strcmp(o->status, "ok"))
			break;
		path = bl_fmt("%s/fio-%s.json", tmp, json_string_value(job));
		err = fio_read(path, &fio, NULL, why, sizeof(why));
		if (!err)
			err = fio_check(&fio, run->kind == BL_VERIFY ? 0 : planned_ms, why,
					sizeof(why));
		if (err)
			settle(o, err == -ENODATA || err == -ETIME ? "invalid" : "failed",
			       bl_fmt("job %s: %s", json_string_value(job), why));
		free(path);
	}
	if (r->vm.splat) {
		o->fresh_boot = true;
		if (!strcmp(o->status, "ok"))
			settle(o, "invalid", bl_fmt("the guest's kernel complained: %s",
						    r->vm.splat));
	}
	json_decref(plan);
	free(tmp);
}

static void add_guest_facts(const struct runner *r, const struct bl_run *run, json_t *doc)
{
	char *tmp = bl_run_tmp(r->c, run->id), *path = bl_fmt("%s/guest.json", tmp), *file;
	json_t *guest = json_load_file(path, 0, NULL), *list = json_array(), *job;
	size_t i;

	json_array_foreach(json_object_get(doc, "jobs"), i, job) {
		file = bl_fmt("fio-%s.json", json_string_value(job));
		json_array_append_new(list, json_pack("{s:s, s:s}", "name",
						      json_string_value(job), "file", file));
		free(file);
	}
	json_object_set_new(doc, "jobs", list);
	json_object_set_new(doc, "guest", guest ? guest : json_null());
	free(path);
	free(tmp);
}

static json_t *run_document(const struct runner *r, const struct bl_run *run,
			    const struct outcome *o, double started, double seconds)
{
	json_t *doc = bl_run_json(r->plan, run);

	json_object_set_new(doc, "status", json_string(o->status));
	json_object_set_new(doc, "reason", json_string(o->reason ? o->reason : ""));
	json_object_set_new(doc, "seconds", json_real(seconds));
	json_object_set_new(doc, "boot", json_integer(r->consoles));
	json_object_set_new(doc, "accel", json_string(bl_accel_name(r->cfg.accel)));
	json_object_set_new(doc, "started", json_real(started));
	add_guest_facts(r, run, doc);
	return doc;
}

static void count(struct bl_runner_result *res, const char *status)
{
	if (!strcmp(status, "ok"))
		res->ok++;
	else if (!strcmp(status, "invalid"))
		res->invalid++;
	else
		res->failed++;
}

/* Put the run on record. */
static int conclude(struct runner *r, const struct bl_run *run, struct outcome *o,
		    double started, double seconds)
{
	double expected = bl_run_estimate(r->plan, run, r->cfg.accel);
	const char *label = r->plan->cells[run->cell].label;
	json_t *doc;
	int err;

	if (!strcmp(o->status, "interrupted")) {
		bl_run_drop(r->c, run->id);
		r->res->interrupted = true;
		return bl_campaign_log(r->c, run->id, o->status, NULL);
	}
	doc = run_document(r, run, o, started, seconds);
	err = bl_run_commit(r->c, run->id, doc);
	json_decref(doc);
	if (err)
		settle(o, "failed", bl_fmt("cannot write the run to %s: %s", r->c->runs,
					   strerror(-err)));
	err = bl_campaign_log(r->c, run->id, o->status, o->reason);
	count(r->res, o->status);
	bl_progress_step(&r->progress, expected, !strcmp(o->status, "ok"),
			 "%s %s %s: %s%s%s, %.1f s", run->id, bl_kind_name(run->kind), label,
			 o->status, o->reason ? ": " : "", o->reason ? o->reason : "", seconds);
	return err;
}

static int one_run(struct runner *r, const struct bl_run *run)
{
	double started = bl_now(), t0 = bl_mono(), begun = 0;
	struct outcome o = {};
	json_t *msg;
	int err;

	err = bl_campaign_log(r->c, run->id, "running", NULL);
	if (err)
		return err;
	err = bl_run_begin(r->c, run->id);
	if (err)
		settle(&o, "failed", bl_fmt("cannot make a directory in %s: %s", r->c->runs,
					    strerror(-err)));
	else if (!ensure_guest(r, &o)) {
		begun = bl_mono();
		msg = run_message(r, run);
		if (bl_vm_send(&r->vm, msg))
			lost(r, &o, "start", r->vm.pid <= 0);
		json_decref(msg);
		if (!o.status)
			follow(r, run, &o);
		if (strcmp(o.status, "interrupted"))
			judge(r, run, &o);
		if (!strcmp(o.status, "ok"))
			bl_took_run(&r->took, r->plan, run, r->cfg.accel, bl_mono() - begun);
	}
	if (r->up && (o.fresh_boot || !strcmp(o.status, "interrupted"))) {
		bl_vm_stop(&r->vm);
		r->up = false;
	}
	err = conclude(r, run, &o, started, bl_mono() - t0);
	free(o.reason);
	return err;
}

static int prepare(struct runner *r)
{
	char *reason = NULL;
	int err = bl_initramfs_build(r->c->dir, &r->initramfs, &reason);

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
	err = bl_choose_accel(bl_plan_icount(r->plan) ? "icount" : r->opt->accel, r->initramfs,
			      true, &r->cfg.accel);
	return err ? err : bl_env_write(r->c, r->cfg.accel, "", NULL, NULL);
}

/* What is on record is not done again; the journal may have missed its end. */
static bool skip(struct runner *r, const struct bl_run *run, const json_t *journal)
{
	const char *last = bl_json_str(json_object_get(journal, run->id), "state", "");
	char *status, *reason;

	if (!bl_run_done(r->c, run->id, &status, &reason))
		return false;
	if (strcmp(last, status))
		bl_campaign_log(r->c, run->id, status, *reason ? reason : NULL);
	count(r->res, status);
	free(status);
	free(reason);
	return true;
}

/* How many runs are left to do, and which are @done. */
static size_t left_to_do(struct runner *r, bool *done)
{
	json_t *journal = bl_journal_load(r->c->dir);
	size_t left = 0;

	for (size_t i = 0; i < r->plan->n_runs; i++) {
		done[i] = skip(r, &r->plan->runs[i], journal);
		left += !done[i];
	}
	json_decref(journal);
	return left;
}

static void start_progress(struct runner *r, size_t left, const bool *done)
{
	const struct bl_plan *p = r->plan;
	double expected = bl_boot_estimate(r->cfg.accel);
	char d[32];

	for (size_t i = 0; i < p->n_runs; i++)
		if (!done[i])
			expected += bl_run_estimate(p, &p->runs[i], r->cfg.accel);
	bl_progress_start(&r->progress, left, expected, bl_boot_estimate(r->cfg.accel));
	bl_progress_note(&r->progress, "%s: %zu runs%s of %zu cells, %s, about %s", r->c->dir,
			 left, left < p->n_runs ? " left" : "", p->n_cells,
			 bl_accel_title(r->cfg.accel), bl_duration(expected, d, sizeof(d)));
}

static void all_runs(struct runner *r, size_t left, const bool *done)
{
	const struct bl_plan *p = r->plan;
	struct bl_runner_result *res = r->res;

	for (size_t i = 0; i < p->n_runs && !res->interrupted && !res->stopped; i++) {
		if (done[i])
			continue;
		res->stopped = one_run(r, &p->runs[i]) < 0;
		left--;
		if (left && bl_free_space(r->c->dir) < MIN_FREE) {
			bl_progress_end(&r->progress);
			bl_err("no space left in %s: %zu runs were not tried", r->c->dir, left);
			res->stopped = true;
		}
	}
	bl_progress_end(&r->progress);
	if (r->up)
		bl_vm_stop(&r->vm);
	bl_took_save(&r->took, r->cfg.accel);
}

int bl_runner_run(struct bl_campaign *c, const struct bl_plan *p,
		  const struct bl_runner_options *opt, struct bl_runner_result *res)
{
	struct runner r = { .c = c, .plan = p, .opt = opt, .res = res,
			    .consoles = c->consoles };
	bool *done = bl_zalloc(p->n_runs * sizeof(*done));
	size_t left = left_to_do(&r, done);
	int err = left ? prepare(&r) : 0;

	if (err)
		goto out;
	bl_campaign_log(c, NULL, c->session > 1 ? "resumed" : "started", NULL);
	if (left) {
		start_progress(&r, left, done);
		all_runs(&r, left, done);
	}
	if (!res->interrupted)
		bl_campaign_log(c, NULL, res->stopped ? "stopped" : "finished", NULL);
out:
	free(done);
	if (r.initramfs)
		remove(r.initramfs);
	free(r.initramfs);
	free(r.console);
	free(r.module);
	return err;
}
