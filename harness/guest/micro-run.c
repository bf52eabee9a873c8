// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/micro-run.h"
#include "guest/device.h"
#include "guest/log.h"
#include "guest/sysfs.h"
#include "proto/micro-config.h"
#include "kmod/uapi/micro-ioctl.h"
#include "proto/guest-paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NULL_STRATEGY	"null"
#define LOG_DIR		GUEST_TMP "/micro"

static bool is_null(const struct guest_run *r)
{
	return !strcmp(r->strategy, NULL_STRATEGY);
}

/* Load the modules, make the device and choose its strategy. */
static int set_up(struct guest_run *r, struct guest_mods *mods)
{
	const char *file = bl_json_str(r->op, "module", "");
	int ret;

	ret = guest_mod_load_deps(mods, &r->outcome, "vduse");
	if (!ret)
		ret = guest_mod_load_file(mods, &r->outcome, "bouncelab", file,
					  "unsafe_direct=1 unsafe_unzeroed=1");
	if (!ret)
		ret = guest_device_create(&r->outcome);
	if (!ret && !is_null(r))
		ret = guest_apply_settings(r);
	return ret;
}

static void take_down(struct guest_run *r, struct guest_mods *mods)
{
	if (guest_device_destroy(&r->outcome))
		r->outcome.reboot = true;
	else
		guest_mod_unload(mods, &r->outcome);
	bl_strv_free(&mods->loaded);
}

static json_t *result_json(const struct guest_run *r, const struct micro_request *rq,
			   const struct micro_result *results)
{
	json_t *j = micro_result_json(&results[0]), *threads = json_array();

	for (u32 i = 1; i < rq->nr_results; i++)
		json_array_append_new(threads, json_integer(results[i].operations));
	json_object_set_new(j, "strategy", json_string(r->strategy));
	json_object_set_new(j, "tick_khz", json_integer(rq->tick_khz));
	json_object_set_new(j, "clock_ticks", json_integer(rq->clock_ticks));
	json_object_set_new(j, "per_thread", threads);
#define COUNTER(name)	#name, (json_int_t)rq->name
	json_object_set_new(j, "counters",
			    json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", COUNTER(map),
				      COUNTER(unmap), COUNTER(map_fail), COUNTER(fault),
				      COUNTER(sigbus), COUNTER(page_alloc), COUNTER(page_free)));
#undef COUNTER
	return j;
}

static json_t *run_ioctl(struct guest_run *r, struct micro_request *rq)
{
	const char *device = bl_json_str(r->op, "device", GUEST_DEV);
	char *path = bl_fmt("/sys/kernel/debug/bouncelab/%s/micro", device);
	struct micro_result *results = bl_zalloc(rq->nr_results * sizeof(*results));
	int fd = open(path, O_RDWR | O_CLOEXEC);
	json_t *j = NULL;

	rq->results = (uintptr_t)results;
	if (fd < 0 || ioctl(fd, MICRO_IOC_RUN, rq))
		guest_fail(&r->outcome, "%s: %s%s", path, strerrorname_np(errno),
			   errno == EINVAL ? "; the kernel's log has the reason" : "");
	else
		j = result_json(r, rq, results);
	if (fd >= 0)
		close(fd);
	free(results);
	free(path);
	return j;
}

static int read_request(struct guest_run *r, struct micro_request *rq)
{
	memset(rq, 0, sizeof(*rq));
	if (micro_config_read(json_object_get(r->op, "config"), &rq->config))
		return guest_fail(&r->outcome, "the host's request has a bad member config");
	if (rq->config.threads > MICRO_THREADS_MAX)
		rq->nr_results = 1;	/* the kernel will refuse the number of threads */
	else
		rq->nr_results = 1 + rq->config.threads;
	rq->flags = is_null(r) ? MICRO_USE_NULL : 0;
	return 0;
}

json_t *guest_run_micro(const json_t *op, struct guest_outcome *o)
{
	struct guest_run r = {
		.op = op, .id = "micro", .kind = KIND_TIME, .dir = bl_strdup(LOG_DIR),
		.strategy = bl_json_str(op, "strategy", NULL_STRATEGY),
		.doc = json_object(), .ms = json_object(),
	};
	bool own = !bl_json_str(op, "device", NULL);
	struct guest_mods mods = {};
	struct micro_request rq;
	struct guest_log log;
	json_t *j = NULL;

	bl_mkdir_p(r.dir);
	guest_log_start(&log, &r);
	if (!read_request(&r, &rq) && (!own || !set_up(&r, &mods)))
		j = run_ioctl(&r, &rq);
	if (own)
		take_down(&r, &mods);
	if (!j) {
		guest_log_drain(&log);
		if (*log.last)
			guest_fail(&r.outcome, "the last line of the kernel's log: %s", log.last);
	}
	guest_log_finish(&log, &r);
	bl_rm_rf(r.dir);
	if (j)
		json_object_set_new(j, "warnings", json_integer(r.outcome.invalid));
	if (r.outcome.failed) {
		json_decref(j);
		j = NULL;
	}
	*o = r.outcome;
	json_decref(r.doc);
	json_decref(r.ms);
	free(r.dir);
	return j;
}
