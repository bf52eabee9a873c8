// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/trace-compare.h"
#include "campaign/campaign.h"
#include "lib/exit.h"
#include "campaign/env-diff.h"
#include "campaign/verify.h"
#include "report/lock-changes.h"
#include "report/trace.h"

#include <stdlib.h>
#include <string.h>

struct traced_side {
	struct trace_data data;
	struct trace_view *views;
	size_t n;
};

/* Keep the strategy @name alone. Return 0, or -EINVAL with a message: it is not in the trace. */
static int keep_strategy(struct traced_side *s, const char *name)
{
	struct bl_strv valid = {};
	size_t i;
	int err;

	for (i = 0; i < s->n && strcmp(s->views[i].title, name); i++)
		bl_strv_add(&valid, s->views[i].title);
	if (i == s->n) {
		err = bl_err_unknown(s->data.sum.name, "strategy of this trace", name, &valid);
		bl_strv_free(&valid);
		return err;
	}
	bl_strv_free(&valid);
	for (size_t k = 0; k < s->n; k++)
		if (k != i)
			free(s->views[k].title);
	s->views[0] = s->views[i];
	s->n = 1;
	return 0;
}

static int load_side(struct traced_side *s, const char *name)
{
	char *campaign = bl_strdup(name), *colon = strrchr(campaign, ':'), *dir;
	int err;

	if (colon)
		*colon = '\0';
	dir = campaign_find(campaign);
	err = dir ? campaign_verify(dir, true) : -1;
	err = err ? err : trace_data_load(&s->data, dir);
	if (!err) {
		s->views = trace_views(&s->data, &s->n);
		if (colon)
			err = keep_strategy(s, colon + 1);
	}
	free(dir);
	free(campaign);
	return err;
}

static void free_side(struct traced_side *s)
{
	if (!s->views)
		return;
	trace_views_free(s->views, s->n);
	trace_data_free(&s->data);
}

static void print_differences(const struct traced_side *s)
{
	struct bl_strv differences = {};

	campaign_diff_env(s[0].data.sum.env, s[1].data.sum.env, &differences);
	if (differences.n)
		puts("The campaigns differ (old, new):");
	for (size_t i = 0; i < differences.n; i++)
		printf("  %s\n", differences.v[i]);
	bl_strv_free(&differences);
	if (strcmp(s[0].data.job, s[1].data.job))
		printf("The jobs differ: %s, %s\n", s[0].data.job, s[1].data.job);
}

/* Say in each title which campaign it is of, if there are two. */
static void mark_titles(struct traced_side *s)
{
	bool same = !strcmp(s[0].data.sum.dir, s[1].data.sum.dir);

	for (int i = 0; i < 2 && !same; i++) {
		for (size_t k = 0; k < s[i].n; k++) {
			char *title = bl_fmt("%s (%s)", s[i].views[k].title, i ? "new" : "old");

			free(s[i].views[k].title);
			s[i].views[k].title = title;
		}
	}
}

/* Return the strategy of @new that is compared with @old: that of its name, or the only one. */
static const struct trace_view *partner_of(const struct trace_view *old, const struct traced_side *s)
{
	if (s[0].n == 1 && s[1].n == 1)
		return s[1].views;
	for (size_t i = 0; i < s[1].n; i++)
		if (!strcmp(s[1].views[i].title, old->title))
			return &s[1].views[i];
	return NULL;
}

static void print_changes(const struct traced_side *s, FILE *f)
{
	size_t pairs = 0;

	for (size_t i = 0; i < s[0].n; i++) {
		const struct trace_view *old = &s[0].views[i], *new = partner_of(old, s);

		if (!new)
			continue;
		pairs++;
		report_lock_changes(old, new, f);
	}
	if (!pairs)
		fputs("The two have no strategy in common; give each as CAMPAIGN:STRATEGY.\n\n", f);
}

static json_t *changes_json(const struct traced_side *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s[0].n; i++) {
		const struct trace_view *old = &s[0].views[i], *new = partner_of(old, s);

		if (new)
			json_array_append_new(list, report_lock_changes_json(old, new));
	}
	return json_pack("{s:i, s:s, s:s, s:s, s:o}", "schema", 1, "old", s[0].data.sum.name, "new",
			 s[1].data.sum.name, "job", s[1].data.job, "comparisons", list);
}

static void print_json(const struct traced_side *s)
{
	json_t *o = changes_json(s);

	json_dumpf(o, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	putchar('\n');
	json_decref(o);
}

static void print_text(struct traced_side *s)
{
	struct trace_view *both = bl_zalloc((s[0].n + s[1].n) * sizeof(*both));

	print_differences(s);
	print_changes(s, stdout);
	mark_titles(s);
	memcpy(both, s[0].views, s[0].n * sizeof(*both));
	memcpy(both + s[0].n, s[1].views, s[1].n * sizeof(*both));
	report_print_traces(both, s[0].n + s[1].n, stdout);
	free(both);
}

int report_compare_traces(const char *const names[2], bool json)
{
	struct traced_side s[2] = {};
	int code = BL_EXIT_USAGE;

	if (load_side(&s[0], names[0]) || load_side(&s[1], names[1]))
		goto out;
	if (json)
		print_json(s);
	else
		print_text(s);
	code = BL_EXIT_OK;
out:
	free_side(&s[0]);
	free_side(&s[1]);
	return code;
}
