// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The collectors "stages" and "holds": raw events with time stamps in a ring buffer of the
 * kernel, which is read when the run is over. The kernel counts what does not fit into the
 * buffer, and that makes the run invalid.
 *
 * trace.dat: the events, in trace-cmd's format, in its buffer instance TRACE_INSTANCE
 * (proto/trace-events.h). In guest.json "raw": "events" in the buffer, "lost" ones, "missed"
 * hits of probes, "buffer_mb", and "request_bytes", the size of struct request, behind which
 * virtio-blk's part of a request lies in memory.
 */
#include "guest/collect.h"
#include "guest/lock-sites.h"
#include "guest/proc.h"
#include "guest/tracefs.h"
#include "proto/collector.h"
#include "proto/run-files.h"
#include "proto/trace-events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>
#include <tracefs.h>
#include <unistd.h>

#define TRACE_CMD_MS	120000

struct raw {
	struct tracefs_instance *inst;
	struct bl_strv probes;		/* "GROUP/EVENT", as they were made */
	unsigned int collect, buffer_mb;
};

/* "t" probes a tracepoint, "f" the start of a function. */
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

static int add_probe(struct raw *w, struct guest_run *r, const char *event, char *probe)
{
	char *name = bl_fmt(TRACE_GROUP "/%s", event);
	int ret = 0;

	if (tracefs_instance_file_append(NULL, "dynamic_events", probe) < 0)
		ret = guest_fail(&r->outcome, "trace: the kernel refuses the probe '%s': %s",
				 probe, strerror(errno));
	else if (!bl_strv_has(&w->probes, name))
		bl_strv_add(&w->probes, name);
	free(name);
	free(probe);
	return ret;
}

static int enable_event(struct raw *w, struct guest_run *r, const char *system,
			const char *event)
{
	if (!tracefs_event_enable(w->inst, system, event))
		return 0;
	return guest_fail(&r->outcome, "trace: the event %s/%s cannot be switched on: %s", system,
			  event, strerror(errno));
}

static int enable_module(struct raw *w, struct guest_run *r, const char *const *events,
			 size_t n)
{
	int ret = 0;

	for (size_t i = 0; !ret && !r->intree && i < n; i++)
		ret = enable_event(w, r, "bouncelab", events[i]);
	return ret;
}

static int probe_requests(struct raw *w, struct guest_run *r)
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
		      behind ? s->after : s->offset,
		      behind ? " flags=%flags:x64" : " lock=%di:x64 flags=%flags:x64");
}

static int probe_sites(struct raw *w, struct guest_run *r, const char *module,
		       const char *path)
{
	struct lock_sites sites;
	int ret = guest_find_lock_sites(&sites, path);

	if (ret) {
		guest_fail(&r->outcome, "trace: where module %s takes locks cannot be found in %s: %s",
			   module, path, ret == -ENOENT ? "it takes none" : strerror(-ret));
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
	guest_free_lock_sites(&sites);
	return ret;
}

static int probe_locks(struct raw *w, struct guest_run *r)
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

static int set_number(struct raw *w, const char *file, long value)
{
	char *text = bl_fmt("%ld", value);
	int ret = tracefs_instance_file_write(w->inst, file, text);

	free(text);
	return ret < 0 ? -errno : 0;
}

/* A full buffer refuses new events and counts them: the events in it have no gap before that. */
static int set_buffer(struct raw *w, struct guest_run *r)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN), kb = w->buffer_mb * 1024L / cpus;
	char *text;

	if (tracefs_instance_file_write(w->inst, "trace_clock", "mono") < 0)
		return guest_fail(&r->outcome, "trace: the kernel has no trace clock 'mono'");
	set_number(w, "tracing_on", 0);
	tracefs_instance_file_write(w->inst, "options/overwrite", "0");
	set_number(w, "buffer_size_kb", kb);
	text = tracefs_instance_file_read(w->inst, "buffer_size_kb", NULL);
	if (!text || atol(text) < kb)
		guest_fail(&r->outcome, "trace: no memory for a buffer of %u MiB; choose a smaller "
			   "one (--buffer), or a guest with more memory (--mem)", w->buffer_mb);
	free(text);
	return r->outcome.failed ? -ENOMEM : 0;
}

