// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Jobs, each in a process of its own, and the report on them.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "run.h"

static struct episode episode;

void model_job(void *arg)
{
	struct job *job = arg;
	u64 quota = (job->o->ops + BL_PREFILL_NR - 1) / BL_PREFILL_NR, nr = 0;
	const char *why;

	if (job->o->episode >= 0)
		nr = job->o->episode;
	do {
		finding->episode = nr;
		if (!episode_make(&episode, job->entry->strategy, job->prefill,
				  job->o->seed, nr, &why))
			break;
		if (job->o->verbose && job->o->episode >= 0) {
			config_print(&episode.config);
			printf("\n");
		}
		episode_run(&episode, job->o->verbose && job->o->episode >= 0);
		nr++;
	} while (finding->ops < quota && job->o->episode < 0);
}

static void (*const tests[MODE_NR])(void *) = {
	[MODE_MODEL] = model_job,
	[MODE_THREADS] = threads_job,
	[MODE_LITMUS] = litmus_job,
};

static const char *const mode_names[MODE_NR] = { "model", "threads", "litmus" };

/* Return the seconds of CPU time after which a test hangs; generous, for sanitizers. */
static unsigned int limit_of(const struct job *job)
{
	if (job->mode == MODE_MODEL)
		return 60 + job->o->ops / 5000;
	return 120 + 10 * (unsigned int)job->o->seconds;
}

/* Print the share of each class of sizes in the maps. */
static void report_sizes(const struct finding *f)
{
	enum size_class class;

	if (!f->maps)
		return;
	printf("  sizes");
	for (class = 0; class < SIZE_CLASSES; class++)
		printf("%s %s: %.1f %%", class ? "," : "", size_class_names[class],
		       100.0 * f->sizes[class] / f->maps);
	printf("\n");
}

static void report_pass(const struct job *job)
{
	const struct finding *f = job->f;
	double seconds = (f->end_ns - f->start_ns) / 1e9;

	printf("%-14s %-5s %-8s ok    %6.1f s  %9llu %s", job->entry->strategy->name,
	       prefill_names[job->prefill], mode_names[job->mode], seconds, f->ops,
	       job->mode == MODE_LITMUS ? "rounds" : "ops");
	if (job->mode != MODE_LITMUS)
		printf(", %llu maps (%llu failed)", f->maps, f->map_failures);
	printf(", %llu faults (%llu SIGBUS)", f->faults, f->sigbus);
	/* These bytes show why the strategy does not promise them. */
	if (f->stale_seen)
		printf(", %llu stale bytes", f->stale_seen);
	printf("\n");
	if (job->mode != MODE_LITMUS)
		report_sizes(f);
}

/* Print a failure, and note the property that it breaks. */
static void report_failure(struct job *job)
{
	struct finding *f = job->f;
	enum prop prop = f->prop;
	const struct options *o = job->o;
	const char *why;

	printf("%-14s %-5s %-8s %s: %s: %s\n", job->entry->strategy->name,
	       prefill_names[job->prefill], mode_names[job->mode],
	       o->expecting ? "fails" : "FAILED", prop_names[f->prop], f->text);
	printf("  after %.2f s, %llu operations\n",
	       (f->end_ns - f->start_ns) / 1e9, f->ops);
	if (f->scene)
		printf("  scene %s\n", f->scene);
	job->failed |= BIT(prop);
	if (job->mode != MODE_MODEL || o->no_shrink)
		return;
	if (!episode_make(&episode, job->entry->strategy, job->prefill, o->seed,
			  f->episode, &why))
		return;
	printf("  ");
	config_print(&episode.config);
	printf("\n  again: make conform S=%s ARGS=\"--prefill %s --seed %llu --episode %llu\"\n",
	       job->entry->strategy->name, prefill_names[job->prefill], o->seed, f->episode);
	prop = shrink(&episode, f, f->step + 1);
	if (prop == (enum prop)f->prop)
		return;
	printf("  counted as: %s\n", prop_names[prop]);
	job->failed = (job->failed & ~BIT(f->prop)) | BIT(prop);
}

/* Those whose tests are of several properties, of which one is found first. */
bool goes_on(const struct job *job)
{
	unsigned int wanted = job->o->expected;

	return job->o->go_on && (!wanted || wanted & ~job->failed) &&
	       (job->mode == MODE_MODEL || job->mode == MODE_LITMUS);
}

/* Skip the other jobs of the strategy of jobs[FAILED]; end those that run. */
static void skip_rest(struct job *jobs, unsigned int nr, unsigned int failed, const pid_t *pids)
{
	unsigned int i;

	for (i = failed + 1; i < nr; i++) {
		if (jobs[i].entry != jobs[failed].entry || jobs[i].refused)
			continue;
		jobs[i].skipped = true;
		if (pids[i] && !jobs[i].done)
			kill(pids[i], SIGKILL);
	}
}

/* Report a job.  Return whether it runs again without the property that failed. */
static bool report(struct job *job)
{
	int prop = job->f->prop;

	if (job->skipped)
		return false;
	ignored = job->ignored;
	if (job->refused)
		printf("%-14s %-5s %-8s refused: it %s\n", job->entry->strategy->name,
		       prefill_names[job->prefill], mode_names[job->mode], job->why);
	else if (!job->f->claimed)
		report_pass(job);
	else
		report_failure(job);
	fflush(stdout);
	if (job->refused || !job->f->claimed || !goes_on(job) || prop >= PROP_NR)
		return false;
	job->ignored |= BIT(prop);
	return true;
}

static void end_one(struct job *jobs, const pid_t *pids, unsigned int nr)
{
	unsigned int i;
	int status;
	pid_t pid = waitpid(-1, &status, 0);

	for (i = 0; i < nr && pids[i] != pid; i++)
		;
	if (pid < 0 || i == nr)
		return;
	subtest_end(jobs[i].f, status);
	jobs[i].done = true;
}

static void start_one(struct job *job, pid_t *pid)
{
	ignored = job->ignored;
	job->done = false;
	*pid = subtest_start(job->f, tests[job->mode], job, limit_of(job));
}

static bool never_runs(const struct job *job)
{
	return job->refused || job->skipped;
}

/* Run all jobs.  Tests with threads need all CPUs, so they run one at a time. */
void jobs_run(struct job *jobs, unsigned int nr, const struct options *o)
{
	pid_t *pids = calloc(nr, sizeof(*pids));
	unsigned int next = 0, running = 0, shown = 0, limit;

	if (!pids)
		abort();
	while (shown < nr) {
		limit = next < nr && jobs[next].mode == MODE_MODEL ? o->jobs : 1;
		if (next < nr && (never_runs(&jobs[next]) || running < limit)) {
			if (never_runs(&jobs[next])) {
				jobs[next].done = true;
			} else {
				start_one(&jobs[next], &pids[next]);
				running++;
			}
			next++;
		} else {
			end_one(jobs, pids, nr);
			running--;
		}
		/* Report in the order of the list.  Failures are shrunk here. */
		while (shown < nr && jobs[shown].done) {
			if (report(&jobs[shown])) {
				start_one(&jobs[shown], &pids[shown]);
				running++;
			} else {
				if (o->first && jobs[shown].failed)
					skip_rest(jobs, nr, shown, pids);
				shown++;
			}
		}
	}
	free(pids);
}
