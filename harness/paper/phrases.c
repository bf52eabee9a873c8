// SPDX-License-Identifier: GPL-2.0-or-later
#include "paper/phrases.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct phrase {
	char *line_text;	/* the strings point into it */
	const char *path, *words, *citation;	/* citation: NULL if it is not cited */
	size_t line;
	bool own, used;		/* own: of this text alone */
};

struct paper_phrases {
	char *path[2];		/* NAME.phrases, phrases.txt */
	struct phrase *v;
	size_t n;
};

static const char *const kinds[] = {
	"cited", "setting", "version", "time", "name", "count", "definition", "term",
};

static bool has_letter(const char *s)
{
	while (*s && !isalpha((unsigned char)*s))
		s++;
	return *s;
}

/* Return the number of words. */
static size_t count_words(const char *s)
{
	size_t n = 0;

	for (; *(s += strspn(s, " ")); s += strcspn(s, " "))
		n++;
	return n;
}

static void parse_phrase(struct paper *p, const char *path, char *text, size_t line)
{
	struct paper_phrases *all = p->phrases;
	struct phrase f = {
		.line_text = bl_strdup(text), .path = path, .line = line,
		.own = path == all->path[0],
	};
	char *part[3] = {}, *rest = f.line_text;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(part) && rest; n++)
		part[n] = bl_strip(strsep(&rest, "|"));
	if (n != ARRAY_SIZE(part) || rest || !*part[2]) {
		paper_wrong(p, path, line, "not 'kind | phrase | reason'");
	} else if (bl_find_name(kinds, ARRAY_SIZE(kinds), part[0]) < 0) {
		paper_wrong(p, path, line, "unknown kind '%s'; valid: cited, setting, version, time, "
			    "name, count, definition, term", part[0]);
	} else if (!has_letter(part[1])) {
		paper_wrong(p, path, line, "the phrase '%s' has no letter: add a word of the text "
			    "around it", part[1]);
	} else if (count_words(part[1]) < 2 && strcmp(part[0], "name") && strcmp(part[0], "version")) {
		paper_wrong(p, path, line, "the phrase '%s' is one word, which could stand anywhere: add words of "
			    "the text around it", part[1]);
	} else if (!strcmp(part[0], "cited") && *part[2] != '[') {
		paper_wrong(p, path, line, "the reason of a cited phrase is a reference, as [3]");
	} else {
		f.words = part[1];
		f.citation = strcmp(part[0], "cited") ? NULL : part[2];
		all->v = bl_realloc(all->v, (all->n + 1) * sizeof(*all->v));
		all->v[all->n++] = f;
		return;
	}
	free(f.line_text);
}

static int load_list(struct paper *p, const char *path, bool needed)
{
	char *text, *rest, *one;
	size_t line = 0;
	int err = bl_read_file(path, &text, NULL);

	if (err == -ENOENT && !needed)
		return 0;
	if (err) {
		bl_err("%s: %s", path, strerror(-err));
		return err;
	}
	for (rest = text; (one = strsep(&rest, "\n"));) {
		line++;
		if (*one && *one != '#')
			parse_phrase(p, path, one, line);
	}
	free(text);
	return 0;
}

int phrases_load(struct paper *p)
{
	size_t stem = strlen(p->source) - strlen(".in.md");
	const char *slash = strrchr(p->source, '/');
	int dir = slash ? (int)(slash - p->source + 1) : 0;
	int err;

	p->phrases = bl_zalloc(sizeof(*p->phrases));
	p->phrases->path[0] = bl_fmt("%.*s.phrases", (int)stem, p->source);
	p->phrases->path[1] = bl_fmt("%.*sphrases.txt", dir, p->source);
	err = load_list(p, p->phrases->path[0], true);
	return err ? err : load_list(p, p->phrases->path[1], false);
}

void phrases_free(struct paper *p)
{
	if (!p->phrases)
		return;
	for (size_t i = 0; i < p->phrases->n; i++)
		free(p->phrases->v[i].line_text);
	free(p->phrases->v);
	free(p->phrases->path[0]);
	free(p->phrases->path[1]);
	free(p->phrases);
	p->phrases = NULL;
}

/* Tell whether a word ends before @s, or begins at it; "64" does not begin "64.5". */
static bool is_edge(const char *text, const char *s)
{
	if (s == text || !*s)
		return true;
	if (isalnum((unsigned char)s[-1]) && isalnum((unsigned char)*s))
		return false;
	/* "1.5" and "47,000" are one word. */
	if (isdigit((unsigned char)s[-1]) && (*s == '.' || *s == ','))
		return !isdigit((unsigned char)s[1]);
	if ((s[-1] == '.' || s[-1] == ',') && isdigit((unsigned char)*s))
		return s - 1 == text || !isdigit((unsigned char)s[-2]);
	return true;
}

void phrases_cover(struct paper *p, const char *text, bool *covered)
{
	for (size_t i = 0; i < p->phrases->n; i++) {
		struct phrase *f = &p->phrases->v[i];
		size_t len = strlen(f->words);

		if (f->citation && !strstr(text, f->citation))
			continue;
		for (const char *s = text; (s = strstr(s, f->words)); s++) {
			if (!is_edge(text, s) || !is_edge(text, s + len))
				continue;
			f->used = true;
			memset(covered + (s - text), true, len);
		}
	}
}

void phrases_report_unused(struct paper *p)
{
	for (size_t i = 0; i < p->phrases->n; i++)
		if (p->phrases->v[i].own && !p->phrases->v[i].used)
			paper_wrong(p, p->phrases->v[i].path, p->phrases->v[i].line,
				    "the text has no '%s'", p->phrases->v[i].words);
}
