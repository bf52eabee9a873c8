// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a campaign's run directories into one table. */
#include "campaign/campaign.h"
#include "campaign/journal.h"
#include "stats/stats.h"
#include "eval/summary.h"
#include "proto/collector.h"

#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One planned run while its rows are made. */
struct run_state {
	const json_t *plan;	/* its object in plan.json */
	const char *id;
	enum run_kind kind;
	char *dir;
	json_t *doc;		/* run.json, NULL if there is none */
	const json_t *journal;	/* its last line in the journal, or NULL */
	size_t first_row, n_rows;
};

/* --- one run -------------------------------------------------------------- */

static const struct fio_result no_result = {
	.iops = NAN, .bw_bytes = NAN, .ios = NAN, .runtime_ms = NAN,
	.clat_p50_ns = NAN, .clat_p99_ns = NAN,
};

static void add_rows(struct summary *s, struct run_state *run)
{
	const json_t *jobs = json_object_get(run->plan, "jobs");
	size_t n = json_array_size(jobs);

	run->first_row = s->n_rows;
	run->n_rows = n;
	s->rows = bl_realloc(s->rows, (s->n_rows + n) * sizeof(*s->rows));
	for (size_t i = 0; i < n; i++) {
		const char *job = json_string_value(json_array_get(jobs, i));

		s->rows[s->n_rows++] = (struct sum_row){
			.run = run->id,
			.kind = run->kind,
			.label = bl_json_str(run->plan, "label", "?"),
			.strategy = bl_json_str(run->plan, "strategy", "?"),
			.collect = bl_json_str(run->plan, "collect", COLLECT_OFF),
			.job = job ? job : "?",
			.position = i + 1,
			.block = bl_json_int(run->plan, "block", 0),
			.shard = s->shard.of ? s->shard.index :
				 shard_of_block(s->shards, bl_json_int(run->plan, "block", 0)),
			.page_order = bl_json_int(run->plan, "page_order", 0),
			.bounce_mb = bl_json_int(run->plan, "bounce_mb", 0),
			.unsafe = json_is_true(json_object_get(run->plan, "unsafe")),
			.fio = no_result,
		};
		for (size_t a = 0; a < AXES; a++)
			s->rows[s->n_rows - 1].axis[a] =
				bl_json_str(run->plan, axis_names[a], "-");
	}
}

/* Set the status of all rows of a run: the run is the unit. */
static void set_status(struct summary *s, const struct run_state *run,
		       enum run_status status, const char *reason)
{
	for (size_t i = 0; i < run->n_rows; i++) {
		struct sum_row *r = &s->rows[run->first_row + i];

		free(r->reason);
		r->status = status;
		r->reason = status == STATUS_OK ? NULL : bl_strdup(reason);
	}
	s->n_status[status]++;
}

static void use_journal(struct summary *s, const struct run_state *run)
{
	const char *state = bl_json_str(run->journal, "state", "");
	int status = bl_find_name(status_names, STATUSES, state);
	const char *reason = bl_json_str(run->journal, "reason", "no reason was recorded");

	if (status == STATUS_FAILED || status == STATUS_INVALID)
		set_status(s, run, status, reason);
	else if (status == STATUS_OK)
		set_status(s, run, STATUS_MISSING, "the journal says ok, but run.json is gone");
	else if (!strcmp(state, "running"))
		set_status(s, run, STATUS_MISSING, "interrupted while it ran");
	else
		set_status(s, run, STATUS_MISSING, "not run");
}

/* Return the file that run.json names for a job the @k-th time, else the usual name. */
static char *fio_file(const struct run_state *run, const char *job, unsigned int k)
{
	const json_t *jobs = json_object_get(run->doc, "jobs"), *j;
	const char *file = NULL;
	char *name, *path;
	size_t i;

	json_array_foreach(jobs, i, j)
		if (!strcmp(bl_json_str(j, "name", ""), job) && bl_json_int(j, "run", 1) == k)
			file = bl_json_str(j, "file", NULL);
	name = fio_name(job, k);
	path = file && !strchr(file, '/') ? bl_fmt("%s/%s", run->dir, file) :
					    bl_fmt("%s/fio-%s.json", run->dir, name);
	free(name);
	return path;
}

/* Return the median of one member over all runs of a job on a device. */
static double median_of(const struct fio_result *f, size_t n, size_t offset)
{
	double *x = bl_zalloc(n * sizeof(*x)), m;

	for (size_t i = 0; i < n; i++)
		x[i] = *(const double *)((const char *)&f[i] + offset);
	m = stats_median(x, n);
	free(x);
	return m;
}

