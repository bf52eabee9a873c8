// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Do one run, from its first line of the journal to its last: boot, request, stages, checks.
 * check_run() makes a run invalid or failed: it looks at the guest's answer, its kernel's
 * messages, fio's results and the traces.
 */
#include "run/one.h"
#include "campaign/boots.h"
#include "campaign/journal.h"
#include "proto/run-files.h"
#include "proto/fio.h"
#include "trace/derive.h"
#include "proto/trace-events.h"
#include "run/pace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_BOOT_FAILURES	3
#define SPLAT_GRACE		30.0	/* seconds to the end of the run after a kernel warning */
#define VERIFY_SECONDS		300.0

/* How one run ended. */
struct outcome {
	bool ended;
	enum run_status status;	/* once it has ended */
	char *reason;
	bool fresh_boot;	/* the next run needs a fresh boot */
	bool clock_read;	/* @clock is known */
	struct vm_elapsed clock;	/* since the run before, or since the boot */
};

/* Set status and reason. Takes over @reason. */
static void set_outcome(struct outcome *o, enum run_status status, char *reason)
{
	free(o->reason);
	if (reason)
		bl_repair_utf8(reason);
	o->ended = true;
	o->status = status;
	o->reason = reason;
}

static void name_next_console(struct runner *r)
{
	free(r->console);
	r->consoles++;
	r->console = bl_fmt("%s/console-%u.log", r->c->dir, r->consoles);
	r->cfg.console = r->console;
}

/* Log the sum of the console's log, to which nobody writes any more. */
static void seal_console(struct runner *r)
{
	if (bl_exists(r->console))
		campaign_log_file(r->c, strrchr(r->console, '/') + 1);
}

void run_stop_guest(struct runner *r)
{
	if (!r->up)
		return;
	vm_stop(&r->vm);
	r->up = false;
	seal_console(r);
}

/* Boot a guest unless one is up that this run may use. On failure @o has the reason. */
static int ensure_guest(struct runner *r, const struct plan_run *run, struct outcome *o)
{
	json_t *hello = NULL;
	char *reason = NULL, *args;
	double t0;
	int err;

	if (r->up && !plan_keeps_guest(r->plan, r->last, run))
		run_stop_guest(r);
	if (r->up)
		return 0;
	if (r->boot_failures >= MAX_BOOT_FAILURES) {
		set_outcome(o, STATUS_FAILED,
			    bl_fmt("not tried: the guest did not come up %d times in a row",
				   MAX_BOOT_FAILURES));
		return -EIO;
	}
	name_next_console(r);
	bl_progress_now(&r->progress, "booting the guest");
	t0 = bl_mono();
	err = vm_boot(&r->vm, &r->cfg, vm_boot_timeout(r->cfg.accel), &hello, &reason);
	if (err) {
		set_outcome(o, err == -EINTR ? STATUS_INTERRUPTED : STATUS_FAILED, reason);
		r->boot_failures++;
		seal_console(r);
		return err;
	}
	bl_progress_event(&r->progress, "guest has booted, %.0f s", bl_mono() - t0);
	pace_add_boot(&r->pace, r->cfg.accel, bl_mono() - t0);
	if (!r->described) {
		r->described = true;
		args = vm_kernel_args(&r->cfg);
		campaign_write_env(r->c, r->cfg.accel, args, hello, r->console);
		free(args);
	}
	boots_log(r->c, r->consoles, run->id, hello);
	json_decref(hello);
	r->boot_failures = 0;
	r->up = true;
	r->last = NULL;
	return 0;
}

static json_t *make_request(const struct runner *r, const struct plan_run *run)
{
	json_t *msg = plan_run_to_json(r->plan, run), *files = json_array(), *job;
	char *dir = campaign_run_tmp_name(run->id), *path;
	size_t i;

	json_array_foreach(json_object_get(msg, "jobs"), i, job) {
		path = bl_path("workloads/jobs/%s.fio", json_string_value(job));
		json_array_append_new(files, json_string(path));
		free(path);
	}
	json_object_set_new(msg, "op", json_string("run"));
	json_object_set_new(msg, "dir", json_string(dir));
	json_object_set_new(msg, "module", json_string(r->module));
	json_object_set_new(msg, "runs", json_integer(plan_runs_each(r->plan, run->kind)));
	json_object_set_new(msg, "queues", json_integer(r->plan->queues));
	json_object_set_new(msg, "buffer_mb", json_integer(r->plan->buffer_mb));
	json_object_set_new(msg, "backend", json_string(backend_names[r->plan->backend]));
	json_object_set_new(msg, "runtime_s", json_real(r->plan->runtime));
	json_object_set_new(msg, "ramp_s", json_real(r->plan->ramp));
	json_object_set_new(msg, "job_files", files);
	free(dir);
	return msg;
}

