// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The collector "profile": perf samples the call chains of all CPUs HZ times a second. The
 * guest has no non-maskable interrupts: a sample that falls into code with interrupts off is
 * taken where they are switched on again.
 *
 * perf.txt: the call chains, as `perf script` prints them.
 */
#include "guest/collect.h"
#include "guest/proc.h"
#include "proto/collector.h"
#include "proto/guest-paths.h"
#include "proto/run-files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HZ		"499"
#define DATA		GUEST_TMP "/perf.data"
#define LOG		GUEST_TMP "/perf.log"
#define START_MS	30000
#define STOP_MS		60000
#define SCRIPT_MS	180000

/* Fail the run, with the end of perf's messages. */
static int fail_with_log(struct guest_run *r, const char *what)
{
	char tail[300];

	guest_last_lines(LOG, 3, tail, sizeof(tail));
	return guest_fail(&r->outcome, "profile: %s%s%s", what, *tail ? ": " : "", tail);
}

static void *start_profile(struct guest_run *r, unsigned int set)
{
	static const char *const argv[] = {
		"perf", "record", "-q", "-a", "-g", "-e", "cpu-clock", "-F", HZ, "-o", DATA, NULL
	};
	struct guest_proc *perf = bl_zalloc(sizeof(*perf));
	int log, ret;

	(void)set;
	unlink(DATA);
	log = open(LOG, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ret = guest_spawn(perf, "perf", argv, log, log);
	if (log >= 0)
		close(log);
	if (!ret)
		ret = guest_wait_path(DATA, perf, START_MS);
	if (!ret)
		return perf;
	fail_with_log(r, "perf record does not start");
	guest_forget(perf);
	free(perf);
	return NULL;
}

static void write_script(struct guest_run *r)
{
	static const char *const argv[] = {
		"perf", "script", "-i", DATA, "-F", "comm,ip,sym", "--no-inline",
		"--show-lost-events", NULL
	};
	char *path = bl_fmt("%s/" RUN_PERF_TXT, r->dir);
	int out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int log = open(LOG, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	struct guest_proc script = {};

	if (out < 0 || guest_spawn(&script, "perf script", argv, out, log) ||
	    guest_wait(&script, NULL, SCRIPT_MS) || !guest_succeeded(&script))
		fail_with_log(r, "perf script fails");
	guest_forget(&script);
	if (out >= 0)
		close(out);
	if (log >= 0)
		close(log);
	free(path);
}

/* On SIGTERM perf writes all that it has, and then ends itself by the same signal. */
static bool ended_in_order(const struct guest_proc *p)
{
	return guest_succeeded(p) || (WIFSIGNALED(p->status) && WTERMSIG(p->status) == SIGTERM);
}

static void stop_profile(void *state, struct guest_run *r)
{
	struct guest_proc *perf = state;

	if (guest_exited(perf))
		fail_with_log(r, "perf record ended before the jobs did");
	else if (guest_stop(perf, STOP_MS))
		fail_with_log(r, "perf record cannot be stopped");
	else if (!ended_in_order(perf))
		fail_with_log(r, "perf record ended with an error");
	else
		write_script(r);
	guest_forget(perf);
	unlink(DATA);
	free(perf);
}

const struct collector_ops collect_profile = {
	COLLECT_BIT(COLLECT_PROFILE), start_profile, stop_profile,
};
