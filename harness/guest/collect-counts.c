// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/collect-counts.h"
#include "proto/run-files.h"
#include "guest/tracefs.h"
#include "proto/guest-paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <event-parse.h>
#include <tracefs.h>

#define INSTANCE	"bouncelab-counts"

struct counted {
	char *system, *event, *spec;
	const char *filter;
	const char *bytes;	/* field that is summed, NULL: none */
	unsigned long long count, sum, dropped;
};

struct guest_counts {
	struct tracefs_instance *inst;
	struct counted *v;
	size_t n;
};

/* Kernel events that exist whatever the module is. NULL ends the list. */
static const char *const dma_events[] = {
	"dma_map_page", "dma_unmap_page", "dma_sync_single_for_cpu",
	"dma_sync_single_for_device", NULL,
};

static const char *bytes_field(struct tep_handle *tep, const char *system, const char *event)
{
	static const char *const names[] = { "bytes", "size", "len", "length" };
	struct tep_event *e = tep_find_event_by_name(tep, system, event);

	for (size_t i = 0; e && i < ARRAY_SIZE(names); i++)
		if (tep_find_field(e, names[i]))
			return names[i];
	return NULL;
}

static int command(struct guest_counts *t, const struct counted *c, const char *before,
		   const char *after)
{
	char *cmd = bl_fmt("%s%s%s%s", before, c->spec, after, c->filter);
	int ret = tracefs_event_file_append(t->inst, c->system, c->event, "trigger", cmd);

	free(cmd);
	return ret < 0 ? -EINVAL : 0;
}

static int count_event(struct guest_counts *t, struct guest_outcome *o, struct tep_handle *tep,
		       const char *system, const char *event, const char *filter)
{
	struct counted c = {
		.system = bl_strdup(system),
		.event = bl_strdup(event),
		.filter = filter,
		.bytes = bytes_field(tep, system, event),
	};
	int ret;

	c.spec = bl_fmt("hist:keys=common_cpu:vals=hitcount%s%s", c.bytes ? "," : "",
			c.bytes ? c.bytes : "");
	ret = command(t, &c, "", "");
	if (ret)
		guest_fail(o, "trace: %s/%s refuses the trigger '%s%s'", system, event, c.spec,
			   filter);
	t->v = bl_realloc(t->v, (t->n + 1) * sizeof(c));
	t->v[t->n++] = c;
	return ret;
}

static int count_all(struct guest_counts *t, struct guest_run *r)
{
	static const char *const systems[] = { "bouncelab", "dma", NULL };
	struct tep_handle *tep = tracefs_local_events_system(NULL, systems);
	char **own = tracefs_system_events(NULL, "bouncelab");
	int i, ret = 0;

	if (!tep) {
		ret = guest_fail(&r->outcome, "trace: the event formats cannot be read: %s",
				 strerror(errno));
		goto out;
	}
	if (!own && !r->intree)
		ret = guest_fail(&r->outcome, "trace: the module has no events of system "
				 "'bouncelab'");
	for (i = 0; own && own[i] && !ret; i++)
		ret = count_event(t, &r->outcome, tep, "bouncelab", own[i], "");
	for (i = 0; dma_events[i] && !ret; i++)
		if (tracefs_event_file_exists(t->inst, "dma", dma_events[i], "trigger"))
			ret = count_event(t, &r->outcome, tep, "dma", dma_events[i],
					  " if device == \"" GUEST_DEV "\"");
	if (!ret && !t->n)
		ret = guest_fail(&r->outcome, "trace: this kernel has no event to count");
out:
	if (own)
		tracefs_list_free(own);
	if (tep)
		tep_free(tep);
	return ret;
}

static void drop(struct guest_counts *t)
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

struct guest_counts *guest_counts_start(struct guest_run *r)
{
	struct guest_counts *t = bl_zalloc(sizeof(*t));

	t->inst = tracefs_instance_create(INSTANCE);
	if (!t->inst)
		guest_fail(&r->outcome, "trace: instance %s: %s", INSTANCE, strerror(errno));
	else if (!count_all(t, r))
		return t;
	drop(t);
	return NULL;
}

static int read_hist(struct guest_counts *t, struct counted *c)
{
	char *text, *p, *line;

	text = tracefs_event_file_read(t->inst, c->system, c->event, "hist", NULL);
	if (!text)
		return -errno;
	for (p = text; (line = strsep(&p, "\n"));) {
		line += strspn(line, " ");
		if (*line == '{') {
			c->count += guest_tracefs_value(line, NULL, "hitcount", 10);
			c->sum += c->bytes ? guest_tracefs_value(line, NULL, c->bytes, 10) : 0;
		} else {
			c->dropped += guest_tracefs_value(line, NULL, "Dropped", 10);
		}
	}
	free(text);
	return 0;
}

static void write_csv(struct guest_counts *t, struct guest_run *r)
{
	char *path = bl_fmt("%s/" RUN_TRACE_CSV, r->dir);
	struct bl_draft d;
	FILE *f = bl_draft_open(&d);
	int ret;

	fputs("event,count,bytes,system\n", f);
	for (size_t i = 0; i < t->n; i++) {
		struct counted *c = &t->v[i];

		fprintf(f, "%s,%llu,", c->event, c->count);
		if (c->bytes)
			fprintf(f, "%llu", c->sum);
		fprintf(f, ",%s\n", c->system);
	}
	ret = bl_draft_save(&d, path);
	if (ret)
		guest_fail(&r->outcome, "%s: %s", path, strerror(-ret));
	free(path);
}

void guest_counts_stop(struct guest_counts *t, struct guest_run *r)
{
	unsigned long long lost, hits = 0;

	if (!t)
		return;
	/* Pause all before reading the first: one moment for all of them. */
	for (size_t i = 0; i < t->n; i++)
		command(t, &t->v[i], "", ":pause");
	lost = guest_tracefs_lost(t->inst);
	for (size_t i = 0; i < t->n; i++) {
		struct counted *c = &t->v[i];

		if (read_hist(t, c))
			guest_invalid(&r->outcome, "trace: counts of %s cannot be read", c->event);
		lost += c->dropped;
		hits += c->count;
		command(t, c, "!", "");
	}
	write_csv(t, r);
	json_object_set_new(r->doc, "trace_lost", json_integer(lost));
	if (lost)
		guest_invalid(&r->outcome, "trace: %llu events were lost", lost);
	else if (!hits)
		guest_invalid(&r->outcome, "trace: no event fired");
	drop(t);
}
