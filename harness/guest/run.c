// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One run: make a fresh device, run the jobs, take the device down, whatever failed before.
 */
#include "proto/run-files.h"
#include "guest/run.h"
#include "guest/collect.h"
#include "guest/counters.h"
#include "guest/device.h"
#include "guest/fio-run.h"
#include "guest/log.h"
#include "guest/sysfs.h"
#include "proto/axes.h"
#include "proto/guest-paths.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static void describe_guest(struct guest_run *r)
{
	struct utsname u;
	char *cmdline;

	uname(&u);
	json_object_set_new(r->doc, "kernel", json_pack("{s:s, s:s}", "release", u.release,
							"version", u.version));
	if (bl_read_file("/proc/cmdline", &cmdline, NULL))
		return;
	json_object_set_new(r->doc, "cmdline", json_string(bl_strip(cmdline)));
	free(cmdline);
}

static int all_jobs(struct guest_run *r, struct guest_device *d, struct guest_log *log)
{
	json_t *files = json_object_get(r->op, "job_files"), *file;
	unsigned int runs = bl_json_int(r->op, "runs", 1);
	size_t i;
	int ret = 0;

	if (!json_array_size(files))
		return guest_fail(&r->outcome, "the host's request names no job files");
	json_array_foreach(files, i, file)
		if (!json_is_string(file))
			return guest_fail(&r->outcome, "the host's request has a job file that is no text");
	/* Run all jobs before a job runs again, so that a drift is the same for all jobs. */
	for (unsigned int k = 1; k <= runs; k++) {
		json_array_foreach(files, i, file) {
			/* An error leaves the disk in an unknown state: run no more jobs. */
			ret = guest_run_fio(r, json_string_value(file), k, &d->daemon);
			guest_log_drain(log);
			if (ret && r->outcome.failed)
				return ret;
		}
	}
	return ret;
}

static void write_counters(struct guest_run *r, const struct guest_counters *before)
{
	char *path = bl_fmt("%s/counters.csv", r->dir);
	struct guest_counters after;
	int ret;

	ret = guest_counters_read(&after);
	json_object_set_new(r->doc, "counters", json_string(ret ? "absent" : "counters.csv"));
	if (ret && !r->intree)
		guest_fail(&r->outcome, "the module's counters cannot be read: %s",
			   strerror(-ret));
	ret = guest_counters_write(path, before, &after);
	if (ret)
		guest_fail(&r->outcome, "cannot write %s: %s", path, strerror(-ret));
	guest_counters_free(&after);
	free(path);
}

/*
 * Put fio's buffers of 64k into huge pages. In small pages, the number of neighbouring pages
 * decides how many segments, and so mappings, an I/O has, which moved IOPS by 10 to 30 % from
 * one device to the next.
 */
static int reserve_huge_pages(struct guest_outcome *o)
{
	static const char path[] = "/proc/sys/vm/nr_hugepages";
	static const int wanted = 32;
	char *text = NULL, *line = bl_fmt("%d\n", wanted);
	int fd, err = 0, got = 0;

	if (!bl_read_file(path, &text, NULL))
		got = atoi(text);
	fd = got < wanted ? open(path, O_WRONLY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		if (write(fd, line, strlen(line)) < 0)
			err = errno;
		close(fd);
		free(text);
		text = NULL;
		got = bl_read_file(path, &text, NULL) ? 0 : atoi(text);
	}
	free(text);
	free(line);
	return got >= wanted ? 0 :
	       guest_fail(o, "%s: the guest has %d huge pages for fio's buffers, not %d%s%s", path,
			  got, wanted, err ? ": " : "", err ? strerror(err) : "");
}

/*
 * Let the kernel end RCU's grace periods at once (@on), at the cost of interrupts to all CPUs, or as it
 * does by itself, which is what is measured. Events of the tracer, modules and devices wait for many
 * grace periods, each of which takes a few ticks of an idle kernel. A kernel without the file is slow.
 */
static void expedite_rcu(bool on)
{
	int fd = open("/sys/kernel/rcu_expedited", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, on ? "1" : "0", 1) != 1)
		bl_err("guest: /sys/kernel/rcu_expedited: %s", strerror(errno));
	close(fd);
}

