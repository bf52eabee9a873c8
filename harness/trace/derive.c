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

struct matchers {
	struct stage_matcher *stages;
	struct hold_matcher *holds;
};

static void match_event(void *user, const struct trace_event *e)
{
	struct matchers *b = user;

	stage_matcher_event(b->stages, e);
	hold_matcher_event(b->holds, e);
}

/* [[ns, count], …] in ascending order, one entry for equal values. */
static json_t *hist_to_json(struct hist *h)
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

static json_t *stages_to_json(struct stages *s)
{
	json_t *o, *list = json_array();

	for (int i = 0; i < STAGE_ALL; i++)
		json_array_append_new(list, json_pack("{s:s, s:f, s:o}", "name", stage_names[i],
						      "sum_ns", s->sum[i], "hist",
						      hist_to_json(&s->hist[i])));
	o = json_pack("{s:i, s:f, s:f, s:f, s:f, s:f, s:f}", "schema", TRACE_SCHEMA, "ios", s->ios,
		      "bytes", s->bytes,
		      "issued", s->issued, "unfinished", s->unfinished, "stray", s->stray,
		      "clamped", s->clamped);
	json_object_update_new(o, json_pack("{s:f, s:f, s:f, s:f, s:f, s:o}", "maps", s->maps,
					    "unmaps", s->unmaps, "copies", s->copies, "faults",
					    s->faults, "faults_stray", s->faults_stray, "stages",
					    list));
	return o;
}

static json_t *holds_to_json(struct holds *h)
{
	json_t *list = json_array();

	for (size_t i = 0; i < h->n; i++) {
		struct held_lock *l = &h->v[i];
		char *addr = bl_fmt("%llx", l->address);
		json_t *o = json_pack("{s:s, s:s, s:f, s:f, s:f, s:f}", "addr", addr, "function",
				      l->function, "holds", l->holds, "hold_ns", l->hold_ns,
				      "longest_ns", l->longest_ns, "wait_ns", l->wait_ns);

		json_object_set_new(o, "nested", json_real(l->nested));
		json_object_set_new(o, "irqs_off_ns", json_real(l->irqs_off_ns));
		json_object_set_new(o, "irqs_off_longest_ns", json_real(l->irqs_off_longest_ns));
		json_object_set_new(o, "hold", hist_to_json(&l->hold));
		json_object_set_new(o, "irqs_off", hist_to_json(&l->irqs_off));
		json_array_append_new(list, o);
		free(addr);
	}
	return json_pack("{s:i, s:f, s:f, s:o}", "schema", TRACE_SCHEMA, "taken", h->taken,
			 "unmatched", h->unmatched, "locks", list);
}

static int save_json(const char *dir, const char *name, json_t *o, char **why)
{
	char *path = bl_fmt("%s/%s", dir, name);
	int ret = bl_json_write(path, o);

	if (ret)
		*why = bl_fmt("%s: %s", path, strerror(-ret));
	json_decref(o);
	free(path);
	return ret;
}

static int check_stages(const struct stages *s, char **why)
{
	double lost = s->unfinished + s->stray + s->faults_stray;

	if (s->clamped > TRACE_UNMATCHED * s->ios)
		*why = bl_fmt("stages: %.0f of %.0f I/Os have a stage of negative length; up to "
			      "%g %% may have one", s->clamped, s->ios, 100 * TRACE_UNMATCHED);
	else if (!(s->ios > 0))
		*why = bl_strdup("stages: no I/O of the trace is complete");
	else if (lost > TRACE_UNMATCHED * s->issued)
		*why = bl_fmt("stages: of %.0f requests, %.0f have no end, and %.0f events and %.0f "
			      "faults belong to no request; together up to %g %% may be lost", s->issued, s->unfinished,
			      s->stray, s->faults_stray, 100 * TRACE_UNMATCHED);
	return *why ? -ENODATA : 0;
}

static int check_holds(const struct holds *h, char **why)
{
	if (!(h->taken > 0))
		*why = bl_strdup("holds: no lock was taken");
	else if (h->unmatched > TRACE_UNMATCHED * h->taken)
		*why = bl_fmt("holds: for %.0f locks that were taken, %.0f events are missing; up to "
			      "%g %% may be", h->taken, h->unmatched, 100 * TRACE_UNMATCHED);
	return *why ? -ENODATA : 0;
}

