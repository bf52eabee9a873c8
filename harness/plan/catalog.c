// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads strategies/ and workloads/ for what a plan can choose from. The head comment of a file
 * is its entry: lines " * tag: text", whose text goes on in lines that are indented deeper.
 */
#include "plan/catalog.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Return the lines of the first block comment of a file that is not the licence line. */
static void read_head_comment(const char *text, struct bl_strv *lines)
{
	const char *start = text, *end;
	char *body, *rest, *line;

	do {
		start = strstr(start, "/*");
		end = start ? strstr(start, "*/") : NULL;
		if (!end)
			return;
		body = strndup(start + 2, end - start - 2);
		if (!strstr(body, "SPDX-License-Identifier"))
			break;
		free(body);
		start = end + 2;
	} while (1);

	rest = body;
	while ((line = strsep(&rest, "\n"))) {
		char *s = line + strspn(line, " \t");

		s += *s == '*';
		bl_strv_add(lines, s);
	}
	free(body);
}

/* Return the columns of white space behind the '*'. Continuation lines have more of it. */
static size_t count_indent(const char *line)
{
	size_t n = 0;

	for (; *line == ' ' || *line == '\t'; line++)
		n += *line == '\t' ? 8 : 1;
	return n;
}

/* Return , which stands behind the tag in line , with its continuation lines. */
static char *join_tag_text(const struct bl_strv *lines, size_t i, const char *text)
{
	char *s = bl_strdup(text + strspn(text, " \t")), *t;
	size_t base = count_indent(lines->v[i]);

	while (++i < lines->n && count_indent(lines->v[i]) > base) {
		t = bl_fmt("%s%s%s", s, *s ? " " : "",
			   lines->v[i] + strspn(lines->v[i], " \t"));
		free(s);
		s = t;
	}
	t = bl_strdup(bl_strip(s));
	free(s);
	return t;
}

static char *find_tag(const struct bl_strv *lines, const char *tag)
{
	size_t len = strlen(tag);

	for (size_t i = 0; i < lines->n; i++) {
		const char *s = lines->v[i] + strspn(lines->v[i], " \t");

		if (!strncmp(s, tag, len) && s[len] == ':')
			return join_tag_text(lines, i, s + len + 1);
	}
	return NULL;
}

static void add_choice(struct catalog_choices *l, char *name, char *about)
{
	l->v = bl_realloc(l->v, (l->n + 1) * sizeof(*l->v));
	l->v[l->n++] = (struct catalog_choice){ .name = name, .about = about };
}

/* List the files of @dir that end in @suffix by their names without it, sorted. */
static int list_dir(const char *dir, const char *suffix, struct bl_strv *names)
{
	char *path = bl_path("%s", dir);
	DIR *d = opendir(path);
	struct dirent *e;
	int err;

	if (!d) {
		err = -errno;
		bl_err("cannot read %s: %s; is %s the project's directory? "
		       "(BOUNCELAB_ROOT names another)", path, strerror(-err), bl_root());
		free(path);
		return err;
	}
	while ((e = readdir(d))) {
		size_t n = strlen(e->d_name), s = strlen(suffix);

		if (e->d_name[0] == '.' || n <= s || strcmp(e->d_name + n - s, suffix))
			continue;
		e->d_name[n - s] = '\0';
		bl_strv_add(names, e->d_name);
	}
	closedir(d);
	free(path);
	bl_strv_sort(names);
	return 0;
}

static int read_at(const char *dir, const char *name, const char *suffix, char **text)
{
	char *path = bl_path("%s/%s%s", dir, name, suffix);
	int err = bl_read_file(path, text, NULL);

	if (err)
		bl_err("cannot read %s: %s", path, strerror(-err));
	free(path);
	return err;
}

static void add_strategy(struct catalog *c, const char *name, const struct bl_strv *lines)
{
	struct catalog_strategy *s;

	c->strategy = bl_realloc(c->strategy, (c->n_strategy + 1) * sizeof(*s));
	s = &c->strategy[c->n_strategy++];
	*s = (struct catalog_strategy){ .name = bl_strdup(name) };
	s->summary = find_tag(lines, name);
	s->idea = find_tag(lines, "Idea");
	s->bounce = find_tag(lines, "Bounce");
	s->sync = find_tag(lines, "Sync");
	s->wins = find_tag(lines, "Wins");
	s->loses = find_tag(lines, "Loses");
	s->source = find_tag(lines, "Source");
	s->unsafe = find_tag(lines, "Unsafe");
}