static double find_stage_limit(const struct runner *r, const struct plan_run *run,
			       const char *stage)
{
	double s = r->opt->stage_timeout;

	if (!strcmp(stage, "fio"))
		s += run->kind == KIND_VERIFY ? VERIFY_SECONDS :
		     pace_estimate_run(r->plan, run, r->cfg.accel);
	return s;
}

/* Set the outcome of a run whose guest died (@gone) or hung in @stage. */
static void set_guest_lost(struct runner *r, struct outcome *o, const char *stage, bool gone)
{
	char *why;

	o->fresh_boot = true;
	if (r->vm.splat) {
		set_outcome(o, STATUS_FAILED,
			    bl_fmt("the guest's kernel failed in stage %s: %s", stage,
				   r->vm.splat));
	} else if (gone) {
		why = vm_explain_end(&r->vm, r->console);
		set_outcome(o, STATUS_FAILED,
			    bl_fmt("the guest died in stage %s: %s", stage, why));
		free(why);
	} else {
		set_outcome(o, STATUS_FAILED,
			    bl_fmt("the guest hung: stage %s did not end in time",
					   stage));
	}
}

static void take_done_message(struct outcome *o, const json_t *msg)
{
	int status = bl_find_name(status_names, STATUSES, bl_json_str(msg, "status", NULL));
	const char *reason = bl_json_str(msg, "reason", "");

	if (status == STATUS_OK)
		set_outcome(o, STATUS_OK, NULL);
	else
		set_outcome(o, status == STATUS_INVALID ? STATUS_INVALID : STATUS_FAILED,
			    bl_strdup(*reason ? reason : "the guest gave no reason"));
	if (json_is_true(json_object_get(msg, "reboot")))
		o->fresh_boot = true;
}

/* Take the guest's messages until the run has an outcome. */
static void follow_run(struct runner *r, const struct plan_run *run, struct outcome *o)
{
	char *stage = bl_strdup("start");
	double deadline = bl_mono() + find_stage_limit(r, run, stage), now;
	const char *label = r->plan->cells[run->cell].label;
	json_t *msg;

	while (!o->ended) {
		double until = deadline;
		enum vm_event ev;

		now = bl_mono();
		if (r->vm.splat && r->vm.splat_at + SPLAT_GRACE < until)
			until = r->vm.splat_at + SPLAT_GRACE;
		ev = vm_next(&r->vm, until < now + 1 ? until : now + 1, &msg);
		bl_progress_now(&r->progress, "%s %s: %s", kind_names[run->kind], label,
				stage);
		if (ev == VM_INTERRUPTED) {
			set_outcome(o, STATUS_INTERRUPTED, bl_strdup("interrupted"));
		} else if (ev == VM_EXIT) {
			set_guest_lost(r, o, stage, true);
		} else if (ev == VM_TIMEOUT) {
			if (bl_mono() >= until)
				set_guest_lost(r, o, stage, false);
		} else if (!strcmp(bl_json_str(msg, "ev", ""), "done")) {
			take_done_message(o, msg);
		} else if (!strcmp(bl_json_str(msg, "ev", ""), "stage")) {
			const char *name = bl_json_str(msg, "stage", "?");
			const char *job = bl_json_str(msg, "job", NULL);

			deadline = bl_mono() + find_stage_limit(r, run, name);
			free(stage);
			stage = bl_fmt("%s%s%s", name, job ? " " : "", job ? job : "");
		}
		json_decref(msg);
	}
	free(stage);
}

/* Check that the guest's clock was right: fio measures by it. */
static void check_clock(struct runner *r, struct outcome *o)
{
	char *why = NULL;
	int err;

	if (o->status != STATUS_OK)
		return;
	err = vm_check_clock(&r->vm, &o->clock, &why);
	o->clock_read = !err || err == -ERANGE;
	if (!err)
		return;
	set_outcome(o, err == -EINTR ? STATUS_INTERRUPTED : STATUS_INVALID, why);
	o->fresh_boot = true;	/* its clock stays wrong */
}

/* Check fio's results of one job, once for each time that the device did the job. */
static void check_job(struct runner *r, const struct plan_run *run, const char *dir,
		      const char *job, struct outcome *o)
{
	double planned_ms = run->kind == KIND_VERIFY ? 0 : r->plan->runtime * 1000;
	struct fio_result fio;
	char why[256];

	for (unsigned int k = 1; k <= plan_runs_each(r->plan, run->kind); k++) {
		char *name = fio_name(job, k), *path = bl_fmt("%s/fio-%s.json", dir, name);
		int err = fio_read(path, &fio, NULL, why, sizeof(why));

		err = err ? err : fio_check(&fio, planned_ms, why, sizeof(why));
		if (err && o->status == STATUS_OK)
			set_outcome(o, fio_status(err), bl_fmt("job %s: %s", name, why));
		free(path);
		free(name);
	}
}

