// SPDX-License-Identifier: GPL-2.0-or-later
#include "paper/caption.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A text that is added to, with "; " between the parts. */
struct facts {
	char *text;
	size_t len;
	FILE *f;
};

static void add(struct facts *f, const char *fmt, ...) BL_PRINTF(2, 3);

static void add(struct facts *f, const char *fmt, ...)
{
	va_list ap;

	fflush(f->f);
	if (f->len)
		fputs("; ", f->f);
	va_start(ap, fmt);
	vfprintf(f->f, fmt, ap);
	va_end(ap);
}

/* Add "NAME A UNIT" or "NAME A to B UNIT": the range of a column over the rows that count. */
static void add_range(struct facts *f, const struct csv *csv, const struct row_filter *by,
		      const char *column, const char *name, const char *unit)
{
	int c = csv_column(csv, column), baseline = csv_column(csv, "verdict");
	double lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; c >= 0 && i < csv->rows; i++) {
		const char *v = csv_get(csv, i, c);

		if (!*v || (by && !row_passes(csv, i, by)) ||
		    (baseline >= 0 && !strcmp(csv_get(csv, i, baseline), "baseline")))
			continue;
		lo = fmin(lo, atof(v));
		hi = fmax(hi, atof(v));
	}
	if (!isfinite(lo))
		return;
	if (lo == hi)
		add(f, "%s %g%s", name, lo, unit);
	else
		add(f, "%s %g to %g%s", name, lo, hi, unit);
}

static json_t *load(const char *dir, const char *name)
{
	char *path = bl_fmt("%s/%s", dir, name);
	json_t *j = bl_exists(path) ? bl_json_load(path) : NULL;

	free(path);
	return j;
}

static void add_machine(struct facts *f, const json_t *host)
{
	add(f, "host: %s, %s%lld CPUs", bl_json_str(host, "cpu", "unknown CPU"),
	    json_is_true(json_object_get(host, "hypervisor")) ? "a virtual machine of " : "",
	    bl_json_int(host, "cpus", 0));
}

static void add_order(struct facts *f, const json_t *plan)
{
	const char *order = bl_json_str(plan, "order", "listed");

	if (!strcmp(order, "fresh"))
		add(f, "a fresh device for each job");
	else
		add(f, "jobs in %s order on one device",
		    !strcmp(order, "random") ? "random" : "the listed");
}

static void add_environment(struct facts *f, const json_t *plan, const json_t *env)
{
	const char *backend = bl_json_str(plan, "backend", "null");
	const json_t *git = json_object_get(env, "git");
	bool emulated = !json_is_false(json_object_get(env, "emulated"));

	add(f, "plane %s, %s, %lld CPU%s", bl_json_str(plan, "plane", "unknown"),
	    emulated ? "emulated" : "KVM", bl_json_int(plan, "cpus", 0),
	    bl_json_int(plan, "cpus", 0) == 1 ? "" : "s");
	add(f, "disk: %s", !strcmp(backend, "ram") ? "a file in memory" :
			   "QEMU's null-co, which takes no time and forgets writes");
	add(f, "guest: Linux %s", bl_json_str(json_object_get(env, "guest"), "kernel", "unknown"));
	add_machine(f, json_object_get(env, "host"));
	add(f, "commit %.12s%s", bl_json_str(git, "revision", "unknown"),
	    json_is_true(json_object_get(git, "dirty")) ? " with changes" : "");
}

/* Add the margin of "same": declared in the plan before the run, or that of the verdicts. */
static void add_margin(struct facts *f, const json_t *plan, const struct csv *csv)
{
	double declared = bl_json_num(plan, "same_within", 0);

	if (declared > 0)
		add(f, "*same*: within %g %%, declared before the run", declared);
	else
		add_range(f, csv, NULL, "margin_pct", "*same*: within",
			  " %, which no plan declared before the run");
}

static void add_campaign(struct paper *p, struct facts *f, const char *campaign)
{
	char *dir = bl_fmt("%s/%s", p->data, campaign);
	char *name = bl_fmt("%s/verdicts.csv", campaign);
	json_t *plan = load(dir, "plan.json"), *env = load(dir, "env.json");
	const struct csv *csv = plan ? row_file(p, (struct place){}, name) : NULL;

	if (csv) {
		add(f, "IOPS against %s", bl_json_str(plan, "baseline", "?"));
		add_range(f, csv, NULL, "n", "n =", " blocks");
		add_order(f, plan);
		add_environment(f, plan, env);
		add_margin(f, plan, csv);
	}
	json_decref(plan);
	json_decref(env);
	free(name);
	free(dir);
}

/* Add the machine of the raw file of micro, whose first line has it. */
static void add_raw_machine(struct paper *p, struct facts *f, const char *name)
{
	char *path = bl_fmt("%s/%.*s.jsonl", p->data, (int)strcspn(name, "."), name), *line = NULL;
	FILE *raw = fopen(path, "r");
	size_t size = 0;
	json_t *head = NULL;

	if (raw && getline(&line, &size, raw) > 0)
		head = json_loads(line, 0, NULL);
	if (head)
		add_machine(f, json_object_get(head, "machine"));
	json_decref(head);
	free(line);
	if (raw)
		fclose(raw);
	free(path);
}

static void add_micro(struct paper *p, struct facts *f, const char *name,
		      const struct row_filter *by)
{
	const struct csv *csv = row_file(p, (struct place){}, name);
	int plane = csv ? csv_column(csv, "plane") : -1, what = csv ? csv_column(csv, "what") : -1;
	int direction = csv ? csv_column(csv, "direction") : -1;

	if (plane < 0 || !csv->rows)
		return;
	add_range(f, csv, by, "n", "n =", " rounds");
	if (!strcmp(csv_get(csv, 0, plane), "native"))
		add(f, "plane native, threads without traps, TLB shootdowns and interrupts");
	else
		add(f, "plane %s, emulated", csv_get(csv, 0, plane));
	if (what >= 0)
		add(f, "where it says model: computed, not measured");
	if (direction >= 0)
		add(f, "direction: %s", csv_get(csv, 0, direction));
	add_range(f, csv, by, "outstanding", "outstanding:", "");
	add_raw_machine(p, f, what >= 0 && strstr(name, "-model") ? "micro." : name);
}

char *caption_make(struct paper *p, const char *name, const struct row_filter *by)
{
	struct facts f = {};
	const char *slash = strchr(name, '/'), *dot = strrchr(name, '.');
	char *part = slash ? strndup(name, slash - name) :
			     bl_fmt("%.*s.csv", dot ? (int)(dot - name) : 0, name);

	f.f = open_memstream(&f.text, &f.len);
	for (size_t i = 0; by && i < by->n; i++)
		add(&f, "%s %s %s", by->by[i].key, by->by[i].not ? "is not" : "is", by->by[i].value);
	if (slash)
		add_campaign(p, &f, part);
	else
		add_micro(p, &f, part, by);
	fclose(f.f);
	free(part);
	return f.text;
}
