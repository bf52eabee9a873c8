// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/derive.h"
#include "proto/run-files.h"
#include "proto/collector.h"
#include "trace/profile.h"
#include "proto/trace-events.h"
#include "trace/holds.h"
#include "trace/stages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct both {
	struct stage_matcher *stages;
	struct hold_matcher *holds;
};

static void on_event(void *user, const struct trace_event *e)
{
	struct both *b = user;

	stage_matcher_event(b->stages, e);
	hold_matcher_event(b->holds, e);
}

/* [[ns, count], …] in ascending order, one entry for equal values. */
static json_t *hist_json(struct hist *h)
{
	json_t *a = json_array();
	double count = 0;

	hist_percentile(h, 0.5);	/* sorts */
	for (size_t i = 0; i < h->n; i++) {
		count += h->bins[i].count;
		if (i + 1 < h->n && h->bins[i + 1].ns == h->bins[i].ns)
			continue;
		json_array_append_new(a, json_pack("[f, f]", h->bins[i].ns, count));
		count = 0;
	}
	return a;
}

static json_t *stages_json(struct stages *s)
{
	json_t *o, *list = json_array();

	for (int i = 0; i < STAGE_ALL; i++)
		json_array_append_new(list, json_pack("{s:s, s:f, s:o}", "name", stage_names[i],
						      "sum_ns", s->sum[i], "hist",
						      hist_json(&s->hist[i])));
	o = json_pack("{s:i, s:f, s:f, s:f, s:f, s:f, s:f}", "schema", TRACE_SCHEMA, "ios", s->ios, "bytes", s->bytes,
		      "issued", s->issued, "unfinished", s->unfinished, "stray", s->stray,
		      "clamped", s->clamped);
	json_object_update_new(o, json_pack("{s:f, s:f, s:f, s:f, s:f, s:o}", "maps", s->maps,
					    "unmaps", s->unmaps, "copies", s->copies, "faults",
					    s->faults, "faults_stray", s->faults_stray, "stages",
					    list));
	return o;
}

static json_t *holds_json(struct holds *h)
{
	json_t *list = json_array();

	for (size_t i = 0; i < h->n; i++) {
		struct held_lock *l = &h->v[i];
		char *addr = bl_fmt("%llx", l->address);
		json_t *o = json_pack("{s:s, s:s, s:f, s:f, s:f, s:f}", "addr", addr, "function",
				      l->function, "holds", l->holds, "hold_ns", l->hold_ns,
				      "longest_ns", l->longest_ns, "wait_ns", l->wait_ns);

		json_object_set_new(o, "irqs_off_ns", json_real(l->irqs_off_ns));
		json_object_set_new(o, "irqs_off_longest_ns", json_real(l->irqs_off_longest_ns));
		json_object_set_new(o, "hold", hist_json(&l->hold));
		json_object_set_new(o, "irqs_off", hist_json(&l->irqs_off));
		json_array_append_new(list, o);
		free(addr);
	}
	return json_pack("{s:i, s:f, s:f, s:o}", "schema", TRACE_SCHEMA, "taken", h->taken, "unmatched", h->unmatched,
			 "locks", list);
}

static int write_json(const char *dir, const char *name, json_t *o, char **why)
{
	char *path = bl_fmt("%s/%s", dir, name);
	int ret = bl_json_write(path, o);

	if (ret)
		*why = bl_fmt("%s: %s", path, strerror(-ret));
	json_decref(o);
	free(path);
	return ret;
}

static int judge_stages(const struct stages *s, char **why)
{
	double lost = s->unfinished + s->stray + s->faults_stray;

	if (s->clamped > TRACE_UNMATCHED * s->ios)
		*why = bl_fmt("stages: %.0f of %.0f I/Os have a stage that would be negative; up to "
			      "%g %% may", s->clamped, s->ios, 100 * TRACE_UNMATCHED);
	else if (!(s->ios > 0))
		*why = bl_strdup("stages: no I/O of the trace is whole");
	else if (lost > TRACE_UNMATCHED * s->issued)
		*why = bl_fmt("stages: of %.0f requests %.0f have no end, and %.0f events and %.0f "
			      "faults have no request; up to %g %% may", s->issued, s->unfinished,
			      s->stray, s->faults_stray, 100 * TRACE_UNMATCHED);
	return *why ? -ENODATA : 0;
}