static int set_up(struct raw *w, struct guest_run *r)
{
	int ret = set_buffer(w, r);

	if (!ret && w->collect & COLLECT_BIT(COLLECT_STAGES))
		ret = probe_requests(w, r);
	if (!ret && w->collect & COLLECT_BIT(COLLECT_HOLDS))
		ret = probe_locks(w, r);
	for (size_t i = 0; !ret && i < w->probes.n; i++)
		ret = enable_event(w, r, TRACE_GROUP, strchr(w->probes.v[i], '/') + 1);
	if (!ret && set_number(w, "tracing_on", 1))
		ret = guest_fail(&r->outcome, "trace: the buffer cannot be switched on");
	return ret;
}

static void take_down(struct raw *w)
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

static void *start_raw(struct guest_run *r, unsigned int set)
{
	struct raw *w = bl_zalloc(sizeof(*w));

	w->collect = set;
	w->buffer_mb = bl_json_int(r->op, "buffer_mb", COLLECT_BUFFER_MB);
	w->inst = tracefs_instance_create(TRACE_INSTANCE);
	if (!w->inst) {
		guest_fail(&r->outcome, "trace: the instance " TRACE_INSTANCE " cannot be made: %s",
			   strerror(errno));
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
 * Count the hits of probes that the kernel could not serve: the last column, for each probe. It
 * does not count them for tracepoints and for starts of functions; such a missed hit shows when
 * the host matches requests.
 */
static unsigned long long count_missed(void)
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

/* Return the bytes of a struct of the running kernel, by its BTF, or a negative errno. */
static int get_struct_size(const char *name)
{
	struct btf *btf = btf__load_vmlinux_btf();
	long long size;
	int id;

	if (!btf)
		return -errno;
	id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	size = id < 0 ? id : btf__resolve_size(btf, id);
	btf__free(btf);
	return size;
}

/* Reading the BTF takes long when emulated, and all runs of a boot have one kernel. */
static int get_request_size(void)
{
	static int size;

	if (!size)
		size = get_struct_size("request");
	return size;
}

static void write_trace_dat(struct guest_run *r)
{
	char *path = bl_fmt("%s/" RUN_TRACE_DAT, r->dir), msg[300];
	const char *const argv[] = {
		"trace-cmd", "extract", "-B", TRACE_INSTANCE, "-o", path, NULL
	};

	if (guest_run_tool(argv, NULL, TRACE_CMD_MS, msg, sizeof(msg)))
		guest_fail(&r->outcome, "trace: trace-cmd extract: %s", msg);
	free(path);
}

static void stop_raw(void *state, struct guest_run *r)
{
	unsigned long long lost, missed;
	struct raw *w = state;

	set_number(w, "tracing_on", 0);
	lost = guest_tracefs_lost(w->inst);
	missed = count_missed();
	json_object_set_new(r->doc, "raw", json_pack("{s:I, s:I, s:I, s:i, s:i}",
						     "events", (json_int_t)guest_tracefs_entries(w->inst),
						     "lost", (json_int_t)lost,
						     "missed", (json_int_t)missed,
						     "buffer_mb", (int)w->buffer_mb,
						     "request_bytes", get_request_size()));
	if (lost)
		guest_invalid(&r->outcome, "trace: %llu events were lost: the buffer of %u MiB is too "
			      "small for them (--buffer, or a shorter --runtime)", lost, w->buffer_mb);
	if (missed)
		guest_invalid(&r->outcome, "trace: %llu hits of probes were missed", missed);
	write_trace_dat(r);
	take_down(w);
}

const struct collector_ops collect_raw = {
	COLLECT_RAW, start_raw, stop_raw,
};