/* Set the device's values: the medians of its runs, and the sum of their I/Os. */
static void combine_runs(struct sum_row *r, const struct fio_result *f, unsigned int n, bool whole)
{
	r->fio = f[0];
	r->each = bl_zalloc(n * sizeof(*r->each));
	r->n_each = n;
	for (unsigned int k = 0; k < n; k++) {
		r->each[k] = f[k].iops;
		if (!k)
			continue;
		r->fio.ios += f[k].ios;
		r->fio.runtime_ms = fmin(r->fio.runtime_ms, f[k].runtime_ms);
	}
	if (n == 1)
		return;
	r->fio.iops = median_of(f, n, offsetof(struct fio_result, iops));
	r->fio.bw_bytes = median_of(f, n, offsetof(struct fio_result, bw_bytes));
	r->fio.clat_p50_ns = whole ? hist_percentile(&r->hist, 0.50) :
				     NAN;
	r->fio.clat_p99_ns = whole ? hist_percentile(&r->hist, 0.99) :
				     NAN;
}

/* Read all runs of a row's job. Return the first objection, or NULL. The caller frees it. */
static char *read_job(struct summary *s, const struct run_state *run, struct sum_row *r)
{
	double planned = run->kind != KIND_VERIFY ? s->runtime_ms : 0;
	unsigned int n = run->kind != KIND_TIME ? 1 : s->runs_each;
	struct fio_result *f = bl_zalloc(n * sizeof(*f));
	char *objection = NULL, why[256];
	bool whole = true, broken = false;

	for (unsigned int k = 1; k <= n; k++) {
		char *path = fio_file(run, r->job, k), *name = fio_name(r->job, k);
		struct hist h = {};
		int err = fio_read(path, &f[k - 1], &h, why, sizeof(why));

		broken |= err;
		err = err ? err : fio_check(&f[k - 1], planned, why, sizeof(why));
		if (err && !objection)
			objection = bl_fmt("job %s: %s", name, why);
		whole &= h.n > 0;
		hist_merge(&r->hist, &h);
		hist_free(&h);
		free(name);
		free(path);
	}
	/* Without the histogram of each run the device has none. */
	if (!whole)
		hist_free(&r->hist);
	if (!broken)
		combine_runs(r, f, n, whole);
	free(f);
	return objection;
}

/* Read all jobs of a run. Return the first objection, or NULL. The caller frees it. */
static char *read_jobs(struct summary *s, const struct run_state *run)
{
	char *objection = NULL;

	for (size_t i = 0; i < run->n_rows; i++) {
		struct sum_row *r = &s->rows[run->first_row + i];
		char *why = read_job(s, run, r);

		r->boot = bl_json_int(run->doc, "boot", 0);
		if (objection)
			free(why);
		else
			objection = why;
	}
	return objection;
}

/* Return the member in which a run.json is that of another run than planned, or NULL. */
static const char *find_other_member(const struct run_state *run)
{
	static const char *const keys[] = {
		"label", "id", "kind", "block", "strategy", "page_order", "bounce_mb", "unsafe",
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const json_t *planned = json_object_get(run->plan, keys[i]);
		const json_t *done = json_object_get(run->doc, keys[i]);

		/* Older run.json have fewer members; all have the label. */
		if ((done || !i) && !json_equal((json_t *)planned, (json_t *)done))
			return keys[i];
	}
	for (size_t a = 0; a < AXES; a++) {
		const json_t *done = json_object_get(run->doc, axis_names[a]);

		if (done && !json_equal(json_object_get(run->plan, axis_names[a]), (json_t *)done))
			return axis_names[a];
	}
	return NULL;
}

static void use_run_json(struct summary *s, const struct run_state *run)
{
	int status = bl_find_name(status_names, STATUSES, bl_json_str(run->doc, "status", NULL));
	const char *reason = bl_json_str(run->doc, "reason", ""), *other = find_other_member(run);
	char *objection = read_jobs(s, run);

	if (!*reason)
		reason = "no reason was recorded";
	if (status == STATUS_FAILED || status == STATUS_INVALID) {
		set_status(s, run, status, reason);
	} else if (status != STATUS_OK) {
		set_status(s, run, STATUS_INVALID, "run.json has no valid status");
	} else if (other) {
		free(objection);
		objection = bl_fmt("run.json has another %s than plan.json", other);
		set_status(s, run, STATUS_INVALID, objection);
	} else if (objection) {
		set_status(s, run, STATUS_INVALID, objection);
	} else {
		set_status(s, run, STATUS_OK, NULL);
	}
	free(objection);
}

static void note_accel(struct summary *s, const json_t *doc)
{
	const char *accel = bl_json_str(doc, "accel", NULL);

	if (!accel)
		return;
	if (strcmp(accel, "kvm"))
		s->emulated = true;
	if (!strcmp(s->accel, "unknown"))
		snprintf(s->accel, sizeof(s->accel), "%s", accel);
	else if (strcmp(s->accel, accel))
		strcpy(s->accel, "mixed");
}

/* Return the kind of a run in plan.json, or a negative number. */
static int kind_of(const json_t *run)
{
	return bl_find_name(kind_names, KINDS, bl_json_str(run, "kind", NULL));
}

