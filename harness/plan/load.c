// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a plan file; keys.c checks its keys and values. */
#include "plan/plan.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <ini.h>

struct parser {
	struct plan *plan;
	FILE *file;
	const char *path;
	unsigned int line;
	bool continued;		/* the current line continues the one before */
	int err;
	struct bl_strv seen;	/* "section.key" */
	char *value;		/* of the last key, up to the current line */
	char *section;		/* of the last key, NULL before the first */
	int section_err;	/* the section is unknown; its keys are skipped */
};

static char *read_line(char *str, int num, void *stream)
{
	struct parser *ps = stream;
	char *s = fgets(str, num, ps->file);
	const char *text;

	if (!s)
		return NULL;
	ps->line++;
	text = s + strspn(s, " \t");
	ps->continued = text != s;
	if (!strchr(s, '\n') && !feof(ps->file)) {
		bl_err("%s:%u: line is longer than %d characters; a list may go on in a "
		       "line that starts with white space", ps->path, ps->line, num - 2);
		ps->err = -EINVAL;
		return NULL;
	}
	return s;
}

static int on_key(void *user, const char *section, const char *name, const char *value)
{
	struct parser *ps = user;
	char *where = bl_fmt("%s:%u", ps->path, ps->line);
	char *id = bl_fmt("%s.%s", section, name);
	char *joined = NULL;
	int list = 0, err;

	if (!ps->section || strcmp(ps->section, section)) {
		free(ps->section);
		ps->section = bl_strdup(section);
		ps->section_err = plan_check_section(where, section);
	}
	err = ps->section_err;
	if (!err) {
		list = plan_key_is_list(where, section, name);
		err = list < 0 ? list : 0;
	}
	if (!err && bl_strv_has(&ps->seen, id)) {
		if (ps->continued && list) {
			joined = bl_fmt("%s, %s", ps->value, value);
		} else {
			bl_err("%s: key '%s' is set twice in [%s]; remove one", where,
			       name, section);
			err = -EINVAL;
		}
	}
	if (!err) {
		free(ps->value);
		ps->value = joined ? joined : bl_strdup(value);
		err = plan_set_key(ps->plan, where, section, name, ps->value);
		bl_strv_add(&ps->seen, id);
	}
	if (err)
		ps->err = err;
	free(id);
	free(where);
	return !err;
}

static void set_defaults(struct plan *p)
{
	p->plane = PLANE_VM;
	p->baseline = bl_strdup(INTREE);
	p->seed = 1;
	p->repeat = 5;
	p->runs_each = 1;
	p->runtime = 1;
	p->ramp = 0.3;
	bl_strv_add(&p->page_orders, "0");
	bl_strv_add(&p->bounce_sizes, "64");
	bl_strv_add(&p->collects, COLLECT_OFF);
	p->buffer_mb = COLLECT_BUFFER_MB;
	for (size_t i = 0; i < AXES; i++)
		bl_strv_add(&p->axes[i], axis_values[i].v[0].name);
}

/* The plane icount has one CPU; elsewhere two queues can meet on a lock. */
static void set_cpus_of_plane(struct plan *p)
{
	unsigned int n = p->plane == PLANE_ICOUNT ? 1 : 2;

	if (!p->cpus)
		p->cpus = n;
	if (!p->queues)
		p->queues = n;
}

static int find_plan_file(const struct plan *p, const char *name, char **path)
{
	struct bl_strv valid = {};
	size_t n = strlen(name);
	int err;

	if (strchr(name, '/') || (n > 4 && !strcmp(name + n - 4, ".ini"))) {
		*path = bl_strdup(name);
		return 0;
	}
	if (catalog_find_choice(&p->cat->plans, name)) {
		*path = bl_path("workloads/plans/%s.ini", name);
		return 0;
	}
	catalog_list_choices(&p->cat->plans, &valid);
	bl_strv_add(&valid, "a path ending in .ini");
	err = bl_err_unknown(NULL, "plan", name, &valid);
	bl_strv_free(&valid);
	return err;
}

/* Name the plan after its file, in characters that may be in the name of a directory. */
static void name_plan(struct plan *p, const char *path)
{
	const char *base = strrchr(path, '/');

	p->name = bl_strdup(base ? base + 1 : path);
	if (strlen(p->name) > 4 && !strcmp(p->name + strlen(p->name) - 4, ".ini"))
		p->name[strlen(p->name) - 4] = '\0';
	for (char *s = p->name; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("-_", *s))
			*s = '_';
}

int plan_load(struct plan *p, const struct catalog *cat, const char *name)
{
	struct parser ps = { .plan = p };
	char *path = NULL;
	int err;

	memset(p, 0, sizeof(*p));
	p->cat = cat;
	err = find_plan_file(p, name, &path);
	if (err)
		return err;
	ps.path = path;
	ps.file = fopen(path, "re");
	if (!ps.file) {
		err = -errno;
		bl_err("cannot read plan %s: %s", path, strerror(-err));
		goto out;
	}
	name_plan(p, path);
	set_defaults(p);
	err = ini_parse_stream(read_line, &ps, on_key, &ps);
	if (err > 0 && !ps.err)
		bl_err("%s:%d: cannot parse this line; valid: '[plan]' or '[matrix]', "
		       "'key = value', or '; comment'", path, err);
	err = err || ps.err ? -EINVAL : 0;
	set_cpus_of_plane(p);
	if (!err && (!p->strategies.n || !p->jobs.n)) {
		bl_err("%s: [matrix] has no %s; give a list", path,
		       p->strategies.n ? "jobs" : "strategy");
		err = -EINVAL;
	}
	fclose(ps.file);
	bl_strv_free(&ps.seen);
	free(ps.value);
	free(ps.section);
out:
	free(path);
	return err;
}