static int save_stages(const char *dir, struct stages *s, char **why)
{
	int ret = save_json(dir, RUN_STAGES_JSON, stages_to_json(s), why);

	return ret ? ret : check_stages(s, why);
}

static int save_holds(const char *dir, struct holds *h, char **why)
{
	int ret = save_json(dir, RUN_HOLDS_JSON, holds_to_json(h), why);

	return ret ? ret : check_holds(h, why);
}

/* All events that the guest's kernel counted in its buffer must be in the file. */
static int check_events(const json_t *raw, unsigned long long events, char **why)
{
	unsigned long long recorded = bl_json_int(raw, "events", -1);

	if (events == recorded)
		return 0;
	*why = bl_fmt("trace: %llu events were recorded, and " RUN_TRACE_DAT " has %llu", recorded,
		      events);
	return -ENODATA;
}

static int derive_profile(const char *dir, const json_t *guest, unsigned int set, char **why)
{
	char *script = bl_fmt("%s/" RUN_PERF_TXT, dir);
	char *path = bl_fmt("%s/" RUN_PROFILE_FOLDED, dir);
	struct profile *p = profile_new();
	int ret = profile_add_script(p, script);
	struct bl_draft d;

	(void)guest;
	(void)set;
	if (ret) {
		*why = bl_fmt("profile: cannot read %s: %s", script, strerror(-ret));
	} else if (!(profile_samples(p) > 0)) {
		ret = -ENODATA;
		*why = bl_strdup("profile: perf took no samples");
	} else if (profile_lost(p) > TRACE_UNMATCHED * profile_samples(p)) {
		ret = -ENODATA;
		*why = bl_fmt("profile: perf lost %.0f samples and kept %.0f; up to %g %% may be lost",
			      profile_lost(p), profile_samples(p), 100 * TRACE_UNMATCHED);
	} else {
		profile_write_folded(p, bl_draft_open(&d));
		ret = bl_draft_save(&d, path);
		if (ret)
			*why = bl_fmt("profile: cannot write %s: %s", path, strerror(-ret));
	}
	unlink(script);
	profile_free(p);
	free(script);
	free(path);
	return ret;
}

/* Both collectors are in one trace, which is read once. */
static int derive_raw(const char *dir, const json_t *guest, unsigned int set, char **why)
{
	const json_t *raw = json_object_get(guest, "raw");
	char *path = bl_fmt("%s/" RUN_TRACE_DAT, dir);
	struct matchers m = {
		.stages = stage_matcher_new(bl_json_int(raw, "request_bytes", 0)),
		.holds = hold_matcher_new(),
	};
	const struct trace_reader reader = { .event = match_event, .user = &m };
	unsigned long long events = 0;
	struct stages stages;
	struct holds holds;
	int ret;

	ret = trace_read(path, &reader, &events);
	stage_matcher_finish(m.stages, &stages);
	hold_matcher_finish(m.holds, &holds);
	if (ret)
		*why = bl_fmt("trace: cannot read %s: %s", path, ret == -EBADMSG ?
			      "it is no complete trace of trace-cmd" : strerror(-ret));
	if (!ret && set & COLLECT_BIT(COLLECT_STAGES))
		ret = save_stages(dir, &stages, why);
	if (!ret && set & COLLECT_BIT(COLLECT_HOLDS))
		ret = save_holds(dir, &holds, why);
	if (!ret)
		ret = check_events(raw, events, why);
	stages_free(&stages);
	holds_free(&holds);
	free(path);
	return ret;
}

/* The collectors whose files are too large to keep, and what makes the small ones of them. */
static const struct {
	unsigned int set;
	int (*derive)(const char *dir, const json_t *guest, unsigned int set, char **why);
} derivers[] = {
	{ COLLECT_RAW, derive_raw },
	{ COLLECT_BIT(COLLECT_PROFILE), derive_profile },
};

int trace_derive(const char *dir, const json_t *guest, unsigned int set, char **why)
{
	int ret = 0;

	*why = NULL;
	for (size_t i = 0; !ret && i < ARRAY_SIZE(derivers); i++)
		if (set & derivers[i].set)
			ret = derivers[i].derive(dir, guest, set & derivers[i].set, why);
	return ret;
}
