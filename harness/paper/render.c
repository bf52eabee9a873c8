// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks over the Markdown around the markers; paper.h shows them. */
#include "paper/paper.h"

#include <ctype.h>
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER		"<!--="
#define NUMBER_END	"<!--/-->"
#define TABLE		"<!--table "
#define TABLE_END	"<!--/table-->"
#define FIGURE		"<!--figure "
#define COMMENT_END	"-->"

/* A walk over the lines of the text. */
struct walk {
	struct paper *p;
	const char *next;	/* line, or NULL at the end */
	size_t line;		/* number of the last line taken */
	bool in_code, failed;
	char *paragraph;	/* its text outside of markers so far, or NULL */
	size_t paragraph_line;
	FILE *out;
};

static bool starts_with(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* Return the next line without its end, or NULL. The caller frees it. */
static char *take_line(struct walk *w)
{
	const char *end;
	char *line;

	if (!w->next || !*w->next)
		return NULL;
	end = strchrnul(w->next, '\n');
	line = strndup(w->next, end - w->next);
	w->next = *end ? end + 1 : NULL;
	w->line++;
	return line;
}

static void note_wrong(struct walk *w, size_t line, const char *is, const char *should,
		  const char *from)
{
	w->p->wrong++;
	if (w->p->check)
		paper_err(w->p, line, "says '%s', the results say '%s' (%s)", is, should, from);
}

/* --- numbers without a source ----------------------------------------------------- */

/* Tell whether "12.5" or "12 %" begins at @s, and how long it is. */
static bool is_claim(const char *s, size_t *len)
{
	const char *end = s;

	while (isdigit((unsigned char)*end))
		end++;
	*len = end - s;
	if (*end == '.' && isdigit((unsigned char)end[1])) {
		*len += 1 + strspn(end + 1, "0123456789");
		return true;
	}
	return *end == '%' || starts_with(end, " %");
}

/* Tell whether the digit at @s is in a name or version: "v6.12", "GPL-2.0", "Linux 6.12". */
static bool in_name(const char *text, const char *s)
{
	size_t before = s - text;

	if (before && (isalnum((unsigned char)s[-1]) || s[-1] == '.'))
		return true;
	if (before > 1 && s[-1] == '-' && isalpha((unsigned char)s[-2]))
		return true;
	return before >= strlen("Linux ") && starts_with(s - strlen("Linux "), "Linux ");
}

static bool cites(const char *text)
{
	for (const char *s = text; (s = strchr(s, '[')); s++)
		if (isdigit((unsigned char)s[1]) && s[1 + strspn(s + 1, "0123456789, ")] == ']')
			return true;
	return false;
}

static void end_paragraph(struct walk *w)
{
	char *text = w->paragraph;
	size_t line = w->paragraph_line, len;
	bool code = false;

	w->paragraph = NULL;
	if (!text)
		return;
	for (const char *s = text; !cites(text) && *s; s++) {
		line += *s == '\n';
		code ^= *s == '`';
		if (code || !isdigit((unsigned char)*s) || in_name(text, s))
			continue;
		if (is_claim(s, &len)) {
			w->p->wrong++;
			if (w->p->check)
				paper_err(w->p, line, "'%.*s' has no source: it is not between "
					  "markers, and its paragraph cites nothing, as [3]",
					  (int)len, s);
		}
		s += len - 1;
	}
	free(text);
}

/* Add a line to the paragraph. An empty line or a heading ends it. */
static void add_to_paragraph(struct walk *w, const char *text)
{
	char *old = w->paragraph;

	if (!*text || *text == '#') {
		end_paragraph(w);
		return;
	}
	if (!old)
		w->paragraph_line = w->line;
	w->paragraph = old ? bl_fmt("%s\n%s", old, text) : bl_strdup(text);
	free(old);
}

/* --- the three markers ------------------------------------------------------------ */

/* Render the number whose marker is at @s. *@rest gets the text behind it. */
static int render_number(struct walk *w, const char *s, const char **rest)
{
	const char *expr = s + strlen(NUMBER), *text = strstr(expr, COMMENT_END), *end;
	char *copy, *is, *should;

	text = text ? text + strlen(COMMENT_END) : NULL;
	end = text ? strstr(text, NUMBER_END) : NULL;
	if (!end) {
		paper_err(w->p, w->line, "the number does not end in its line with %s",
			  NUMBER_END);
		return -EINVAL;
	}
	copy = strndup(expr, text - strlen(COMMENT_END) - expr);
	is = strndup(text, end - text);
	should = paper_make_number(w->p, w->line, copy);
	if (should) {
		w->p->numbers++;
		if (strcmp(is, should))
			note_wrong(w, w->line, is, should, bl_strip(copy));
		fprintf(w->out, "%.*s%s%s", (int)(text - s), s, should, NUMBER_END);
	}
	*rest = end + strlen(NUMBER_END);
	free(copy);
	free(is);
	free(should);
	return should ? 0 : -EINVAL;
}

static int render_plain_line(struct walk *w, const char *line)
{
	char *plain = NULL;
	size_t len;
	FILE *f = open_memstream(&plain, &len);
	int err = 0;

	for (const char *s = line; !err && *s;) {
		const char *mark = strstr(s, NUMBER);

		len = mark ? (size_t)(mark - s) : strlen(s);
		fwrite(s, 1, len, w->out);
		fwrite(s, 1, len, f);
		s += len;
		if (mark) {
			fputs(" _ ", f);
			err = render_number(w, mark, &s);
		}
	}
	fputc('\n', w->out);
	fclose(f);
	add_to_paragraph(w, plain);
	free(plain);
	return err;
}

static int render_table(struct walk *w, const char *line)
{
	const char *expr = line + strlen(TABLE), *end = strstr(expr, COMMENT_END);
	char *copy, *text, *old, *is = bl_strdup(""), *rest, *should;
	size_t first = w->line;

	fprintf(w->out, "%s\n", line);
	while ((old = take_line(w)) && strcmp(old, TABLE_END)) {
		char *all = bl_fmt("%s%s\n", is, old);

		free(is);
		free(old);
		is = all;
	}
	copy = strndup(expr, end ? (size_t)(end - expr) : strlen(expr));
	text = old && end ? paper_make_table(w->p, first, copy) : NULL;
	if (!old || !end)
		paper_err(w->p, first, "the table does not end with a line %s", TABLE_END);
	if (text) {
		w->p->tables++;
		should = text;
		rest = is;
		for (size_t n = first + 1; *should || *rest; n++) {
			size_t a = strcspn(rest, "\n"), b = strcspn(should, "\n");
			char *x = strndup(rest, a), *y = strndup(should, b);

			if (strcmp(x, y))
				note_wrong(w, n, x, y, bl_strip(copy));
			rest += a + (rest[a] == '\n');
			should += b + (should[b] == '\n');
			free(x);
			free(y);
		}
		fprintf(w->out, "%s%s\n", text, TABLE_END);
	}
	free(old);
	free(is);
	free(copy);
	free(text);
	return text ? 0 : -EINVAL;
}

/* Return the path in "![caption](PATH)", relative to the paper's directory, or NULL. */
static char *image_path(const struct paper *p, const char *line)
{
	const char *open = starts_with(line, "![") ? strstr(line, "](") : NULL;
	const char *slash = strrchr(p->path, '/');
	int dir = slash ? (int)(slash - p->path + 1) : 0;
	size_t len;

	if (!open)
		return NULL;
	len = strcspn(open + 2, ")");
	return bl_fmt("%.*s%.*s", dir, p->path, (int)len, open + 2);
}

static int write_figure(const char *to, const char *text)
{
	char *copy = bl_strdup(to);
	int err = bl_mkdir_p(dirname(copy));

	free(copy);
	return err ? err : bl_write_file(to, text, strlen(text));
}

static int render_figure(struct walk *w, const char *line)
{
	char *name = bl_strdup(line + strlen(FIGURE)), *next = take_line(w);
	char *end = strstr(name, COMMENT_END), *from, *to, *is = NULL, *should = NULL;
	int err = -EINVAL;

	to = next ? image_path(w->p, next) : NULL;
	if (!end || !to) {
		paper_err(w->p, w->line, "the line behind a figure's marker must be "
			  "![caption](path)");
		free(name);
		goto out;
	}
	*end = '\0';
	from = bl_fmt("%s/%s", w->p->data, bl_strip(name));
	free(name);
	err = bl_read_file(from, &should, NULL);
	if (err)
		paper_err(w->p, w->line, "%s: %s", from, strerror(-err));
	if (!err) {
		w->p->figures++;
		bl_read_file(to, &is, NULL);
		if (!is || strcmp(is, should))
			note_wrong(w, w->line, to, from, "figure");
		if (!w->p->check)
			err = write_figure(to, should);
		if (err)
			paper_err(w->p, w->line, "%s: %s", to, strerror(-err));
		fprintf(w->out, "%s\n%s\n", line, next);
	}
	free(from);
out:
	free(next);
	free(to);
	free(is);
	free(should);
	return err;
}

/* --- the whole ---------------------------------------------------------------------- */

static int render_line(struct walk *w, const char *line)
{
	if (starts_with(line, "```"))
		w->in_code = !w->in_code;
	if (w->in_code || starts_with(line, "```") || starts_with(line, "    ") || *line == '|') {
		end_paragraph(w);
		fprintf(w->out, "%s\n", line);
		return 0;
	}
	if (starts_with(line, TABLE) || starts_with(line, FIGURE))
		end_paragraph(w);
	if (starts_with(line, TABLE))
		return render_table(w, line);
	if (starts_with(line, FIGURE))
		return render_figure(w, line);
	return render_plain_line(w, line);
}

char *paper_render(struct paper *p, const char *text)
{
	struct walk w = { .p = p, .next = text };
	char *out = NULL, *line;
	size_t len;

	w.out = open_memstream(&out, &len);
	while ((line = take_line(&w))) {
		w.failed |= render_line(&w, line) != 0;
		free(line);
	}
	end_paragraph(&w);
	fclose(w.out);
	if (w.failed) {
		free(out);
		out = NULL;
	}
	return out;
}

void paper_free(struct paper *p)
{
	for (size_t i = 0; i < p->n_csv; i++)
		csv_free(&p->csv[i]);
	free(p->csv);
}
