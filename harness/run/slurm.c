// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/slurm.h"
#include "lib/progress.h"
#include "vm/vm.h"
#include "lib/interrupt.h"
#include "run/pace.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* In single quotes, in which only the quote itself means something. */
static void quote(FILE *f, const char *s)
{
	fputc('\'', f);
	for (; *s; s++) {
		if (*s == '\'')
			fputs("'\\'", f);
		fputc(*s, f);
	}
	fputc('\'', f);
}

static int write_script(const struct campaign *c, unsigned int shards,
			const struct bl_strv *args, const char *path)
{
	struct bl_draft d;
	FILE *f = bl_draft_open(&d);
	int err;

	fputs("#!/bin/sh\n# One shard of this campaign; 'bouncelab run --slurm' has submitted it:\n",
	      f);
	fprintf(f, "# sbatch --array=1-%u --exclusive\n\ncd ", shards);
	quote(f, bl_root());
	fputs(" || exit 1\nexec build/bouncelab run", f);
	for (size_t i = 0; i < args->n; i++) {
		fputs(" \\\n\t", f);
		quote(f, args->v[i]);
	}
	fprintf(f, " \\\n\t--shard \"$SLURM_ARRAY_TASK_ID/%u\" --name \"$SLURM_ARRAY_TASK_ID\" --out ",
		shards);
	quote(f, c->dir);
	fputs("/parts\n", f);
	err = bl_draft_save(&d, path);
	if (err)
		bl_err("cannot write %s: %s", path, strerror(-err));
	return err;
}

/* Slurm takes a percent sign in a file's name for the beginning of a pattern. */
static char *log_pattern(const struct campaign *c)
{
	char *s = NULL;
	size_t size;
	FILE *f = open_memstream(&s, &size);

	fputs("--output=", f);
	for (const char *d = c->dir; *d; d++)
		fputs(*d == '%' ? "%%" : (char []){ *d, '\0' }, f);
	fputs("/slurm-%a.log", f);
	fclose(f);
	return s;
}

/* sbatch in a process group of its own: Ctrl-C is ours, and ends it by way of the tasks. */
static pid_t submit(const struct campaign *c, unsigned int shards, const char *script, int *out)
{
	char *array = bl_fmt("--array=1-%u", shards), *log = log_pattern(c);
	char *name = bl_fmt("--job-name=bouncelab-%s", c->name);
	const char *argv[] = { "sbatch", "--parsable", "--wait", "--exclusive", array, log, name,
			       script, NULL };
	int fd[2];
	pid_t pid = -1;

	if (!pipe2(fd, O_CLOEXEC)) {
		pid = fork();
		if (!pid) {
			setpgid(0, 0);
			dup2(fd[1], STDOUT_FILENO);
			execvp(argv[0], (char *const *)argv);
			_exit(127);
		}
		close(fd[1]);
		*out = fd[0];
		if (pid < 0)
			close(fd[0]);
	}
	free(name);
	free(log);
	free(array);
	return pid;
}

/* What is on record in all shards. */
static size_t count_runs(const struct campaign *c)
{
	char *pattern = bl_fmt("%s/parts/*/runs/[0-9]*/run.json", c->dir);
	size_t n = 0;
	glob_t g;

	if (!glob(pattern, 0, NULL, &g)) {
		n = g.gl_pathc;
		globfree(&g);
	}
	free(pattern);
	return n;
}

static void cancel(const char *job)
{
	const char *argv[] = { "scancel", job, NULL };
	char *out = NULL;

	fprintf(stderr, "cancelling job %s; what its tasks have finished is kept\n", job);
	if (bl_run_capture(argv, &out, false))
		bl_err("cannot cancel it: 'scancel %s' by hand", job);
	free(out);
}

/* "123" or, with a cluster, "123;name": the number. */
/* false at the end of what sbatch says. */
static bool read_job(int fd, char *job, size_t size)
{
	size_t len = strlen(job);
	ssize_t n = read(fd, job + len, size - len - 1);

	if (n <= 0)
		return false;
	job[len + n] = '\0';
	return true;
}

static bool is_job(char *job)
{
	size_t n = strspn(job, "0123456789");

	if (!n || !job[n])
		return false;
	job[n] = '\0';
	return true;
}

/* Until sbatch ends, which is when all tasks have. Its exit status of wait(). */
static int follow(const struct campaign *c, const struct plan *p, pid_t pid, int out)
{
	double each = pace_estimate_plan(p, pace_guess_accel(p)) / (p->n_runs ? p->n_runs : 1);
	struct bl_progress pr;
	bool known = false, open = true, cancelled = false;
	size_t done = 0, now;
	char job[64] = "";
	int status = 0;

	bl_progress_start(&pr, p->n_runs, each * p->n_runs);
	while (waitpid(pid, &status, WNOHANG) != pid) {
		struct pollfd pfd = { .fd = open ? out : -1, .events = POLLIN };

		if (poll(&pfd, 1, 500) > 0)
			open = read_job(out, job, sizeof(job));
		if (!known && is_job(job)) {
			known = true;
			bl_progress_note(&pr, "%s: job %s is submitted", c->dir, job);
		}
		for (now = count_runs(c); done < now; done++)
			bl_progress_step(&pr, each, true, "a run is on record");
		bl_progress_now(&pr, "job %s", job);
		if (bl_interrupted && known && !cancelled) {
			cancelled = true;
			bl_progress_end(&pr);
			cancel(job);
		} else if (bl_interrupted && !known) {
			kill(pid, SIGTERM);
		}
	}
	bl_progress_end(&pr);
	return status;
}

int bl_slurm_run(const struct campaign *c, const struct plan *p, unsigned int shards,
		 const struct bl_strv *args)
{
	char *script = bl_fmt("%s/slurm.sh", c->dir), *sbatch = bl_which("sbatch");
	int err = write_script(c, shards, args, script), out = -1, status;
	pid_t pid;

	if (!err && !sbatch) {
		bl_err("sbatch: not found; --slurm needs a machine that may submit jobs to Slurm");
		err = -ENOENT;
	}
	if (err)
		goto out;
	pid = submit(c, shards, script, &out);
	if (pid < 0) {
		err = -errno;
		bl_err("cannot start sbatch: %s", strerror(-err));
		goto out;
	}
	status = follow(c, p, pid, out);
	close(out);
	if (bl_interrupted)
		err = -EINTR;
	else if (status)
		err = -EIO;
	if (err == -EIO)
		bl_err("not all tasks ended well; %s/slurm-*.log say why", c->dir);
out:
	free(sbatch);
	free(script);
	return err;
}

void bl_slurm_parts(const struct campaign *c, struct bl_strv *dirs)
{
	char *pattern = bl_fmt("%s/parts/[0-9]*/plan.json", c->dir);
	glob_t g;

	if (!glob(pattern, 0, NULL, &g)) {
		for (size_t i = 0; i < g.gl_pathc; i++) {
			*strrchr(g.gl_pathv[i], '/') = '\0';
			bl_strv_add(dirs, g.gl_pathv[i]);
		}
		globfree(&g);
	}
	free(pattern);
}
