// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST		128
#define UNKNOWN		"[unknown]"
#define LOST		" PERF_RECORD_LOST lost "	/* behind a program's name */

struct node {
	char *name;
	double samples;		/* with this function here, whatever it calls */
	struct node *child, *next;	/* by name */
};

struct flame {
	struct node root;
	double lost;		/* samples, by perf's own count */
};

struct flame *flame_new(void)
{
	return bl_zalloc(sizeof(struct flame));
}

static void free_nodes(struct node *n)
{
	struct node *next;

	for (; n; n = next) {
		next = n->next;
		free_nodes(n->child);
		free(n->name);
		free(n);
	}
}

void flame_free(struct flame *f)
{
	free_nodes(f->root.child);
	free(f);
}

double flame_samples(const struct flame *f)
{
	return f->root.samples;
}

double flame_lost(const struct flame *f)
{
	return f->lost;
}

static struct node *child_of(struct node *n, const char *name)
{
	struct node **at = &n->child, *new;

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

/* @frames from the outermost on. */
static void add_chain(struct flame *f, const char *const *frames, size_t n, double samples)
{
	struct node *at = &f->root;

	at->samples += samples;
	for (size_t i = 0; i < n; i++) {
		at = child_of(at, frames[i]);
		at->samples += samples;
	}
}

/* --- what perf script prints --------------------------------------------------- */

struct chain {
	char *frames[DEEPEST];	/* the innermost first; the program last */
	size_t n;
	char *program;
};

static void end_chain(struct flame *f, struct chain *c)
{
	const char *frames[DEEPEST + 1];

	if (c->program) {
		frames[0] = c->program;
		for (size_t i = 0; i < c->n; i++)
			frames[1 + i] = c->frames[c->n - 1 - i];
		add_chain(f, frames, c->n + 1, 1);
	}
	for (size_t i = 0; i < c->n; i++)
		free(c->frames[i]);
	free(c->program);
	*c = (struct chain){};
}

/* "program", then "\tADDRESS function" for each frame, then an empty line. */
static void script_line(struct flame *f, struct chain *c, char *line)
{
	bool indented = *line == ' ' || *line == '\t';
	char *text = bl_strip(line), *name, *lost = strstr(text, LOST);

	if (!*text) {
		end_chain(f, c);
	} else if (lost) {
		f->lost += atof(lost + strlen(LOST));
	} else if (!indented) {
		end_chain(f, c);
		/* Of which work they do the chain says more than the number. */
		c->program = bl_strdup(strncmp(text, "kworker/", 8) ? text : "kworker");
	} else if (c->n < DEEPEST) {
		name = strchr(text, ' ');
		name = name ? bl_strip(name) : UNKNOWN;
		/* A program without frame pointers has a hundred of them. */
		if (c->n && !strcmp(name, UNKNOWN) && !strcmp(c->frames[c->n - 1], UNKNOWN))
			return;
		c->frames[c->n++] = bl_strdup(name);
	}
}

int flame_add_script(struct flame *f, const char *path)
{
	struct chain c = {};
	char *line = NULL;
	size_t room = 0;
	FILE *in = fopen(path, "re");

	if (!in)
		return -errno;
	while (getline(&line, &room, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		script_line(f, &c, line);
	}
	end_chain(f, &c);
	free(line);
	fclose(in);
	return 0;
}

/* --- folded --------------------------------------------------------------------- */

static void folded_line(struct flame *f, char *line)
{
	char *count = strrchr(line, ' '), *p = line, *frame;
	const char *frames[DEEPEST + 1];
	size_t n = 0;

	if (!count)
		return;
	*count++ = '\0';
	while (n <= DEEPEST && (frame = strsep(&p, ";")))
		frames[n++] = frame;
	add_chain(f, frames, n, atof(count));
}

int flame_add_folded(struct flame *f, const char *path)
{
	char *line = NULL;
	size_t room = 0;
	FILE *in = fopen(path, "re");

	if (!in)
		return -errno;
	while (getline(&line, &room, in) > 0)
		folded_line(f, line);
	free(line);
	fclose(in);
	return 0;
}

/* What the children leave of a node ended in it. */
static void write_node(const struct node *n, const char *before, FILE *out)
{
	char *path = bl_fmt("%s%s%s", before, *before ? ";" : "", n->name ? n->name : "");
	double self = n->samples;

	for (const struct node *c = n->child; c; c = c->next) {
		self -= c->samples;
		write_node(c, path, out);
	}
	if (self > 0 && *path)
		fprintf(out, "%s %.0f\n", path, self);
	free(path);
}

void flame_write_folded(const struct flame *f, FILE *out)
{
	write_node(&f->root, "", out);
}

static double samples_with(const struct node *n, const char *prefix)
{
	double sum = 0;

	if (n->name && !strncmp(n->name, prefix, strlen(prefix)))
		return n->samples;
	for (const struct node *c = n->child; c; c = c->next)
		sum += samples_with(c, prefix);
	return sum;
}

double flame_share(const struct flame *f, const char *prefix)
{
	return f->root.samples > 0 ? samples_with(&f->root, prefix) / f->root.samples : 0;
}

/* --- the picture ------------------------------------------------------------------ */

#define WIDTH		1200.0
#define ROW		15.0
#define HEAD		44.0
#define NARROWEST	0.4	/* pixels: what is below it is not drawn */
#define CHAR		6.2	/* pixels of a letter, about */

static unsigned int depth_of(const struct node *n, double per_sample)
{
	unsigned int deepest = 0, d;

	for (const struct node *c = n->child; c; c = c->next) {
		if (c->samples * per_sample < NARROWEST)
			continue;
		d = depth_of(c, per_sample) + 1;
		deepest = d > deepest ? d : deepest;
	}
	return deepest;
}

/* Ours, copies, locks, the block layer and virtio, the rest: told apart in grey as well. */
static const char *colour_of(const char *name)
{
	static const struct {
		const char *prefix, *colour;
	} colours[] = {
		{ "bl_", "#D55E00" }, { "memcpy", "#E69F00" }, { "rep_movs", "#E69F00" },
		{ "copy_", "#E69F00" }, { "clear_page", "#E69F00" },
		{ "_raw_", "#CC79A7" }, { "native_queued", "#CC79A7" },
		{ "alloc_iova", "#b3446c" }, { "free_iova", "#b3446c" },
		{ "virt", "#56B4E9" }, { "vring", "#56B4E9" }, { "blk_", "#9fd3f0" },
		{ "__blk", "#9fd3f0" }, { "vduse", "#D55E00" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(colours); i++)
		if (!strncmp(name, colours[i].prefix, strlen(colours[i].prefix)))
			return colours[i].colour;
	return "#e8e4d0";
}

static void escaped(const char *text, size_t most, FILE *out)
{
	for (; *text && most; text++, most--) {
		if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '>')
			fputs("&gt;", out);
		else if (*text == '&')
			fputs("&amp;", out);
		else
			fputc(*text, out);
	}
}

static void draw(const struct node *n, double x, double y, double per_sample, double all, FILE *out)
{
	double width = n->samples * per_sample;
	size_t letters = width > 3 * CHAR ? (size_t)((width - 4) / CHAR) : 0;

	fprintf(out, "<g><title>");
	escaped(n->name, 200, out);
	fprintf(out, ": %.0f samples, %.2f %%</title>", n->samples, 100 * n->samples / all);
	fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\" "
		"stroke=\"#ffffff\" stroke-width=\"0.4\"/>", x, y, width, ROW - 1, colour_of(n->name));
	if (letters) {
		fprintf(out, "<text x=\"%.1f\" y=\"%.1f\">", x + 2, y + ROW - 4.5);
		escaped(n->name, letters, out);
		fputs("</text>", out);
	}
	fputs("</g>\n", out);
	for (const struct node *c = n->child; c; c = c->next) {
		if (c->samples * per_sample >= NARROWEST)
			draw(c, x, y - ROW, per_sample, all, out);
		x += c->samples * per_sample;
	}
}

void flame_write_svg(const struct flame *f, const char *title, FILE *out)
{
	double all = f->root.samples, per_sample = all > 0 ? (WIDTH - 20) / all : 0;
	double height = HEAD + ROW * (depth_of(&f->root, per_sample) + 1) + 8, x = 10;

	fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" font-family=\"DejaVu Sans, "
		"Helvetica, sans-serif\" font-size=\"10\">\n<rect width=\"100%%\" height=\"100%%\" "
		"fill=\"#ffffff\"/>\n<text x=\"10\" y=\"18\" font-size=\"13\">", WIDTH, height, WIDTH,
		height);
	escaped(title, 200, out);
	fprintf(out, "</text>\n<text x=\"10\" y=\"34\">%.0f samples; orange: bouncelab and copies, "
		"pink: locks and addresses, blue: block layer and virtio</text>\n", all);
	for (const struct node *c = f->root.child; c; c = c->next) {
		if (c->samples * per_sample >= NARROWEST)
			draw(c, x, height - 8 - ROW, per_sample, all, out);
		x += c->samples * per_sample;
	}
	fputs("</svg>\n", out);
}