/*
 * Check that the guest did the jobs in the plan's order, which is a factor of the analysis.
 * guest.json lists each call of fio.
 */
static void check_order(const struct runner *r, const struct plan_run *run, const char *dir,
			struct outcome *o)
{
	char *path = bl_fmt("%s/guest.json", dir);
	json_t *guest = json_load_file(path, 0, NULL);
	const json_t *calls = json_object_get(guest, "fio");

	for (size_t i = 0; i < run->n_jobs * plan_runs_each(r->plan, run->kind); i++) {
		char *name = fio_name(plan_get_job(r->plan, run, i % run->n_jobs),
				      1 + i / run->n_jobs);
		const char *done = bl_json_str(json_array_get(calls, i), "name", "none");

		if (o->status == STATUS_OK && strcmp(done, name))
			set_outcome(o, STATUS_INVALID,
				    bl_fmt("job %zu of the guest was %s, but the plan has %s", i + 1,
					   done, name));
		free(name);
	}
	json_decref(guest);
	free(path);
}

/*
 * Derive the small files of the collectors from the raw ones if the run is ok. Then remove
 * trace.dat unless the plan keeps it.
 */
static void derive_traces(struct runner *r, const struct plan_run *run, const char *dir,
			  struct outcome *o)
{
	unsigned int set = o->status != STATUS_OK ? 0 : r->plan->cells[run->cell].collect;
	char *guest_path = bl_fmt("%s/guest.json", dir), *path = bl_fmt("%s/" RUN_TRACE_DAT, dir);
	json_t *guest = set ? json_load_file(guest_path, 0, NULL) : NULL;
	char *why = NULL;
	int err = guest ? trace_derive(dir, guest, set, &why) : 0;

	if (err)
		set_outcome(o, err == -ENODATA ? STATUS_INVALID : STATUS_FAILED, why);
	if (!r->plan->keep)
		unlink(path);
	json_decref(guest);
	free(guest_path);
	free(path);
}

/* Compare the modules that the guest loaded with the files at hand. */
static void check_loaded(const struct runner *r, const char *dir, struct outcome *o)
{
	char *path = bl_fmt("%s/guest.json", dir), *why = NULL;
	json_t *guest = o->status == STATUS_OK ? json_load_file(path, 0, NULL) : NULL;

	if (guest)
		why = guest_files_check_loaded(&r->c->files, json_object_get(guest, "loaded"));
	if (why) {
		set_outcome(o, STATUS_INVALID, why);
		o->fresh_boot = true;	/* its cache of the file is stale */
	}
	json_decref(guest);
	free(path);
}

/*
 * Check the run on the host's side. fio's results, the traces or a kernel message can make a run
 * failed or invalid that the guest calls ok.
 */
static void check_run(struct runner *r, const struct plan_run *run, struct outcome *o)
{
	json_t *job, *msg, *plan = plan_run_to_json(r->plan, run);
	char *tmp = campaign_run_tmp(r->c, run->id);
	size_t i;

	if (r->vm.pid > 0 && vm_next(&r->vm, bl_mono() + 0.1, &msg) == VM_MESSAGE)
		json_decref(msg);
	check_clock(r, o);
	json_array_foreach(json_object_get(plan, "jobs"), i, job)
		if (o->status == STATUS_OK)
			check_job(r, run, tmp, json_string_value(job), o);
	check_loaded(r, tmp, o);
	if (o->status == STATUS_OK)
		check_order(r, run, tmp, o);
	derive_traces(r, run, tmp, o);
	if (r->vm.splat) {
		o->fresh_boot = true;
		if (o->status == STATUS_OK)
			set_outcome(o, STATUS_INVALID, bl_fmt("the guest's kernel complained: %s",
							      r->vm.splat));
	}
	json_decref(plan);
	free(tmp);
}

static void add_guest_facts(const struct runner *r, const struct plan_run *run, json_t *doc)
{
	char *tmp = campaign_run_tmp(r->c, run->id), *path = bl_fmt("%s/guest.json", tmp);
	json_t *guest = json_load_file(path, 0, NULL), *list = json_array(), *job;
	size_t i;

	json_array_foreach(json_object_get(doc, "jobs"), i, job) {
		for (unsigned int k = 1; k <= plan_runs_each(r->plan, run->kind); k++) {
			char *name = fio_name(json_string_value(job), k);
			char *file = bl_fmt("fio-%s.json", name);

			json_array_append_new(list, json_pack("{s:s, s:i, s:s}", "name",
							      json_string_value(job), "run",
							      (int)k, "file", file));
			free(file);
			free(name);
		}
	}
	json_object_set_new(doc, "jobs", list);
	json_object_set_new(doc, "guest", guest ? guest : json_null());
	free(path);
	free(tmp);
}

