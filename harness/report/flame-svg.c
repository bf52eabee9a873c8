// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/flame-svg.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH		1200.0
#define ROW		15.0
#define HEAD		44.0
#define NARROWEST	0.4	/* pixels: narrower boxes are left out */
#define CHAR		6.2	/* pixels of a letter, about */

static unsigned int count_rows(const struct profile_node *n, double per_sample)
{
	unsigned int deepest = 0, d;

	for (const struct profile_node *c = n->child; c; c = c->next) {
		if (c->samples * per_sample < NARROWEST)
			continue;
		d = count_rows(c, per_sample) + 1;
		deepest = d > deepest ? d : deepest;
	}
	return deepest;
}

/* Colours of the module, copies, locks, the block layer, virtio: their greys differ as well. */
static const char *choose_colour(const char *name)
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

static void write_escaped(const char *text, size_t most, FILE *out)
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

static void draw_box(const struct profile_node *n, double x, double y, double per_sample,
		     double all, FILE *out);

/* Draw the functions that @n calls side by side, from @x on. */
static void draw_children(const struct profile_node *n, double x, double y, double per_sample,
			  double all, FILE *out)
{
	for (const struct profile_node *c = n->child; c; c = c->next) {
		if (c->samples * per_sample >= NARROWEST)
			draw_box(c, x, y, per_sample, all, out);
		x += c->samples * per_sample;
	}
}

static void draw_box(const struct profile_node *n, double x, double y, double per_sample,
		     double all, FILE *out)
{
	double width = n->samples * per_sample;
	size_t letters = width > 3 * CHAR ? (size_t)((width - 4) / CHAR) : 0;

	fprintf(out, "<g><title>");
	write_escaped(n->name, 200, out);
	fprintf(out, ": %.0f samples, %.2f %%</title>", n->samples, 100 * n->samples / all);
	fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\" "
		"stroke=\"#ffffff\" stroke-width=\"0.4\"/>", x, y, width, ROW - 1,
		choose_colour(n->name));
	if (letters) {
		fprintf(out, "<text x=\"%.1f\" y=\"%.1f\">", x + 2, y + ROW - 4.5);
		write_escaped(n->name, letters, out);
		fputs("</text>", out);
	}
	fputs("</g>\n", out);
	draw_children(n, x, y - ROW, per_sample, all, out);
}

void flame_write_svg(const struct profile *p, const char *title, FILE *out)
{
	const struct profile_node *root = profile_root(p);
	double all = root->samples, per_sample = all > 0 ? (WIDTH - 20) / all : 0;
	double height = HEAD + ROW * (count_rows(root, per_sample) + 1) + 8;

	fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" font-family=\"DejaVu Sans, "
		"Helvetica, sans-serif\" font-size=\"10\">\n<rect width=\"100%%\" height=\"100%%\" "
		"fill=\"#ffffff\"/>\n<text x=\"10\" y=\"18\" font-size=\"13\">", WIDTH, height, WIDTH,
		height);
	write_escaped(title, 200, out);
	fprintf(out, "</text>\n<text x=\"10\" y=\"34\">%.0f samples; orange: bouncelab and copies, "
		"pink: locks and addresses, blue: block layer and virtio</text>\n", all);
	draw_children(root, 10, height - 8 - ROW, per_sample, all, out);
	fputs("</svg>\n", out);
}