static void load_run(struct summary *s, const json_t *plan, const json_t *journal)
{
	struct run_state run = {
		.plan = plan,
		.id = bl_json_str(plan, "id", "?"),
		.kind = kind_of(plan),
	};
	json_error_t e;
	char *path, *why;

	run.dir = bl_fmt("%s/runs/%s", s->dir, run.id);
	run.journal = json_object_get(journal, run.id);
	add_rows(s, &run);

	path = bl_fmt("%s/run.json", run.dir);
	run.doc = json_load_file(path, 0, &e);
	why = bl_json_schema_error(path, run.doc, RUN_SCHEMA);
	if (!run.doc && bl_exists(path))
		why = bl_fmt("run.json, line %d: %s", e.line, e.text);
	if (why) {
		set_status(s, &run, STATUS_INVALID, why);
	} else if (run.doc) {
		note_accel(s, run.doc);
		use_run_json(s, &run);
	} else {
		use_journal(s, &run);
	}
	free(why);
	s->n_runs++;
	json_decref(run.doc);
	free(path);
	free(run.dir);
}

/* --- the campaign --------------------------------------------------------- */

static int use_plan(struct summary *s, const char *path)
{
	const json_t *jobs, *job, *run;
	bool kinds_known = true;
	int order;
	size_t i;

	s->plan = bl_json_load(path);
	if (!s->plan)
		return -EBADMSG;
	if (bl_json_check_schema(path, s->plan, PLAN_SCHEMA))
		return -EBADMSG;
	jobs = json_object_get(s->plan, "jobs");
	json_array_foreach(jobs, i, job)
		if (json_is_string(job))
			bl_strv_add(&s->jobs, json_string_value(job));
	json_array_foreach(json_object_get(s->plan, "runs"), i, run)
		kinds_known = kinds_known && kind_of(run) >= 0;
	s->plane = bl_json_str(s->plan, "plane", "unknown");
	s->baseline = bl_json_str(s->plan, "baseline", NULL);
	s->runs_each = bl_json_int(s->plan, "runs_each", 1);
	s->boot = bl_json_str(s->plan, "boot", "campaign");
	/* Before there was this key, each device did all jobs in the plan's order. */
	order = bl_find_name(order_names, ORDERS,
			     bl_json_str(s->plan, "order", order_names[ORDER_LISTED]));
	s->order = order;
	s->shards = bl_json_int(s->plan, "shards", 0);
	s->runtime_ms = 1000 * bl_json_num(s->plan, "runtime_s", 0);
	if (order < 0 || shard_from_json(&s->shard, s->plan) || !s->baseline || !s->jobs.n ||
	    !(s->runtime_ms > 0) || !kinds_known ||
	    s->runs_each - 1 >= PLAN_MAX_RUNS ||
	    !json_array_size(json_object_get(s->plan, "runs"))) {
		bl_err("%s: baseline, jobs, runtime_s or runs are missing, or order or the kind of "
		       "a run is unknown: not a plan that 'bouncelab run' has written", path);
		return -EBADMSG;
	}
	return 0;
}

/* Tell whether the run is of this shard and not skipped by the stop rule. */
static bool is_planned(const struct summary *s, const json_t *run)
{
	unsigned int block = bl_json_int(run, "block", 0);

	return shard_has_block(&s->shard, block) &&
	       !stop_state_skips(&s->stop, kind_of(run), block);
}

/* Load the files of the campaign itself: plan, environment, journal, state of the stop rule. */
static int load_campaign(struct summary *s, json_t **journal)
{
	char *path = bl_fmt("%s/plan.json", s->dir);
	int err = use_plan(s, path);

	free(path);
	err = err ? err : campaign_load_env(s->dir, &s->env);
	err = err ? err : stop_state_load(&s->stop, s->dir);
	return err ? err : campaign_load_journal(s->dir, journal);
}

int summary_load(struct summary *s, const char *dir)
{
	json_t *journal = NULL;
	const json_t *run;
	char *copy;
	size_t i;
	int err;

	*s = (struct summary){ .accel = "unknown" };
	s->dir = realpath(dir, NULL);
	if (!s->dir) {
		err = -errno;
		bl_err("%s: %s", dir, strerror(errno));
		return err;
	}
	copy = bl_strdup(s->dir);
	s->name = bl_strdup(basename(copy));
	free(copy);
	err = load_campaign(s, &journal);
	if (!err) {
		snprintf(s->state, sizeof(s->state), "%s",
			 bl_json_str(json_object_get(journal, ""), "state", ""));
		json_array_foreach(json_object_get(s->plan, "runs"), i, run)
			if (is_planned(s, run))
				load_run(s, run, journal);
	}
	json_decref(journal);
	if (err)
		summary_free(s);
	return err;
}

bool summary_traced(const struct summary *s)
{
	for (size_t i = 0; i < s->n_rows; i++)
		if (strcmp(s->rows[i].collect, COLLECT_OFF))
			return true;
	return false;
}

void summary_free(struct summary *s)
{
	for (size_t i = 0; i < s->n_rows; i++) {
		free(s->rows[i].reason);
		free(s->rows[i].each);
		hist_free(&s->rows[i].hist);
	}
	free(s->rows);
	bl_strv_free(&s->jobs);
	json_decref(s->plan);
	json_decref(s->env);
	free(s->name);
	free(s->dir);
	*s = (struct summary){};
}
