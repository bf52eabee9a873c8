// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The collector "memory": a process that reads the module's counters every SAMPLE_MS, and a
 * probe that counts the slow path of the kernel's IOVA allocator.
 *
 * memory.csv: "ms" since the start, and a column for each counter. The stock module has no
 * counters, and then there is no file. In guest.json "iova_slow": the calls of alloc_iova(),
 * which searches the tree of IOVA ranges.
 */
#include "guest/collect.h"
#include "guest/counters.h"
#include "proto/collector.h"
#include "proto/run-files.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <tracefs.h>
#include <unistd.h>

#define SAMPLE_MS	50
#define INSTANCE	"bouncelab-memory"
#define GROUP		"bl_memory"
#define SLOW		"iova_slow"

struct memory {
	pid_t pid;
	int stop;		/* the write end of a pipe: closing it stops the sampler */
	struct tracefs_instance *inst;
	bool probed;
};

/* --- the sampler, in its own process -------------------------------------------- */

static void write_sample(FILE *f, double t0, bool head)
{
	struct guest_counters c;

	if (guest_counters_read(&c))
		return;
	if (head) {
		fputs("ms", f);
		for (size_t i = 0; i < c.n; i++)
			fprintf(f, ",%s", c.v[i].name);
		fputc('\n', f);
	}
	fprintf(f, "%.1f", (bl_mono() - t0) * 1000);
	for (size_t i = 0; i < c.n; i++)
		fprintf(f, ",%lld", c.v[i].value);
	fputc('\n', f);
	guest_counters_free(&c);
}

/* Keep all samples in memory until the end: writing the host's file waits for the host. */
static _Noreturn void run_sampler(int stop, const char *path)
{
	struct itimerspec every = {
		.it_interval.tv_nsec = SAMPLE_MS * 1000000L,
		.it_value.tv_nsec = SAMPLE_MS * 1000000L,
	};
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	struct pollfd fds[] = { { .fd = timer, .events = POLLIN }, { .fd = stop } };
	double t0 = bl_mono();
	char *text = NULL;
	uint64_t ticks;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	timerfd_settime(timer, 0, &every, NULL);
	write_sample(f, t0, true);
	while (!(fds[1].revents & POLLHUP)) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			break;
		if (fds[0].revents & POLLIN && read(timer, &ticks, sizeof(ticks)) > 0)
			write_sample(f, t0, false);
	}
	write_sample(f, t0, false);
	fclose(f);
	/* There is no text without counters. */
	_exit(len && bl_write_file(path, text, len) ? 1 : 0);
}

static int start_sampler(struct memory *m, struct guest_run *r)
{
	char *path = bl_fmt("%s/" RUN_MEMORY_CSV, r->dir);
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0) {
		free(path);
		return guest_fail(&r->outcome, "memory: the pipe to the sampler cannot be made: %s",
				  strerror(errno));
	}
	m->pid = fork();
	if (!m->pid) {
		close(ends[1]);
		run_sampler(ends[0], path);
	}
	free(path);
	close(ends[0]);
	m->stop = ends[1];
	if (m->pid > 0)
		return 0;
	guest_fail(&r->outcome, "memory: the sampler cannot be started: %s", strerror(errno));
	close(m->stop);
	return -EAGAIN;
}

/* --- the probe -------------------------------------------------------------------- */

static int start_probe(struct memory *m, struct guest_run *r)
{
	if (tracefs_instance_file_append(NULL, "dynamic_events",
					 "f:" GROUP "/" SLOW " alloc_iova") < 0)
		return guest_fail(&r->outcome, "memory: the kernel refuses a probe on alloc_iova(): %s",
				  strerror(errno));
	m->probed = true;
	m->inst = tracefs_instance_create(INSTANCE);
	if (!m->inst || tracefs_event_file_append(m->inst, GROUP, SLOW, "trigger",
						  "hist:keys=common_cpu") < 0)
		return guest_fail(&r->outcome, "memory: the probe on alloc_iova() cannot count");
	return 0;
}

static long long count_slow_calls(struct memory *m)
{
	char *text = tracefs_event_file_read(m->inst, GROUP, SLOW, "hist", NULL);
	const char *p = text ? strstr(text, "Hits: ") : NULL;
	long long n = p ? atoll(p + strlen("Hits: ")) : -1;

	free(text);
	return n;
}

static void stop_probe(struct memory *m)
{
	if (m->inst) {
		tracefs_event_file_append(m->inst, GROUP, SLOW, "trigger",
					  "!hist:keys=common_cpu");
		tracefs_instance_destroy(m->inst);
		tracefs_instance_free(m->inst);
	}
	if (m->probed)
		tracefs_instance_file_append(NULL, "dynamic_events", "-:" GROUP "/" SLOW);
}

/* ---------------------------------------------------------------------------------- */

static void *start_memory(struct guest_run *r, unsigned int set)
{
	struct memory *m = bl_zalloc(sizeof(*m));

	(void)set;
	if (!start_probe(m, r) && !start_sampler(m, r))
		return m;
	stop_probe(m);
	free(m);
	return NULL;
}

static void stop_memory(void *state, struct guest_run *r)
{
	struct memory *m = state;
	int status = 0;

	json_object_set_new(r->doc, SLOW, json_integer(count_slow_calls(m)));
	stop_probe(m);
	close(m->stop);
	if (waitpid(m->pid, &status, 0) != m->pid || !WIFEXITED(status) || WEXITSTATUS(status))
		guest_fail(&r->outcome, "memory: the sampler did not write " RUN_MEMORY_CSV);
	free(m);
}

const struct collector_ops collect_memory = {
	COLLECT_BIT(COLLECT_MEMORY), start_memory, stop_memory,
};
