// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/lock-changes.h"
#include "eval/trace-change.h"
#include "report/trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LOCKS	12	/* rows; JSON has all */

static const char *const contention_names[] = {
	[CONTENTION_UNKNOWN] = "unknown", [CONTENTION_KEPT] = "kept", [CONTENTION_FELL] = "fell",
	[CONTENTION_ROSE] = "rose", [CONTENTION_MOVED] = "moved",
};

/* Return why nothing can be said about contention, or NULL. The caller frees it. */
static char *find_obstacle(const struct lock_changes *c, const struct trace_view *old,
			   const struct trace_view *new)
{
	const struct trace_data *data[] = { old->data, new->data };

	for (size_t i = 0; i < ARRAY_SIZE(data); i++) {
		char *noise = trace_noise_text(data[i]);

		if (noise)
			return noise;
	}
	if (!c->n_old || !c->n_new)
		return bl_strdup("the collector locks did not run in both");
	if (c->contention == CONTENTION_UNKNOWN)
		return bl_fmt("an interval needs %d devices on each side, and there are %u and %u",
			      STATS_MIN_N, c->n_old, c->n_new);
	return NULL;
}

/* Describe a lock that changed, as "virtio-blk queue lock (-30.0 ns)". The caller frees it. */
static char *describe_lock(const struct lock_change *l)
{
	return bl_fmt("%s (%+.1f ns)", l->name, l->difference.value);
}

/* Say which lock changed most, and that another one went the other way. The caller frees it. */
static char *describe_locks(const struct lock_change *with, const struct lock_change *against,
			    const char *other_way)
{
	char *most = with ? describe_lock(with) : NULL;
	char *other = against ? describe_lock(against) : NULL;
	char *text = bl_fmt("%s%s%s%s%s%s", most ? ", most for " : "", most ? most : "",
			    other ? "; it " : "", other ? other_way : "", other ? " for " : "",
			    other ? other : "");

	free(most);
	free(other);
	return text;
}

static char *describe_contention(const struct lock_changes *c)
{
	const struct stats_est *d = &c->total.difference;
	char *range = bl_fmt("%+.1f .. %+.1f ns per I/O", d->lo, d->hi);
	char *text = NULL, *from = NULL, *to = NULL, *locks = NULL;

	switch (c->contention) {
	case CONTENTION_FELL:
		locks = describe_locks(c->from, c->to, "rose");
		text = bl_fmt("Contention fell (%s)%s.", range, locks);
		break;
	case CONTENTION_ROSE:
		locks = describe_locks(c->to, c->from, "fell");
		text = bl_fmt("Contention rose (%s)%s.", range, locks);
		break;
	case CONTENTION_MOVED:
		from = describe_lock(c->from);
		to = describe_lock(c->to);
		text = bl_fmt("Contention moved from %s to %s; no change of the total is shown (%s).",
			      from, to, range);
		break;
	default:
		text = bl_fmt("No change of contention is shown (%s).", range);
	}
	free(range);
	free(locks);
	free(from);
	free(to);
	return text;
}

static void add_change(struct table *t, const struct lock_change *l, enum table_style style,
		       const char *name)
{
	table_row(t);
	table_cell(t, style, "%s", name);
	table_number(t, 1, l->old);
	table_number(t, 1, l->new);
	table_number(t, 1, l->difference.value);
	table_interval(t, 1, l->difference.lo, l->difference.hi);
	table_number(t, 3, l->ratio.value);
	table_interval(t, 3, l->ratio.lo, l->ratio.hi);
}

static void print_table(const struct lock_changes *c, FILE *f)
{
	struct table *t = table_new();

	table_column(t, "waits, ns/I/O", TABLE_LEFT);
	table_column(t, "old", TABLE_RIGHT);
	table_column(t, "new", TABLE_RIGHT);
	table_column(t, "new - old", TABLE_RIGHT);
	table_column(t, "95 % interval", TABLE_LEFT);
	table_column(t, "new / old", TABLE_RIGHT);
	table_column(t, "95 % interval", TABLE_LEFT);
	table_titles(t);
	for (size_t i = 0; i < c->n && i < MOST_LOCKS; i++)
		add_change(t, &c->v[i], TABLE_PLAIN, c->v[i].name);
	add_change(t, &c->total, TABLE_BOLD, "all locks");
	table_print(t, f, 2, table_colour(f));
	table_free(t);
	if (c->n > MOST_LOCKS)
		fprintf(f, "  %zu more locks are in --json\n", c->n - MOST_LOCKS);
	fprintf(f, "  old, new: of all devices together. Differences and ratios: Hodges-Lehmann "
		"estimate over %u and %u devices with\n  the interval of the rank-sum test; -: some "
		"device did not wait for the lock, or there are fewer than %d devices.\n  A lock is "
		"named above the table if it has at least %.0f %% of all waits and its difference "
		"survives Benjamini-\n  Hochberg at %.0f %%.\n\n", c->n_old, c->n_new, STATS_MIN_N,
		100 * TRACE_CHANGE_SHARE, 100 * RULE_FDR);
}

void report_lock_changes(const struct trace_view *old, const struct trace_view *new, FILE *f)
{
	struct lock_changes c;
	char *obstacle, *text;

	trace_compare_locks(&c, old->subject, new->subject);
	obstacle = find_obstacle(&c, old, new);
	text = obstacle ? bl_fmt("Whether contention changed cannot be told: %s.", obstacle) :
			  describe_contention(&c);
	if (strcmp(old->title, new->title))
		fprintf(f, "%s -> %s: %s\n", old->title, new->title, text);
	else
		fprintf(f, "%s: %s\n", old->title, text);
	if (c.n_old && c.n_new)
		print_table(&c, f);
	else
		fputc('\n', f);
	free(text);
	free(obstacle);
	lock_changes_free(&c);
}

/* --- JSON ---------------------------------------------------------------------------- */

static json_t *change_json(const struct lock_change *l, const char *name)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "lock", name,
			 "old", bl_json_real(l->old), "new", bl_json_real(l->new), "difference",
			 bl_json_real(l->difference.value), "difference_lo",
			 bl_json_real(l->difference.lo), "difference_hi",
			 bl_json_real(l->difference.hi), "ratio", bl_json_real(l->ratio.value),
			 "ratio_lo", bl_json_real(l->ratio.lo), "ratio_hi", bl_json_real(l->ratio.hi),
			 "p", bl_json_real(l->p), "q", bl_json_real(l->q));
}

json_t *report_lock_changes_json(const struct trace_view *old, const struct trace_view *new)
{
	json_t *list = json_array(), *o;
	struct lock_changes c;
	char *obstacle;

	trace_compare_locks(&c, old->subject, new->subject);
	obstacle = find_obstacle(&c, old, new);
	for (size_t i = 0; i < c.n; i++)
		json_array_append_new(list, change_json(&c.v[i], c.v[i].name));
	o = json_pack("{s:s, s:s, s:i, s:i, s:s, s:s?, s:s?, s:o, s:o}", "old", old->title, "new",
		      new->title, "n_old", c.n_old, "n_new", c.n_new, "contention",
		      contention_names[obstacle ? CONTENTION_UNKNOWN : c.contention], "from",
		      c.from ? c.from->name : NULL, "to", c.to ? c.to->name : NULL, "locks", list,
		      "total", change_json(&c.total, "all locks"));
	bl_json_set_text(o, "why_unknown", obstacle);
	lock_changes_free(&c);
	return o;
}
