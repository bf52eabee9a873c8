// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The collector "counts": hits and bytes of each tracepoint of the module, and of the DMA API
 * for the device. Histogram triggers count in the kernel, so that no rate of events overflows a
 * buffer, and they count what they drop.
 */
#include "guest/collect.h"
#include "guest/tracefs.h"
#include "proto/collector.h"
#include "proto/guest-paths.h"
#include "proto/run-files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <event-parse.h>
#include <tracefs.h>

#define INSTANCE	"bouncelab-counts"

struct counted_event {
	char *system, *event, *spec;
	const char *filter;
	const char *bytes;	/* the field that is summed, NULL: none */
	unsigned long long count, sum, dropped;
};

struct counts {
	struct tracefs_instance *inst;
	struct counted_event *v;
	size_t n;
};

/* Events of the kernel, which exist without the module as well. NULL ends the list. */
static const char *const dma_events[] = {
	"dma_map_page", "dma_unmap_page", "dma_sync_single_for_cpu",
	"dma_sync_single_for_device", NULL,
};

static const char *find_bytes_field(struct tep_handle *tep, const char *system, const char *event)
{
	static const char *const names[] = { "bytes", "size", "len", "length" };
	struct tep_event *e = tep_find_event_by_name(tep, system, event);

	for (size_t i = 0; e && i < ARRAY_SIZE(names); i++)
		if (tep_find_field(e, names[i]))
			return names[i];
	return NULL;
}

static int write_trigger(struct counts *t, const struct counted_event *e, const char *before,
			 const char *after)
{
	char *text = bl_fmt("%s%s%s%s", before, e->spec, after, e->filter);
	int ret = tracefs_event_file_append(t->inst, e->system, e->event, "trigger", text);

	free(text);
	return ret < 0 ? -EINVAL : 0;
}

static int count_event(struct counts *t, struct guest_outcome *o, struct tep_handle *tep,
		       const char *system, const char *event, const char *filter)
{
	struct counted_event e = {
		.system = bl_strdup(system),
		.event = bl_strdup(event),
		.filter = filter,
		.bytes = find_bytes_field(tep, system, event),
	};
	int ret;

	e.spec = bl_fmt("hist:keys=common_cpu:vals=hitcount%s%s", e.bytes ? "," : "",
			e.bytes ? e.bytes : "");
	ret = write_trigger(t, &e, "", "");
	if (ret)
		guest_fail(o, "counts: the kernel refuses the trigger '%s%s' for the event %s/%s",
			   e.spec, filter, system, event);
	t->v = bl_realloc(t->v, (t->n + 1) * sizeof(e));
	t->v[t->n++] = e;
	return ret;
}

static int count_all(struct counts *t, struct guest_run *r)
{
	static const char *const systems[] = { "bouncelab", "dma", NULL };
	struct tep_handle *tep = tracefs_local_events_system(NULL, systems);
	char **own = tracefs_system_events(NULL, "bouncelab");
	int i, ret = 0;

	if (!tep) {
		ret = guest_fail(&r->outcome, "counts: the formats of the kernel's events cannot be "
				 "read: %s", strerror(errno));
		goto out;
	}
	if (!own && !r->intree)
		ret = guest_fail(&r->outcome, "counts: the module has no events of the system "
				 "'bouncelab'");
	for (i = 0; own && own[i] && !ret; i++)
		ret = count_event(t, &r->outcome, tep, "bouncelab", own[i], "");
	for (i = 0; dma_events[i] && !ret; i++)
		if (tracefs_event_file_exists(t->inst, "dma", dma_events[i], "trigger"))
			ret = count_event(t, &r->outcome, tep, "dma", dma_events[i],
					  " if device == \"" GUEST_DEV "\"");
	if (!ret && !t->n)
		ret = guest_fail(&r->outcome, "counts: the kernel has none of the events that are "
				 "counted");
out:
	if (own)
		tracefs_list_free(own);
	if (tep)
		tep_free(tep);
	return ret;
}

static void free_counts(struct counts *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->v[i].system);
		free(t->v[i].event);
		free(t->v[i].spec);
	}
	free(t->v);
	if (t->inst) {
		tracefs_instance_destroy(t->inst);
		tracefs_instance_free(t->inst);
	}
	free(t);
}

static void *start_counts(struct guest_run *r, unsigned int set)
{
	struct counts *t = bl_zalloc(sizeof(*t));

	(void)set;
	t->inst = tracefs_instance_create(INSTANCE);
	if (!t->inst)
		guest_fail(&r->outcome, "counts: the trace instance " INSTANCE " cannot be made: %s",
			   strerror(errno));
	else if (!count_all(t, r))
		return t;
	free_counts(t);
	return NULL;
}

static int read_hist(struct counts *t, struct counted_event *e)
{
	char *text, *p, *line;

	text = tracefs_event_file_read(t->inst, e->system, e->event, "hist", NULL);
	if (!text)
		return -errno;
	for (p = text; (line = strsep(&p, "\n"));) {
		line += strspn(line, " ");
		if (*line == '{') {
			e->count += guest_tracefs_value(line, "hitcount");
			e->sum += e->bytes ? guest_tracefs_value(line, e->bytes) : 0;
		} else {
			e->dropped += guest_tracefs_value(line, "Dropped");
		}
	}
	free(text);
	return 0;
}

static void write_csv(struct counts *t, struct guest_run *r)
{
	char *path = bl_fmt("%s/" RUN_TRACE_CSV, r->dir);
	struct bl_draft d;
	FILE *f = bl_draft_open(&d);
	int ret;

	fputs("event,count,bytes,system\n", f);
	for (size_t i = 0; i < t->n; i++) {
		struct counted_event *e = &t->v[i];

		fprintf(f, "%s,%llu,", e->event, e->count);
		if (e->bytes)
			fprintf(f, "%llu", e->sum);
		fprintf(f, ",%s\n", e->system);
	}
	ret = bl_draft_save(&d, path);
	if (ret)
		guest_fail(&r->outcome, "counts: cannot write %s: %s", path, strerror(-ret));
	free(path);
}

/* Write trace.csv. In guest.json "trace_lost": events that are not in it. */
static void stop_counts(void *state, struct guest_run *r)
{
	unsigned long long lost, hits = 0;
	struct counts *t = state;

	/* Pause all before the first is read: the counts are of one moment. */
	for (size_t i = 0; i < t->n; i++)
		write_trigger(t, &t->v[i], "", ":pause");
	lost = guest_tracefs_lost(t->inst);
	for (size_t i = 0; i < t->n; i++) {
		struct counted_event *e = &t->v[i];

		if (read_hist(t, e))
			guest_invalid(&r->outcome, "counts: the histogram of %s/%s cannot be read",
				      e->system, e->event);
		lost += e->dropped;
		hits += e->count;
		write_trigger(t, e, "!", "");
	}
	write_csv(t, r);
	json_object_set_new(r->doc, "trace_lost", json_integer(lost));
	if (lost)
		guest_invalid(&r->outcome, "counts: %llu events were lost", lost);
	else if (!hits)
		guest_invalid(&r->outcome, "counts: no event was hit");
	free_counts(t);
}

const struct collector_ops collect_counts = {
	COLLECT_BIT(COLLECT_COUNTS), start_counts, stop_counts,
};