static int load_strategies(struct catalog *c)
{
	static const char *const stock[] = {
		INTREE ": the stock vduse.ko of the guest kernel",
		"Bounce: at map",
		"Sync: rwlock",
		"Source: Linux, drivers/vdpa/vdpa_user",
	};
	struct bl_strv names = {}, lines = {};
	int err = list_dir("strategies", ".c", &names);

	for (size_t i = 0; !err && i < names.n; i++) {
		char *text;

		if (!strcmp(names.v[i], "template"))
			continue;
		err = read_at("strategies", names.v[i], ".c", &text);
		if (err)
			break;
		read_head_comment(text, &lines);
		add_strategy(c, names.v[i], &lines);
		bl_strv_free(&lines);
		free(text);
	}
	bl_strv_free(&names);
	for (size_t i = 0; i < ARRAY_SIZE(stock); i++)
		bl_strv_add(&lines, stock[i]);
	add_strategy(c, INTREE, &lines);
	c->strategy[c->n_strategy - 1].intree = true;
	bl_strv_free(&lines);
	return err;
}

static char *first_comment(const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if ((*text == '#' || *text == ';') && !memmem(text, n, "SPDX-", 5)) {
			char *line = strndup(text + 1, n - 1), *s = bl_strdup(bl_strip(line));

			free(line);
			return s;
		}
		text += n + (text[n] == '\n');
	}
	return bl_strdup("");
}

/* Tell whether a job checks data. A `verify=` that is switched off does not count. */
static bool job_verifies(const char *text)
{
	while (text) {
		const char *s = text + strspn(text, " \t\n");

		if (!strncmp(s, "verify=", 7) && strncmp(s + 7, "0\n", 2))
			return true;
		text = strchr(s, '\n');
	}
	return false;
}

static int load_dir(struct catalog_choices *l, const char *dir, const char *suffix)
{
	struct bl_strv names = {};
	int err = list_dir(dir, suffix, &names);

	for (size_t i = 0; !err && i < names.n; i++) {
		char *text;

		err = read_at(dir, names.v[i], suffix, &text);
		if (err)
			break;
		add_choice(l, bl_strdup(names.v[i]), first_comment(text));
		l->v[l->n - 1].verifies = job_verifies(text);
		free(text);
	}
	bl_strv_free(&names);
	return err;
}

static void add_axes(struct catalog *c)
{
	for (size_t a = 0; a < AXES; a++)
		for (size_t i = 0; i < axis_values[a].n; i++)
			add_choice(&c->axes[a], bl_strdup(axis_values[a].v[i].name),
				   bl_strdup(axis_values[a].v[i].about));
}

int catalog_load(struct catalog *c)
{
	int err;

	memset(c, 0, sizeof(*c));
	err = load_strategies(c);
	err = err ? err : load_dir(&c->jobs, "workloads/jobs", ".fio");
	err = err ? err : load_dir(&c->plans, "workloads/plans", ".ini");
	add_axes(c);
	add_choice(&c->planes, bl_strdup("vm"),
		   bl_strdup("QEMU guest on the target kernel; KVM where a probe guest "
			     "really boots, else emulated (ratios only)"));
	add_choice(&c->planes, bl_strdup("icount"),
		   bl_strdup("emulated guest with one CPU, whose clock counts instructions: "
			     "path lengths, nearly without noise"));
	return err;
}

static void free_choices(struct catalog_choices *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].name);
		free(l->v[i].about);
	}
	free(l->v);
}

void catalog_free(struct catalog *c)
{
	for (size_t i = 0; i < c->n_strategy; i++) {
		struct catalog_strategy *s = &c->strategy[i];

		free(s->name);
		free(s->summary);
		free(s->idea);
		free(s->bounce);
		free(s->sync);
		free(s->wins);
		free(s->loses);
		free(s->source);
		free(s->unsafe);
	}
	free(c->strategy);
	for (size_t i = 0; i < AXES; i++)
		free_choices(&c->axes[i]);
	free_choices(&c->jobs);
	free_choices(&c->plans);
	free_choices(&c->planes);
	memset(c, 0, sizeof(*c));
}

const struct catalog_strategy *catalog_find_strategy(const struct catalog *c, const char *name)
{
	for (size_t i = 0; i < c->n_strategy; i++)
		if (!strcmp(c->strategy[i].name, name))
			return &c->strategy[i];
	return NULL;
}

const struct catalog_choice *catalog_find_choice(const struct catalog_choices *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->v[i].name, name))
			return &l->v[i];
	return NULL;
}

void catalog_list_strategies(const struct catalog *c, struct bl_strv *out)
{
	for (size_t i = 0; i < c->n_strategy; i++)
		bl_strv_add(out, c->strategy[i].name);
}

void catalog_list_choices(const struct catalog_choices *l, struct bl_strv *out)
{
	for (size_t i = 0; i < l->n; i++)
		bl_strv_add(out, l->v[i].name);
}
