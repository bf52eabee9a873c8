// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/collect-raw.h"
#include "proto/run-files.h"
#include "guest/btf-size.h"
#include "proto/collector.h"
#include "guest/proc.h"
#include "guest/tracefs.h"
#include "guest/lock-sites.h"
#include "proto/trace-events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs.h>
#include <unistd.h>

#define TRACE_CMD_MS	120000

struct guest_raw {
	struct tracefs_instance *inst;
	struct bl_strv probes;		/* "GROUP/EVENT", as they were made */
	unsigned int collect, buffer_mb;
};

/* "t" is on a tracepoint, "f" on the start of a function. */
static const struct {
	const char *event, *what;
} request_probes[] = {
	{ TRACE_BIO, "t:%s/%s block_bio_queue bio=$arg1:x64" },
	{ TRACE_ISSUE, "t:%s/%s block_rq_issue rq=$arg1:x64 bio=rq->bio:x64 "
		       "bytes=rq->__data_len:u32 op=rq->cmd_flags:u32" },
	{ TRACE_ADD, "f:%s/%s virtqueue_add_sgs data=$arg5:x64 queue=_vq->index:u32" },
	{ TRACE_DONE, "t:%s/%s block_rq_complete rq=$arg1:x64" },
};

static const char *const module_events[] = {
	"bl_map", "bl_unmap", "bl_copy", "bl_fault", "bl_kick", "bl_inject", "bl_interrupt",
};

/* No calls that a probe could be at, see kmod/core/trace.h. */
static const char *const lock_events[] = { "bl_lock_taken", "bl_lock_dropped" };

static int add_probe(struct guest_raw *w, struct guest_run *r, const char *event, char *probe)
{
	char *name = bl_fmt(TRACE_GROUP "/%s", event);
	int ret = 0;

	if (tracefs_instance_file_append(NULL, "dynamic_events", probe) < 0)
		ret = guest_fail(&r->outcome, "trace: this kernel does not take the probe '%s': %s",
				 probe, strerror(errno));
	else if (!bl_strv_has(&w->probes, name))
		bl_strv_add(&w->probes, name);
	free(name);
	free(probe);
	return ret;
}

static int enable(struct guest_raw *w, struct guest_run *r, const char *system,
		  const char *event)
{
	if (!tracefs_event_enable(w->inst, system, event))
		return 0;
	return guest_fail(&r->outcome, "trace: %s/%s cannot be switched on: %s", system, event,
			  strerror(errno));
}

static int enable_module(struct guest_raw *w, struct guest_run *r, const char *const *events,
			 size_t n)
{
	int ret = 0;

	for (size_t i = 0; !ret && !r->intree && i < n; i++)
		ret = enable(w, r, "bouncelab", events[i]);
	return ret;
}

static int probe_requests(struct guest_raw *w, struct guest_run *r)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(request_probes); i++) {
		const char *event = request_probes[i].event;
		char *what = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		what = bl_fmt(request_probes[i].what, TRACE_GROUP, event);
#pragma GCC diagnostic pop
		ret = add_probe(w, r, event, what);
	}
	return ret ? ret : enable_module(w, r, module_events, ARRAY_SIZE(module_events));
}

static char *site_probe(const char *module, const struct lock_site *s, bool behind)
{
	const char *event = s->kind == SITE_DROP ? TRACE_DROP : behind ? TRACE_GOT : TRACE_CALL;

	return bl_fmt("p:" TRACE_GROUP "/%s %s:%s+%u%s", event, module, s->function,
		      behind ? s->after : s->offset, behind ? " flags=%flags:x64" : " lock=%di:x64 flags=%flags:x64");
}

static int probe_sites(struct guest_raw *w, struct guest_run *r, const char *module,
		       const char *path)
{
	struct lock_sites sites;
	int ret = lock_sites_find(&sites, path);

	if (ret) {
		guest_fail(&r->outcome, "trace: the locks of module %s: %s: %s", module, path,
			   ret == -ENOENT ? "none is found" : strerror(-ret));
		return ret;
	}
	/* The kernel takes a function's name, and refuses one that it finds twice. */
	if (sites.ambiguous)
		ret = guest_fail(&r->outcome, "trace: two functions of module %s that take locks are "
				 "called %s; rename one of them", module, sites.ambiguous);
	for (size_t i = 0; !ret && i < sites.n; i++) {
		const struct lock_site *s = &sites.v[i];

		ret = add_probe(w, r, s->kind == SITE_TAKE ? TRACE_CALL : TRACE_DROP,
				site_probe(module, s, false));
		if (!ret && s->kind == SITE_TAKE)
			ret = add_probe(w, r, TRACE_GOT, site_probe(module, s, true));
	}
	lock_sites_free(&sites);
	return ret;
}

static int probe_locks(struct guest_raw *w, struct guest_run *r)
{
	char *blk = bl_path("build/kernel/modules/virtio_blk.ko");
	char *vduse = bl_path("build/kernel/modules/vduse.ko");
	const char *ours = bl_json_str(r->op, "module", "");
	int ret = probe_sites(w, r, "virtio_blk", blk);

	if (!ret)
		ret = r->intree ? probe_sites(w, r, "vduse", vduse) :
		      probe_sites(w, r, "bouncelab", ours);
	free(vduse);
	free(blk);
	return ret ? ret : enable_module(w, r, lock_events, ARRAY_SIZE(lock_events));
}

