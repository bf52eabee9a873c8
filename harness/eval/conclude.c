// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/conclude.h"
#include "campaign/provenance.h"
#include "campaign/things.h"
#include "eval/job-files.h"

#include <stdlib.h>
#include <string.h>

const char *conclusion_name(enum conclusion c)
{
	static const char *const names[] = {
		[NOT_WORSE] = "not worse", [WORSE] = "worse", [CANNOT_TELL] = "cannot tell",
	};

	return names[c];
}

static void add(struct bl_strv *why, char *text)
{
	bl_strv_add(why, text);
	free(text);
}

/* The keys of plan.json that change what is measured, and not only how often. */
static const char *const settings[] = {
	"runtime_s", "ramp_s", "cpus", "queues", "backend",
};

static void diff_plans(const struct verdicts *a, const struct verdicts *b, struct bl_strv *why)
{
	if (a->sum->order != b->sum->order)
		add(why, bl_fmt("the plans differ: order: %s, %s", order_names[a->sum->order],
				order_names[b->sum->order]));
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		json_t *x = json_object_get(a->sum->plan, settings[i]);
		json_t *y = json_object_get(b->sum->plan, settings[i]);
		char *s, *t;

		if ((!x && !y) || json_equal(x, y))
			continue;
		s = x ? json_dumps(x, JSON_ENCODE_ANY) : bl_strdup("not recorded");
		t = y ? json_dumps(y, JSON_ENCODE_ANY) : bl_strdup("not recorded");
		add(why, bl_fmt("the plans differ: %s: %s, %s", settings[i], s, t));
		free(t);
		free(s);
	}
}

/* Add the jobs that are compared and whose files differ, each once. */
static void diff_jobs(const struct comparisons *cs, const struct verdicts *a,
		      const struct verdicts *b, struct bl_strv *why)
{
	struct bl_strv seen = {};

	for (size_t i = 0; i < cs->n; i++) {
		char *line;

		if (bl_strv_has(&seen, cs->c[i].job))
			continue;
		bl_strv_add(&seen, cs->c[i].job);
		line = job_files_compare(a->sum, b->sum, cs->c[i].job);
		if (line)
			add(why, line);
	}
	bl_strv_free(&seen);
}

static void diff_cells(const struct comparisons *cs, const struct verdicts *a,
		       const struct verdicts *b, struct bl_strv *why)
{
	for (size_t i = 0; i < cs->n; i++) {
		const struct comparison *c = &cs->c[i];
		const struct sum_row *x = verdict_find(a, c->label, c->job)->config;
		const struct sum_row *y = verdict_find(b, c->label, c->job)->config;

		for (size_t k = 0; k < AXES; k++)
			if (strcmp(x->axis[k], y->axis[k]))
				add(why, bl_fmt("%s in %s has another %s: %s, %s", c->label, c->job,
						axis_names[k], x->axis[k], y->axis[k]));
		if (x->page_order != y->page_order)
			add(why, bl_fmt("%s in %s has another page order: %d, %d", c->label, c->job,
					x->page_order, y->page_order));
		if (x->bounce_mb != y->bounce_mb)
			add(why, bl_fmt("%s in %s has another bounce size: %d, %d MiB", c->label,
					c->job, x->bounce_mb, y->bounce_mb));
	}
}

/* A campaign that changed while it ran is not one thing to compare. */
static void add_changes(const char *name, const struct summary *s, struct bl_strv *why)
{
	struct bl_strv changes = {};

	provenance_list_changes(s->dir, s->env, &changes);
	job_files_list_changes(s, &changes);
	for (size_t i = 0; i < changes.n; i++)
		add(why, bl_fmt("%s changed while it ran: %s", name, changes.v[i]));
	bl_strv_free(&changes);
}

/* A host that counts instructions may differ: the guest's instructions stay the same. */
static unsigned int things_that_may_differ(const struct verdicts *v, unsigned int across)
{
	return !strcmp(v->sum->plane, "icount") ? across | THING_BIT(THING_HOST) : across;
}

/*
 * Tell whether the baseline became faster in a job. The ratios of all others to it then fall, though
 * they may not have changed.
 */
static bool is_baseline_faster(const struct comparisons *cs, const char *job)
{
	for (size_t i = 0; i < cs->n; i++)
		if (cs->c[i].plain && !strcmp(cs->c[i].job, job) && cs->c[i].verdict == V_FASTER)
			return true;
	return false;
}

/* Add what is slower only beside a baseline that is faster. */
static void add_shifted(const struct comparisons *cs, struct bl_strv *why)
{
	for (size_t i = 0; i < cs->n; i++) {
		const struct comparison *c = &cs->c[i];

		if (c->verdict == V_SLOWER && is_baseline_faster(cs, c->job))
			add(why, bl_fmt("%s in %s is slower beside the baseline, which became faster",
					c->label, c->job));
	}
}

static void add_verdicts(const struct comparisons *cs, bool slower, struct bl_strv *why)
{
	for (size_t i = 0; i < cs->n; i++) {
		const struct comparison *c = &cs->c[i];

		if ((c->verdict == V_SLOWER) != slower || c->verdict == V_FASTER ||
		    c->verdict == V_SAME || c->verdict == V_BASELINE ||
		    (slower && is_baseline_faster(cs, c->job)))
			continue;
		add(why, bl_fmt("%s in %s is %s%s%s", c->label, c->job, verdict_name(c->verdict),
				*c->note ? ": " : "", c->note));
	}
}

static bool has_verdict(const struct comparisons *cs)
{
	for (size_t i = 0; i < cs->n; i++)
		if (cs->c[i].verdict == V_FASTER || cs->c[i].verdict == V_SAME)
			return true;
	return false;
}

static void add_missing(const char *name, const struct bl_strv *only, struct bl_strv *why)
{
	for (size_t i = 0; i < only->n; i++)
		add(why, bl_fmt("%s is missing in %s", only->v[i], name));
}

enum conclusion conclude(const struct comparisons *cs, const struct verdicts *a,
			 const struct verdicts *b, unsigned int across, struct bl_strv *why)
{
	size_t before = why->n;

	if (!strcmp(a->sum->dir, b->sum->dir))
		add(why, bl_strdup("old and new are one campaign"));
	things_compare(a->sum->env, b->sum->env, things_that_may_differ(a, across), why);
	add_changes("the old campaign", a->sum, why);
	add_changes("the new campaign", b->sum, why);
	diff_plans(a, b, why);
	diff_jobs(cs, a, b, why);
	diff_cells(cs, a, b, why);
	if (why->n > before)
		return CANNOT_TELL;
	add_verdicts(cs, true, why);
	if (why->n > before)
		return WORSE;
	add_shifted(cs, why);
	add_verdicts(cs, false, why);
	add_missing("the new campaign", &cs->only_a, why);
	add_missing("the old campaign", &cs->only_b, why);
	if (why->n == before && !has_verdict(cs))
		add(why, bl_strdup("no label beside the baseline is compared"));
	return why->n > before ? CANNOT_TELL : NOT_WORSE;
}
