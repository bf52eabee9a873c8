// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks over the source of a text. */
#include "paper/figure.h"
#include "paper/paper.h"
#include "paper/phrases.h"
#include "paper/prose.h"
#include "paper/result-table.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TABLE		"<!--table "
#define FIGURE		"<!--figure "
#define CLAIM		"<!--claim "
#define COMMENT		"<!--"
#define COMMENT_END	"-->"
#define VALUE_CHARS	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:'/._-"

struct walk {
	struct paper *p;
	const char *next;	/* the rest of the source, or NULL at the end */
	size_t line;		/* number of the line that was taken, its first if it has several */
	size_t taken;		/* number of lines taken */
	bool in_code;
	struct paragraph paragraph;
	struct section section;
	FILE *out;
};

static bool starts_with(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* Tell whether a comment begins in the text and does not end in it. */
static bool is_open_comment(const char *text)
{
	const char *s = text;

	while ((s = strstr(s, COMMENT))) {
		s = strstr(s, COMMENT_END);
		if (!s)
			return true;
	}
	return false;
}

/* Return the next line without its end, with those of a comment in one. The caller frees it. */
static char *take_line(struct walk *w)
{
	char *line = NULL;

	if (!w->next || !*w->next)
		return NULL;
	w->line = w->taken + 1;
	do {
		const char *end = strchrnul(w->next, '\n');
		char *more = bl_fmt("%s%s%.*s", line ? line : "", line ? "\n" : "",
				    (int)(end - w->next), w->next);

		free(line);
		line = more;
		w->next = *end ? end + 1 : NULL;
		w->taken++;
	} while (!w->in_code && w->next && *w->next && is_open_comment(line));
	return line;
}

static void end_paragraph(struct walk *w)
{
	prose_end_paragraph(w->p, &w->paragraph, &w->section);
}

/* --- a line of prose ------------------------------------------------------------------------ */

/* Render {NAME} or {NAME:est}. Return the bytes that it has, or 0 if this is no value. */
static size_t render_value(struct walk *w, const char *s)
{
	static const char est[] = ":est";
	size_t len = strspn(s + 1, VALUE_CHARS), name = len;
	const struct value *v;
	bool alone;

	if (!len || s[1 + len] != '}')
		return 0;
	alone = len > strlen(est) && !strncmp(s + 1 + len - strlen(est), est, strlen(est));
	name -= alone ? strlen(est) : 0;
	v = value_find(w->p, s + 1, name);
	w->p->n_values++;
	if (!v) {
		paper_wrong(w->p, NULL, w->line, "there is no value '%.*s'", (int)name, s + 1);
		fputc('?', w->out);
		return len + 2;
	}
	value_print(w->p, v, alone, w->out);
	prose_add_value(&w->paragraph, v, alone, w->line);
	return len + 2;
}

/* Take the comment at @s, a claim or one for authors. Return the bytes that it has. */
static size_t take_comment(struct walk *w, const char *s)
{
	const char *end = strstr(s, COMMENT_END);
	char *text;

	if (!end) {
		paper_wrong(w->p, NULL, w->line, "a comment does not end");
		return strlen(s);
	}
	if (starts_with(s, CLAIM)) {
		text = strndup(s + strlen(CLAIM), end - s - strlen(CLAIM));
		prose_add_claim(w->p, &w->paragraph, text, w->line);
		free(text);
	}
	return end - s + strlen(COMMENT_END);
}

/* Render text whose first @skip bytes are marks of Markdown, which are no prose. */
static void render_text(struct walk *w, const char *line, size_t skip)
{
	const char *s = line + skip;
	bool printed = skip;

	fwrite(line, 1, skip, w->out);
	if (w->paragraph.len && *s)
		prose_add_text(&w->paragraph, " ", 1, w->line);
	while (*s) {
		size_t n = 0;

		if (starts_with(s, COMMENT)) {
			s += take_comment(w, s);
			continue;
		}
		if (*s == '{')
			n = render_value(w, s);
		if (!n) {
			n = 1;
			fputc(*s, w->out);
			prose_add_text(&w->paragraph, s, 1, w->line);
		}
		printed = true;
		s += n;
	}
	/* A line that had only claims leaves nothing. */
	if (printed || !*line)
		fputc('\n', w->out);
}

/* Check text that is no prose, as prose of its own; it is printed as it is. */
static void check_as_prose(struct walk *w, const char *text)
{
	end_paragraph(w);
	prose_add_text(&w->paragraph, text, strlen(text), w->line);
	end_paragraph(w);
}

/* --- directives -------------------------------------------------------------------------------- */

/* Return what is between the directive's name and the end of the comment. */
static char *directive_text(const char *line, const char *name)
{
	const char *s = line + strlen(name), *end = strstr(s, COMMENT_END);

	return strndup(s, end ? (size_t)(end - s) : strlen(s));
}

static void render_directive(struct walk *w, const char *line)
{
	struct place at = { NULL, w->line };
	bool table = starts_with(line, TABLE);
	char *text = directive_text(line, table ? TABLE : FIGURE), *words = NULL;
	char *made = table ? table_make(w->p, at, text, &words) :
			     figure_make(w->p, at, text, &words);

	end_paragraph(w);
	fputs(made ? made : "?\n", w->out);
	if (words && *words)
		check_as_prose(w, words);
	free(words);
	free(made);
	free(text);
}

/* --- the whole ------------------------------------------------------------------------------------ */

static void render_heading(struct walk *w, const char *line)
{
	end_paragraph(w);
	prose_end_section(w->p, &w->section, line);
	render_text(w, line, 0);
	end_paragraph(w);
}

/* Return the bytes of the marks before the text of a quotation or of an item. */
static size_t marks_length(const char *line)
{
	size_t n = 0;

	if (starts_with(line, "> "))
		n = 2;
	else if (!strcmp(line, ">"))
		n = 1;
	if (starts_with(line + n, "- ") || starts_with(line + n, "* "))
		n += 2;
	return n;
}

static void render_prose(struct walk *w, const char *line)
{
	size_t marks = marks_length(line);
	bool item = marks >= 2 && line[marks - 2] != '>';
	bool reference = *line == '[' && isdigit((unsigned char)line[1]) && w->section.heading &&
			 strstr(w->section.heading, "References");

	if (item || reference || *line == '|' || !line[marks])
		end_paragraph(w);
	w->paragraph.references = reference;
	render_text(w, line, marks);
	if (*line == '|')
		end_paragraph(w);
}

/* Return the first HTML entity of a line, such as "&frac12;", or NULL. Its characters are no words. */
static const char *find_entity(const char *line)
{
	for (const char *s = line; (s = strchr(s, '&')); s++) {
		size_t len = strspn(s + 1, "#abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

		if (len && s[1 + len] == ';')
			return s;
	}
	return NULL;
}

/* Report marks that would hide text from the rules. */
static void check_marks(struct walk *w, const char *line)
{
	const char *entity = find_entity(line);

	if (entity)
		paper_wrong(w->p, NULL, w->line, "'%.*s' is an HTML entity: write the character",
			    (int)strcspn(entity, ";") + 1, entity);
	if (strstr(line, "~~~"))
		paper_wrong(w->p, NULL, w->line, "'~~~' begins no code here: use ```");
	if (strstr(line, "!["))
		paper_wrong(w->p, NULL, w->line, "an image by hand: use a figure directive");
	if (strstr(line, "<sub>"))
		paper_wrong(w->p, NULL, w->line, "a caption by hand: tables and figures have theirs");
}

static void render_line(struct walk *w, const char *line)
{
	bool fence = starts_with(line, "```");

	if (fence)
		w->in_code = !w->in_code;
	if (fence || w->in_code || (starts_with(line, "    ") && !w->paragraph.len)) {
		check_as_prose(w, line);
		fprintf(w->out, "%s\n", line);
	} else if (starts_with(line, TABLE) || starts_with(line, FIGURE)) {
		render_directive(w, line);
	} else {
		check_marks(w, line);
		if (*line == '#')
			render_heading(w, line);
		else
			render_prose(w, line);
	}
}

static void print_origin(const struct walk *w)
{
	const char *slash = strrchr(w->p->source, '/');

	fprintf(w->out, "<!-- Made from paper/%s by scripts/paper.sh render: edit that file. -->\n",
		slash ? slash + 1 : w->p->source);
}

char *paper_render(struct paper *p, const char *text)
{
	struct walk w = { .p = p, .next = text };
	char *out = NULL, *line;
	size_t len;

	w.out = open_memstream(&out, &len);
	while ((line = take_line(&w))) {
		if (starts_with(line, "<!-- SPDX")) {
			fprintf(w.out, "%s\n", line);
			print_origin(&w);
		} else {
			render_line(&w, line);
		}
		free(line);
	}
	end_paragraph(&w);
	prose_end_section(p, &w.section, NULL);
	values_report_unused(p);
	phrases_report_unused(p);
	fclose(w.out);
	return out;
}

int paper_open(struct paper *p)
{
	size_t len = strlen(p->source);
	int err;

	if (len < strlen(".in.md") || strcmp(p->source + len - strlen(".in.md"), ".in.md")) {
		bl_err("%s: the source of a text is called NAME.in.md", p->source);
		return -EINVAL;
	}
	p->csv = bl_zalloc(PAPER_MAX_FILES * sizeof(*p->csv));
	err = values_load(p);
	return err ? err : phrases_load(p);
}

void paper_free(struct paper *p)
{
	values_free(p);
	phrases_free(p);
	for (size_t i = 0; i < p->n_csv; i++)
		csv_free(&p->csv[i]);
	free(p->csv);
	p->csv = NULL;
	p->n_csv = 0;
}
