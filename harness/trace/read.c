// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/read.h"
#include "proto/trace-events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <trace-cmd.h>
#include <unistd.h>

/* The interrupt flag in the saved flags of the probed place; in the probe itself it is clear. */
#define X86_EFLAGS_IF	0x200

static const struct {
	const char *system, *event, *field[TRACE_VALUES];
} known[EV_KINDS] = {
	[EV_BIO] = { TRACE_GROUP, TRACE_BIO, { [V_BIO] = "bio" } },
	[EV_ISSUE] = { TRACE_GROUP, TRACE_ISSUE, { [V_BIO] = "bio", [V_RQ] = "rq",
						   [V_BYTES] = "bytes", [V_OP] = "op" } },
	[EV_ADD] = { TRACE_GROUP, TRACE_ADD, { [V_DATA] = "data", [V_QUEUE] = "queue" } },
	[EV_DONE] = { TRACE_GROUP, TRACE_DONE, { [V_RQ] = "rq" } },
	[EV_MAP] = { "bouncelab", "bl_map", { [V_IOVA] = "iova", [V_NS] = "ns",
					      [V_BYTES] = "size" } },
	[EV_UNMAP] = { "bouncelab", "bl_unmap", { [V_IOVA] = "iova", [V_NS] = "ns",
						  [V_BYTES] = "size" } },
	[EV_COPY] = { "bouncelab", "bl_copy", { [V_PATH] = "path", [V_NS] = "ns",
						[V_BYTES] = "size" } },
	[EV_FAULT] = { "bouncelab", "bl_fault", { [V_IOVA] = "iova", [V_NS] = "ns" } },
	[EV_KICK] = { "bouncelab", "bl_kick", { [V_MINOR] = "minor", [V_QUEUE] = "queue" } },
	[EV_INJECT] = { "bouncelab", "bl_inject", { [V_MINOR] = "minor", [V_QUEUE] = "queue" } },
	[EV_INTERRUPT] = { "bouncelab", "bl_interrupt", { [V_MINOR] = "minor",
							  [V_QUEUE] = "queue" } },
	[EV_TAKE] = { TRACE_GROUP, TRACE_CALL, { [V_LOCK] = "lock", [V_PLACE] = "__probe_ip",
						 [V_FLAGS] = "flags" } },
	[EV_GOT] = { TRACE_GROUP, TRACE_GOT, { [V_PLACE] = "__probe_ip", [V_FLAGS] = "flags" } },
	[EV_DROP] = { TRACE_GROUP, TRACE_DROP, { [V_LOCK] = "lock", [V_PLACE] = "__probe_ip",
						 [V_FLAGS] = "flags" } },
	[EV_BIT_TAKEN] = { "bouncelab", "bl_lock_taken", { [V_LOCK] = "lock" } },
	[EV_BIT_DROPPED] = { "bouncelab", "bl_lock_dropped", { [V_LOCK] = "lock" } },
};

struct reading {
	const struct trace_reader *reader;
	struct tep_handle *tep;
	/* NULL: the trace does not have the event, or the event does not have the field. */
	struct tep_event *event[EV_KINDS];
	struct tep_format_field *field[EV_KINDS][TRACE_VALUES];
	unsigned long long events;
	int err;
};

static void find_formats(struct reading *r)
{
	for (int k = 0; k < EV_KINDS; k++) {
		struct tep_event *e = tep_find_event_by_name(r->tep, known[k].system,
							     known[k].event);

		r->event[k] = e;
		if (!e)
			continue;
		for (int i = 0; i < TRACE_VALUES; i++)
			if (known[k].field[i])
				r->field[k][i] = tep_find_any_field(e, known[k].field[i]);
	}
}

static int find_kind(const struct reading *r, struct tep_record *record)
{
	int id = tep_data_type(r->tep, record);

	for (int k = 0; k < EV_KINDS; k++)
		if (r->event[k] && r->event[k]->id == id)
			return k;
	return -1;
}

static bool has_place(int kind)
{
	return kind == EV_TAKE || kind == EV_GOT || kind == EV_DROP;
}

static int read_record(struct tracecmd_input *in, struct tep_record *record, int cpu, void *user)
{
	struct trace_event e = { .ns = record->ts, .cpu = cpu };
	struct reading *r = user;
	int kind = find_kind(r, record);

	(void)in;
	r->events++;
	if (kind < 0)
		return 0;
	e.kind = kind;
	e.pid = tep_data_pid(r->tep, record);
	for (int i = 0; i < TRACE_VALUES; i++)
		if (known[kind].field[i] &&
		    tep_read_number_field(r->field[kind][i], record->data, &e.v[i]))
			r->err = -EBADMSG;
	e.function = has_place(kind) ? tep_find_function(r->tep, e.v[V_PLACE]) : NULL;
	e.function = e.function ? e.function : "";
	e.irqs_off = has_place(kind) && !(e.v[V_FLAGS] & X86_EFLAGS_IF);
	if (!r->err)
		r->reader->event(r->reader->user, &e);
	return r->err;
}

static int find_buffer(struct tracecmd_input *in)
{
	int n = tracecmd_buffer_instances(in);

	for (int i = 0; i < n; i++)
		if (!strcmp(tracecmd_buffer_instance_name(in, i), TRACE_INSTANCE))
			return i;
	return -1;
}

int trace_read(const char *path, const struct trace_reader *reader, unsigned long long *events)
{
	struct reading r = { .reader = reader };
	struct tracecmd_input *in, *buffer;
	int i;

	/* The caller reports a bad file: keep the library silent. */
	tracecmd_set_loglevel(TEP_LOG_NONE);
	in = tracecmd_open(path, TRACECMD_FL_LOAD_NO_PLUGINS | TRACECMD_FL_LOAD_NO_SYSTEM_PLUGINS);
	if (!in)
		return access(path, R_OK) ? -errno : -EBADMSG;
	i = find_buffer(in);
	buffer = i < 0 ? NULL : tracecmd_buffer_instance_handle(in, i);
	if (!buffer) {
		r.err = -EBADMSG;
		goto out;
	}
	r.tep = tracecmd_get_tep(buffer);
	find_formats(&r);
	if (tracecmd_iterate_events(buffer, NULL, 0, read_record, &r) < 0 && !r.err)
		r.err = -EBADMSG;
	*events = r.events;
	tracecmd_close(buffer);
out:
	tracecmd_close(in);
	return r.err;
}