static int judge_holds(const struct holds *h, char **why)
{
	if (!(h->taken > 0))
		*why = bl_strdup("holds: no lock was taken");
	else if (h->unmatched > TRACE_UNMATCHED * h->taken)
		*why = bl_fmt("holds: of %.0f locks that were taken %.0f have no other half; up to "
			      "%g %% may", h->taken, h->unmatched, 100 * TRACE_UNMATCHED);
	return *why ? -ENODATA : 0;
}

static int keep_stages(const char *dir, struct stages *s, char **why)
{
	int ret = write_json(dir, RUN_STAGES_JSON, stages_json(s), why);

	return ret ? ret : judge_stages(s, why);
}

static int keep_holds(const char *dir, struct holds *h, char **why)
{
	int ret = write_json(dir, RUN_HOLDS_JSON, holds_json(h), why);

	return ret ? ret : judge_holds(h, why);
}

/* What the guest's kernel says that it has recorded has to be in the file. */
static int check_events(const json_t *raw, unsigned long long events, char **why)
{
	unsigned long long recorded = bl_json_int(raw, "events", -1);

	if (events == recorded)
		return 0;
	*why = bl_fmt("trace: %llu events were recorded, and " RUN_TRACE_DAT " has %llu", recorded,
		      events);
	return -ENODATA;
}

int trace_derive_profile(const char *dir, char **why)
{
	char *script = bl_fmt("%s/" RUN_PERF_TXT, dir);
	char *path = bl_fmt("%s/" RUN_PROFILE_FOLDED, dir);
	struct flame *f = flame_new();
	int ret = flame_add_script(f, script);
	struct bl_draft d;

	*why = NULL;
	if (ret) {
		*why = bl_fmt("%s: %s", script, strerror(-ret));
	} else if (!(flame_samples(f) > 0)) {
		ret = -ENODATA;
		*why = bl_strdup("profile: perf took no samples");
	} else if (flame_lost(f) > TRACE_UNMATCHED * flame_samples(f)) {
		ret = -ENODATA;
		*why = bl_fmt("profile: perf lost %.0f samples and has %.0f; up to %g %% may be lost",
			      flame_lost(f), flame_samples(f), 100 * TRACE_UNMATCHED);
	} else {
		flame_write_folded(f, bl_draft_open(&d));
		ret = bl_draft_save(&d, path);
		if (ret)
			*why = bl_fmt("%s: %s", path, strerror(-ret));
	}
	unlink(script);
	flame_free(f);
	free(script);
	free(path);
	return ret;
}

int trace_derive(const char *dir, const json_t *guest, unsigned int collect, char **why)
{
	const json_t *raw = json_object_get(guest, "raw");
	char *path = bl_fmt("%s/" RUN_TRACE_DAT, dir);
	struct both b = {
		.stages = stage_matcher_new(bl_json_int(raw, "request_bytes", 0)),
		.holds = hold_matcher_new(),
	};
	const struct trace_reader reader = { .event = on_event, .user = &b };
	unsigned long long events = 0;
	struct stages stages;
	struct holds holds;
	int ret;

	*why = NULL;
	ret = trace_read(path, &reader, &events);
	stage_matcher_finish(b.stages, &stages);
	hold_matcher_finish(b.holds, &holds);
	if (ret)
		*why = bl_fmt("%s: %s", path, ret == -EBADMSG ? "not a whole trace" :
			      strerror(-ret));
	if (!ret && collect & COLLECT_BIT(COLLECT_STAGES))
		ret = keep_stages(dir, &stages, why);
	if (!ret && collect & COLLECT_BIT(COLLECT_HOLDS))
		ret = keep_holds(dir, &holds, why);
	if (!ret)
		ret = check_events(raw, events, why);
	stages_free(&stages);
	holds_free(&holds);
	free(path);
	return ret;
}