static json_t *clock_json(const struct runner *r, const struct outcome *o)
{
	double host_khz = r->cfg.accel == ACCEL_TCG ? vm_host_khz() : 0;

	if (!o->clock_read)
		return json_null();
	return json_pack("{s:f, s:f, s:f, s:f, s:f}", "guest_s", o->clock.guest, "host_min_s",
			 o->clock.host_min, "host_max_s", o->clock.host_max, "khz", o->clock.khz,
			 "true_khz", vm_find_true_khz(r->cfg.accel, host_khz));
}

static json_t *make_document(const struct runner *r, const struct plan_run *run,
			     const struct outcome *o, double started, double seconds)
{
	json_t *doc = plan_run_to_json(r->plan, run);

	json_object_set_new(doc, "schema", json_integer(RUN_SCHEMA));
	json_object_set_new(doc, "status", json_string(status_names[o->status]));
	json_object_set_new(doc, "reason", json_string(o->reason ? o->reason : ""));
	json_object_set_new(doc, "seconds", json_real(seconds));
	json_object_set_new(doc, "boot", json_integer(r->consoles));
	json_object_set_new(doc, "accel", json_string(accel_names[r->cfg.accel]));
	json_object_set_new(doc, "started", json_real(started));
	json_object_set_new(doc, "clock", clock_json(r, o));
	add_guest_facts(r, run, doc);
	return doc;
}

void run_count(struct run_result *res, enum run_status status)
{
	if (status == STATUS_OK)
		res->ok++;
	else if (status == STATUS_INVALID)
		res->invalid++;
	else
		res->failed++;
}

/* Record the run in its directory, in the journal, in the counts and in the progress line. */
static int record_run(struct runner *r, const struct plan_run *run, struct outcome *o,
		      double started, double seconds)
{
	double expected = pace_estimate_step(r->plan, r->before, run, r->cfg.accel);
	const char *label = r->plan->cells[run->cell].label;
	json_t *doc;
	int err;

	if (o->status == STATUS_INTERRUPTED) {
		campaign_drop_run(r->c, run->id);
		r->res->interrupted = true;
		return campaign_log(r->c, run->id, status_names[o->status], NULL);
	}
	doc = make_document(r, run, o, started, seconds);
	err = campaign_commit_run(r->c, run->id, doc);
	json_decref(doc);
	if (err)
		set_outcome(o, STATUS_FAILED,
			    bl_fmt("cannot write the run to %s: %s", r->c->runs, strerror(-err)));
	err = campaign_log(r->c, run->id, status_names[o->status], o->reason);
	run_count(r->res, o->status);
	r->estimated += expected;
	bl_progress_step(&r->progress, expected, o->status == STATUS_OK,
			 "%s %s %s: %s%s%s, %.1f s", run->id, kind_names[run->kind], label,
			 status_names[o->status], o->reason ? ": " : "", o->reason ? o->reason : "",
			 seconds);
	return err;
}

int run_one(struct runner *r, const struct plan_run *run)
{
	double started = bl_now(), t0 = bl_mono(), begun = 0;
	struct outcome o = {};
	json_t *msg;
	int err;

	err = campaign_log(r->c, run->id, "running", NULL);
	if (err)
		return err;
	err = campaign_begin_run(r->c, run->id);
	if (err)
		set_outcome(&o, STATUS_FAILED,
			    bl_fmt("cannot make a directory in %s: %s", r->c->runs, strerror(-err)));
	else if (!ensure_guest(r, run, &o)) {
		boots_log_run(r->c, r->consoles, run->id);
		begun = bl_mono();
		msg = make_request(r, run);
		if (vm_send(&r->vm, msg))
			set_guest_lost(r, &o, "start", r->vm.pid <= 0);
		json_decref(msg);
		if (!o.ended)
			follow_run(r, run, &o);
		if (o.status != STATUS_INTERRUPTED)
			check_run(r, run, &o);
		if (o.status == STATUS_OK)
			pace_add_run(&r->pace, r->plan, run, r->cfg.accel, bl_mono() - begun);
	}
	if (o.fresh_boot || o.status == STATUS_INTERRUPTED)
		run_stop_guest(r);
	err = record_run(r, run, &o, started, bl_mono() - t0);
	r->before = r->last = run;
	free(o.reason);
	return err;
}

