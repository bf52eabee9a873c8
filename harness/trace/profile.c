// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST		128	/* frames of a chain; more are left out */
#define UNKNOWN		"[unknown]"
#define LOST		" PERF_RECORD_LOST lost "	/* follows the name of a program */

struct profile {
	struct profile_node root;
	double lost;		/* samples, as perf counts them */
};

struct profile *profile_new(void)
{
	return bl_zalloc(sizeof(struct profile));
}

static void free_nodes(struct profile_node *n)
{
	struct profile_node *next;

	for (; n; n = next) {
		next = n->next;
		free_nodes(n->child);
		free(n->name);
		free(n);
	}
}

void profile_free(struct profile *p)
{
	free_nodes(p->root.child);
	free(p);
}

const struct profile_node *profile_root(const struct profile *p)
{
	return &p->root;
}

double profile_samples(const struct profile *p)
{
	return p->root.samples;
}

double profile_lost(const struct profile *p)
{
	return p->lost;
}

static struct profile_node *find_or_add_child(struct profile_node *n, const char *name)
{
	struct profile_node **at = &n->child, *new;

	while (*at && strcmp((*at)->name, name) < 0)
		at = &(*at)->next;
	if (*at && !strcmp((*at)->name, name))
		return *at;
	new = bl_zalloc(sizeof(*new));
	new->name = bl_strdup(name);
	new->next = *at;
	*at = new;
	return new;
}

/* Add samples of the call chain @frames, which begins with the outermost frame. */
static void add_samples(struct profile *p, const char *const *frames, size_t n, double samples)
{
	struct profile_node *at = &p->root;

	at->samples += samples;
	for (size_t i = 0; i < n; i++) {
		at = find_or_add_child(at, frames[i]);
		at->samples += samples;
	}
}

/* --- what perf script prints --------------------------------------------------- */

struct chain {
	char *frames[DEEPEST];	/* the innermost first */
	size_t n;
	char *program;
};

static void add_and_reset(struct profile *p, struct chain *c)
{
	const char *frames[DEEPEST + 1];

	if (c->program) {
		frames[0] = c->program;
		for (size_t i = 0; i < c->n; i++)
			frames[1 + i] = c->frames[c->n - 1 - i];
		add_samples(p, frames, c->n + 1, 1);
	}
	for (size_t i = 0; i < c->n; i++)
		free(c->frames[i]);
	free(c->program);
	*c = (struct chain){};
}

/* A chain is a line "PROGRAM", a line "\tADDRESS FUNCTION" for each frame, and an empty line. */
static void read_script_line(struct profile *p, struct chain *c, char *line)
{
	bool indented = *line == ' ' || *line == '\t';
	char *text = bl_strip(line), *name, *lost = strstr(text, LOST);

	if (!*text) {
		add_and_reset(p, c);
	} else if (lost) {
		p->lost += atof(lost + strlen(LOST));
	} else if (!indented) {
		add_and_reset(p, c);
		/* The chain tells more about the work than the number of the worker. */
		c->program = bl_strdup(strncmp(text, "kworker/", 8) ? text : "kworker");
	} else if (c->n < DEEPEST) {
		name = strchr(text, ' ');
		name = name ? bl_strip(name) : UNKNOWN;
		/* A program without frame pointers has up to a hundred unknown frames: keep one. */
		if (c->n && !strcmp(name, UNKNOWN) && !strcmp(c->frames[c->n - 1], UNKNOWN))
			return;
		c->frames[c->n++] = bl_strdup(name);
	}
}

int profile_add_script(struct profile *p, const char *path)
{
	struct chain c = {};
	char *line = NULL;
	size_t room = 0;
	FILE *in = fopen(path, "re");

	if (!in)
		return -errno;
	while (getline(&line, &room, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		read_script_line(p, &c, line);
	}
	add_and_reset(p, &c);
	free(line);
	fclose(in);
	return 0;
}

/* --- folded --------------------------------------------------------------------- */

static void read_folded_line(struct profile *p, char *line)
{
	char *count = strrchr(line, ' '), *rest = line, *frame;
	const char *frames[DEEPEST + 1];
	size_t n = 0;

	if (!count)
		return;
	*count++ = '\0';
	while (n <= DEEPEST && (frame = strsep(&rest, ";")))
		frames[n++] = frame;
	add_samples(p, frames, n, atof(count));
}

int profile_add_folded(struct profile *p, const char *path)
{
	char *line = NULL;
	size_t room = 0;
	FILE *in = fopen(path, "re");

	if (!in)
		return -errno;
	while (getline(&line, &room, in) > 0)
		read_folded_line(p, line);
	free(line);
	fclose(in);
	return 0;
}

/* Samples of a node that are not in its children were taken in its function itself. */
static void write_node(const struct profile_node *n, const char *before, FILE *out)
{
	char *path = bl_fmt("%s%s%s", before, *before ? ";" : "", n->name ? n->name : "");
	double self = n->samples;

	for (const struct profile_node *c = n->child; c; c = c->next) {
		self -= c->samples;
		write_node(c, path, out);
	}
	if (self > 0 && *path)
		fprintf(out, "%s %.0f\n", path, self);
	free(path);
}

void profile_write_folded(const struct profile *p, FILE *out)
{
	write_node(&p->root, "", out);
}

static double sum_with_prefix(const struct profile_node *n, const char *prefix)
{
	double sum = 0;

	if (n->name && !strncmp(n->name, prefix, strlen(prefix)))
		return n->samples;
	for (const struct profile_node *c = n->child; c; c = c->next)
		sum += sum_with_prefix(c, prefix);
	return sum;
}

double profile_share(const struct profile *p, const char *prefix)
{
	return p->root.samples > 0 ? sum_with_prefix(&p->root, prefix) / p->root.samples : 0;
}