static void measure(struct guest_run *r, struct guest_device *d, struct guest_log *log)
{
	struct guest_counters before;
	struct guest_collect collect;
	int ret;

	if (reserve_huge_pages(&r->outcome))
		return;
	ret = guest_collect_start(&collect, r);
	guest_counters_read(&before);
	expedite_rcu(false);
	if (!ret)
		all_jobs(r, d, log);
	expedite_rcu(true);
	guest_collect_stop(&collect, r);
	write_counters(r, &before);
	guest_counters_free(&before);
}

/* End all processes that the run left behind: none may live on into the next run. */
static void end_strays(const struct guest_outcome *o)
{
	if (o->failed)
		kill(-1, SIGKILL);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static int open_run(struct guest_run *r, const json_t *op)
{
	const char *dir = bl_json_str(op, "dir", "");
	const char *kind_name = bl_json_str(op, "kind", kind_names[KIND_TIME]);
	int kind, ret;

	memset(r, 0, sizeof(*r));
	r->op = op;
	r->id = bl_json_str(op, "id", "?");
	kind = bl_find_name(kind_names, KINDS, kind_name);
	r->strategy = bl_json_str(op, "strategy", INTREE);
	r->intree = !strcmp(r->strategy, INTREE);
	r->doc = json_pack("{s:i, s:s, s:s, s:b, s:o, s:[]}", "schema", GUEST_SCHEMA, "status",
			   status_names[STATUS_FAILED], "reason", "", "reboot", 0, "ms",
			   json_object(), "fio");
	r->ms = json_object_get(r->doc, "ms");
	if (kind < 0)
		return guest_fail(&r->outcome, "the host asks for the unknown kind of run '%s'",
				  kind_name);
	r->kind = kind;
	if (!*dir || strchr(dir, '/') || !strcmp(dir, ".."))
		return guest_fail(&r->outcome, "the host asks for a run directory of the bad name '%s'",
				  dir);
	r->dir = bl_fmt("%s/%s", GUEST_RUNS, dir);
	ret = bl_mkdir_p(r->dir);
	return ret ? guest_fail(&r->outcome, "cannot make %s: %s", r->dir, strerror(-ret)) : 0;
}

static void close_run(struct guest_run *r, struct guest_outcome *o)
{
	char *path;
	int ret;

	json_object_set_new(r->doc, "status", json_string(guest_status(&r->outcome)));
	json_object_set_new(r->doc, "reason", json_string(r->outcome.reason));
	json_object_set_new(r->doc, "reboot", json_boolean(r->outcome.reboot));
	if (r->dir) {
		path = bl_fmt("%s/guest.json", r->dir);
		ret = bl_json_write(path, r->doc);
		if (ret)
			guest_fail(&r->outcome, "cannot write %s: %s", path, strerror(-ret));
		free(path);
	}
	*o = r->outcome;
	json_decref(r->doc);
	free(r->dir);
}

void guest_do_run(const json_t *op, struct guest_outcome *o)
{
	struct guest_device dev;
	struct guest_log log;
	struct guest_run r;
	double t0 = bl_mono(), t;

	if (open_run(&r, op)) {
		close_run(&r, o);
		return;
	}
	expedite_rcu(true);
	guest_log_start(&log, &r);
	describe_guest(&r);
	guest_record_memory(&r, "before");
	if (!guest_attach(&r, &dev)) {
		guest_record_ms(&r, "attach", t0);
		guest_record_loaded(&r);
		guest_log_drain(&log);
		measure(&r, &dev, &log);
	} else {
		guest_log_drain(&log);
		if (*log.last)
			guest_fail(&r.outcome, "the last line of the kernel's log: %s", log.last);
	}
	guest_log_drain(&log);
	t = bl_mono();
	guest_detach(&r, &dev);
	end_strays(&r.outcome);
	guest_record_ms(&r, "detach", t);
	guest_record_memory(&r, "after");
	guest_log_finish(&log, &r);
	guest_record_ms(&r, "total", t0);
	close_run(&r, o);
}
