// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/collect-profile.h"
#include "proto/run-files.h"
#include "guest/proc.h"
#include "proto/guest-paths.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DATA		GUEST_TMP "/perf.data"
#define LOG		GUEST_TMP "/perf.log"
#define START_MS	30000
#define STOP_MS		60000
#define SCRIPT_MS	180000

struct guest_profile {
	struct guest_proc perf;
};

static int failed(struct guest_run *r, const char *what)
{
	char tail[300];

	guest_last_lines(LOG, 3, tail, sizeof(tail));
	return guest_fail(&r->outcome, "profile: %s%s%s", what, *tail ? ": " : "", tail);
}

struct guest_profile *guest_profile_start(struct guest_run *r)
{
	struct guest_profile *p = bl_zalloc(sizeof(*p));
	char *hz = bl_fmt("%d", PROFILE_HZ);
	const char *const argv[] = {
		"perf", "record", "-q", "-a", "-g", "-e", "cpu-clock", "-F", hz, "-o", DATA, NULL
	};
	int log, ret;

	unlink(DATA);
	log = open(LOG, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ret = guest_spawn(&p->perf, "perf", argv, log, log);
	if (log >= 0)
		close(log);
	free(hz);
	if (!ret)
		ret = guest_wait_path(DATA, &p->perf, START_MS);
	if (!ret)
		return p;
	failed(r, "perf record does not start");
	guest_proc_put(&p->perf);
	free(p);
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
	    guest_wait(&script, NULL, SCRIPT_MS) || !guest_proc_ok(&script))
		failed(r, "perf script");
	guest_proc_put(&script);
	if (out >= 0)
		close(out);
	if (log >= 0)
		close(log);
	free(path);
}

/* On SIGTERM it writes all that it has, and then sends it to itself again. */
static bool ended_in_order(const struct guest_proc *p)
{
	return guest_proc_ok(p) || (WIFSIGNALED(p->status) && WTERMSIG(p->status) == SIGTERM);
}

void guest_profile_stop(struct guest_profile *p, struct guest_run *r)
{
	if (!p)
		return;
	if (guest_exited(&p->perf))
		failed(r, "perf record ended before the jobs did");
	else if (guest_stop(&p->perf, STOP_MS))
		failed(r, "perf record does not end");
	else if (!ended_in_order(&p->perf))
		failed(r, "perf record does not end in order");
	else
		write_script(r);
	guest_proc_put(&p->perf);
	unlink(DATA);
	free(p);
}