static int set_number(struct guest_raw *w, const char *file, long value)
{
	char *text = bl_fmt("%ld", value);
	int ret = tracefs_instance_file_write(w->inst, file, text);

	free(text);
	return ret < 0 ? -errno : 0;
}

/* What does not fit is not taken, and counted: what is there has no holes before that. */
static int set_buffer(struct guest_raw *w, struct guest_run *r)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN), kb = w->buffer_mb * 1024L / cpus;
	char *text;

	if (tracefs_instance_file_write(w->inst, "trace_clock", "mono") < 0)
		return guest_fail(&r->outcome, "trace: no clock 'mono'");
	set_number(w, "tracing_on", 0);
	tracefs_instance_file_write(w->inst, "options/overwrite", "0");
	set_number(w, "buffer_size_kb", kb);
	text = tracefs_instance_file_read(w->inst, "buffer_size_kb", NULL);
	if (!text || atol(text) < kb)
		guest_fail(&r->outcome, "trace: no memory for a buffer of %u MiB; take a smaller "
			   "one (--buffer), or a guest with more memory (--mem)", w->buffer_mb);
	free(text);
	return r->outcome.failed ? -ENOMEM : 0;
}

static int set_up(struct guest_raw *w, struct guest_run *r)
{
	int ret = set_buffer(w, r);

	if (!ret && w->collect & COLLECT_BIT(COLLECT_STAGES))
		ret = probe_requests(w, r);
	if (!ret && w->collect & COLLECT_BIT(COLLECT_HOLDS))
		ret = probe_locks(w, r);
	for (size_t i = 0; !ret && i < w->probes.n; i++)
		ret = enable(w, r, TRACE_GROUP, strchr(w->probes.v[i], '/') + 1);
	return ret ? ret : set_number(w, "tracing_on", 1);
}

static void take_down(struct guest_raw *w)
{
	tracefs_event_disable(w->inst, NULL, NULL);
	tracefs_instance_destroy(w->inst);
	tracefs_instance_free(w->inst);
	for (size_t i = 0; i < w->probes.n; i++) {
		char *gone = bl_fmt("-:%s", w->probes.v[i]);

		tracefs_instance_file_append(NULL, "dynamic_events", gone);
		free(gone);
	}
	bl_strv_free(&w->probes);
	free(w);
}

struct guest_raw *guest_raw_start(struct guest_run *r, unsigned int collect)
{
	struct guest_raw *w = bl_zalloc(sizeof(*w));

	w->collect = collect;
	w->buffer_mb = bl_json_int(r->op, "buffer_mb", COLLECT_BUFFER_MB);
	w->inst = tracefs_instance_create(TRACE_INSTANCE);
	if (!w->inst) {
		guest_fail(&r->outcome, "trace: instance " TRACE_INSTANCE ": %s", strerror(errno));
		free(w);
		return NULL;
	}
	if (!set_up(w, r))
		return w;
	take_down(w);
	return NULL;
}

/* --- the end ---------------------------------------------------------------------- */

/*
 * A probe that could not be served: the kernel counts them per probe, in the last column. Of
 * those on tracepoints and on the start of functions it does not; what they leave out is
 * missed when requests are matched.
 */
static unsigned long long missed_probes(void)
{
	char *text = tracefs_instance_file_read(NULL, "kprobe_profile", NULL);
	char *p = text, *line, *last;
	unsigned long long missed = 0;

	while (p && (line = strsep(&p, "\n"))) {
		last = strrchr(line, ' ');
		if (last && strstr(line, "bl_"))
			missed += strtoull(last, NULL, 10);
	}
	free(text);
	return missed;
}

static void extract(struct guest_run *r)
{
	char *path = bl_fmt("%s/" RUN_TRACE_DAT, r->dir), msg[300];
	const char *const argv[] = {
		"trace-cmd", "extract", "-B", TRACE_INSTANCE, "-o", path, NULL
	};

	if (guest_tool(argv, NULL, TRACE_CMD_MS, msg, sizeof(msg)))
		guest_fail(&r->outcome, "trace-cmd extract: %s", msg);
	free(path);
}

void guest_raw_stop(struct guest_raw *w, struct guest_run *r)
{
	unsigned long long lost, missed;

	if (!w)
		return;
	set_number(w, "tracing_on", 0);
	lost = guest_tracefs_lost(w->inst);
	missed = missed_probes();
	json_object_set_new(r->doc, "raw", json_pack("{s:I, s:I, s:I, s:i, s:i}",
						     "events", (json_int_t)guest_tracefs_entries(w->inst),
						     "lost", (json_int_t)lost,
						     "missed", (json_int_t)missed,
						     "buffer_mb", (int)w->buffer_mb,
						     "request_bytes", btf_struct_size("request")));
	if (lost)
		guest_invalid(&r->outcome, "trace: %llu events were lost: the buffer of %u MiB is too "
			      "small for them (--buffer, or a shorter --runtime)", lost, w->buffer_mb);
	if (missed)
		guest_invalid(&r->outcome, "trace: %llu hits of probes were missed", missed);
	extract(r);
	take_down(w);
}
