// SPDX-License-Identifier: GPL-2.0-or-later
/* The Markdown around the markers; paper.h says what they look like. */
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
	size_t line;		/* number of the one that was taken last */
	bool in_code, failed;
	char *paragraph;	/* of it: what is not between markers, so far */
	size_t paragraph_line;
	FILE *out;
};

static bool starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* The next line without its end; NULL if there is none. */
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

static void wrong(struct walk *w, size_t line, const char *is, const char *should,
		  const char *from)
{
	w->p->wrong++;
	if (w->p->check)
		paper_err(w->p, line, "says '%s', the results say '%s' (%s)", is, should, from);
}

/* --- numbers without a source ----------------------------------------------------- */

/* "12.5", or "12 %" */
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
	return *end == '%' || starts(end, " %");
}

/* Is the digit at S of a name or a version: "v6.12", "GPL-2.0", "Linux 6.12"? */
static bool in_name(const char *text, const char *s)
{
	size_t before = s - text;

	if (before && (isalnum((unsigned char)s[-1]) || s[-1] == '.'))
		return true;
	if (before > 1 && s[-1] == '-' && isalpha((unsigned char)s[-2]))
		return true;
	return before >= strlen("Linux ") && starts(s - strlen("Linux "), "Linux ");
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
				paper_err(w->p, line, "'%.*s' is from nowhere: neither a number of "
					  "the results nor in a paragraph that cites, as [3]",
					  (int)len, s);
		}
		s += len - 1;
	}
	free(text);
}

/* Headings and lines of tables by hand are no paragraphs. */
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

/* One number at S, of which *REST is what is left; what is no marker goes to PLAIN. */
static int number(struct walk *w, const char *s, const char **rest)
{
	const char *expr = s + strlen(NUMBER), *text = strstr(expr, COMMENT_END), *end;
	char *copy, *is, *should;

	text = text ? text + strlen(COMMENT_END) : NULL;
	end = text ? strstr(text, NUMBER_END) : NULL;
	if (!end) {
		paper_err(w->p, w->line, "a number begins, and does not end in its line by %s",
			  NUMBER_END);
		return -EINVAL;
	}
	copy = strndup(expr, text - strlen(COMMENT_END) - expr);
	is = strndup(text, end - text);
	should = paper_number(w->p, w->line, copy);
	if (should) {
		w->p->numbers++;
		if (strcmp(is, should))
			wrong(w, w->line, is, should, bl_strip(copy));
		fprintf(w->out, "%.*s%s%s", (int)(text - s), s, should, NUMBER_END);
	}
	*rest = end + strlen(NUMBER_END);
	free(copy);
	free(is);
	free(should);
	return should ? 0 : -EINVAL;
}

static int plain_line(struct walk *w, const char *line)
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
			err = number(w, mark, &s);
		}
	}
	fputc('\n', w->out);
	fclose(f);
	add_to_paragraph(w, plain);
	free(plain);
	return err;
}

static int table(struct walk *w, const char *line)
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
	text = old && end ? paper_table(w->p, first, copy) : NULL;
	if (!old || !end)
		paper_err(w->p, first, "a table begins, and does not end by a line %s", TABLE_END);
	if (text) {
		w->p->tables++;
		should = text;
		rest = is;
		for (size_t n = first + 1; *should || *rest; n++) {
			size_t a = strcspn(rest, "\n"), b = strcspn(should, "\n");
			char *x = strndup(rest, a), *y = strndup(should, b);

			if (strcmp(x, y))
				wrong(w, n, x, y, bl_strip(copy));
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

/* The path in "![caption](PATH)", relative to the directory of the paper. */
static char *image_path(const struct paper *p, const char *line)
{
	const char *open = starts(line, "![") ? strstr(line, "](") : NULL;
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

static int figure(struct walk *w, const char *line)
{
	char *name = bl_strdup(line + strlen(FIGURE)), *next = take_line(w);
	char *end = strstr(name, COMMENT_END), *from, *to, *is = NULL, *should = NULL;
	int err = -EINVAL;

	to = next ? image_path(w->p, next) : NULL;
	if (!end || !to) {
		paper_err(w->p, w->line, "behind a figure's marker comes its line, as "
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
			wrong(w, w->line, to, from, "figure");
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

static int one_line(struct walk *w, const char *line)
{
	if (starts(line, "```"))
		w->in_code = !w->in_code;
	if (w->in_code || starts(line, "```") || starts(line, "    ") || *line == '|') {
		end_paragraph(w);
		fprintf(w->out, "%s\n", line);
		return 0;
	}
	if (starts(line, TABLE) || starts(line, FIGURE))
		end_paragraph(w);
	if (starts(line, TABLE))
		return table(w, line);
	if (starts(line, FIGURE))
		return figure(w, line);
	return plain_line(w, line);
}

char *paper_render(struct paper *p, const char *text)
{
	struct walk w = { .p = p, .next = text };
	char *out = NULL, *line;
	size_t len;

	w.out = open_memstream(&out, &len);
	while ((line = take_line(&w))) {
		w.failed |= one_line(&w, line) != 0;
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
