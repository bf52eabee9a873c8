// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading a plan file. Its keys and values are checked in plan-keys.c. */
#include "plan/plan.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <ini.h>

struct parser {
	struct bl_plan *plan;
	FILE *file;
	const char *path;
	unsigned int line;
	bool continued;		/* the line at hand goes on from the one before */
	int err;
	struct bl_strv seen;	/* "section.key" */
	char *value;		/* so far, of the last key */
	char *section;		/* of the last key, NULL before the first */
	int section_err;	/* it is none: said once, its keys are passed over */
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
		ps->section_err = bl_plan_check_section(where, section);
	}
	err = ps->section_err;
	if (!err) {
		list = bl_plan_key_is_list(where, section, name);
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
		err = bl_plan_set(ps->plan, where, section, name, ps->value);
		bl_strv_add(&ps->seen, id);
	}
	if (err)
		ps->err = err;
	free(id);
	free(where);
	return !err;
}

static void defaults(struct bl_plan *p)
{
	p->plane = bl_strdup("vm");
	p->baseline = bl_strdup(BL_INTREE);
	p->seed = 1;
	p->repeat = 5;
	p->runs_each = 1;
	p->runtime = 1;
	p->ramp = 0.3;
	p->cpus = 2;
	p->queues = 2;
	bl_strv_add(&p->page_orders, "0");
	bl_strv_add(&p->bounce_sizes, "64");
	bl_strv_add(&p->collects, COLLECT_OFF);
	p->buffer_mb = COLLECT_BUFFER_MB;
	for (size_t i = 0; i < BL_AXES; i++)
		if (p->cat->axes[i].n)
			bl_strv_add(&p->axes[i], p->cat->axes[i].v[0].name);
}

static int find_plan(const struct bl_plan *p, const char *name, char **path)
{
	struct bl_strv valid = {};
	size_t n = strlen(name);
	int err;

	if (strchr(name, '/') || (n > 4 && !strcmp(name + n - 4, ".ini"))) {
		*path = bl_strdup(name);
		return 0;
	}
	if (bl_find_choice(&p->cat->plans, name)) {
		*path = bl_path("workloads/plans/%s.ini", name);
		return 0;
	}
	bl_choice_names(&p->cat->plans, &valid);
	bl_strv_add(&valid, "a path ending in .ini");
	err = bl_err_unknown(NULL, "plan", name, &valid);
	bl_strv_free(&valid);
	return err;
}

/* The plan's name becomes part of a directory's name. */
static void name_plan(struct bl_plan *p, const char *path)
{
	const char *base = strrchr(path, '/');

	p->name = bl_strdup(base ? base + 1 : path);
	if (strlen(p->name) > 4 && !strcmp(p->name + strlen(p->name) - 4, ".ini"))
		p->name[strlen(p->name) - 4] = '\0';
	for (char *s = p->name; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("-_", *s))
			*s = '_';
}

int bl_plan_load(struct bl_plan *p, const struct bl_catalog *cat, const char *name)
{
	struct parser ps = { .plan = p };
	char *path = NULL;
	int err;

	memset(p, 0, sizeof(*p));
	p->cat = cat;
	err = find_plan(p, name, &path);
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
	defaults(p);
	err = ini_parse_stream(read_line, &ps, on_key, &ps);
	if (err > 0 && !ps.err)
		bl_err("%s:%d: cannot parse this line; valid: '[plan]' or '[matrix]', "
		       "'key = value', or '; comment'", path, err);
	err = err || ps.err ? -EINVAL : 0;
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
