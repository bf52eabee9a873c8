// SPDX-License-Identifier: GPL-2.0-or-later
#include "paper/phrases.h"
#include "paper/prose.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Words of a plane that must be in the prose of a section which shows its numbers. */
static const char *const plane_words[] = {
	[VALUE_EMULATED] = "emulated", [VALUE_NATIVE] = "native", [VALUE_MODEL] = "model",
};

/* --- a paragraph while it is read ------------------------------------------------------- */

void prose_add_text(struct paragraph *g, const char *text, size_t len, size_t line)
{
	g->text = bl_realloc(g->text, g->len + len + 1);
	g->line = bl_realloc(g->line, (g->len + len + 1) * sizeof(*g->line));
	for (size_t i = 0; i < len; i++) {
		char c = text[i] == '\n' || text[i] == '\t' ? ' ' : text[i];

		if (c == ' ' && g->len && g->text[g->len - 1] == ' ')
			continue;
		g->text[g->len] = c;
		g->line[g->len++] = line;
	}
	g->text[g->len] = '\0';
	g->line[g->len] = line;
}

static struct prose_mark *add_mark(const struct paragraph *g, struct prose_mark **list, size_t *n,
				   size_t line)
{
	*list = bl_realloc(*list, (*n + 1) * sizeof(**list));
	(*list)[*n] = (struct prose_mark){ .at = g->len, .line = line };
	return &(*list)[(*n)++];
}

void prose_add_value(struct paragraph *g, const struct value *v, bool alone, size_t line)
{
	struct prose_mark *m = add_mark(g, &g->values, &g->n_values, line);

	m->value = v;
	m->alone = alone;
	prose_add_text(g, (const char []){ PROSE_VALUE }, 1, line);
}

void prose_add_claim(struct paper *p, struct paragraph *g, const char *text, size_t line)
{
	struct prose_mark *m = add_mark(g, &g->claims, &g->n_claims, line);

	m->broken = claim_check(p, (struct place){ NULL, line }, text, &m->claim);
}

static void empty(struct paragraph *g)
{
	for (size_t i = 0; i < g->n_claims; i++)
		claim_free(&g->claims[i].claim);
	free(g->text);
	free(g->line);
	free(g->values);
	free(g->claims);
	*g = (struct paragraph){ .references = g->references };
}

/* --- sentences --------------------------------------------------------------------------- */

/* Return the end of the sentence that begins at @from: behind its mark, or the text's end. */
static size_t sentence_end(const struct paragraph *g, size_t from)
{
	for (size_t i = from; i < g->len; i++) {
		size_t next = i + 1;

		if (!strchr(".?!", g->text[i]))
			continue;
		while (g->text[next] && strchr(")*\"`_~'", g->text[next]))
			next++;
		if (!g->text[next])
			break;
		if (g->text[next] != ' ')
			continue;
		next += strspn(g->text + next, " ");
		if (!islower((unsigned char)g->text[next]))
			return next;
	}
	return g->len;
}

/* Tell whether the claim is of the sentence: in it, or behind its mark. */
bool prose_is_claim_of(const struct paragraph *g, const struct prose_mark *m, size_t from, size_t to)
{
	size_t at = m->at;

	while (at && g->text[at - 1] == ' ')
		at--;
	return at > from && at <= to;
}

/* Tell whether the phrase of the claim has the text from @a to @b of the sentence. */
static bool phrase_has(const struct paragraph *g, const struct prose_mark *m, size_t from, size_t to,
		       size_t a, size_t b)
{
	size_t len = strlen(m->claim.phrase ? m->claim.phrase : "");

	if (!len)
		return false;
	for (size_t i = from; i + len <= to; i++)
		if (!strncmp(g->text + i, m->claim.phrase, len) && i <= a && b <= i + len)
			return true;
	return false;
}

static bool cites(const struct paragraph *g, const struct prose_mark *m, size_t from, size_t to)
{
	char *sentence = strndup(g->text + from, to - from);
	bool hit = !m->claim.citation || strstr(sentence, m->claim.citation);

	free(sentence);
	return hit;
}

static void check_claims(struct paper *p, const struct paragraph *g, size_t from, size_t to)
{
	for (size_t i = 0; i < g->n_claims; i++) {
		const struct prose_mark *m = &g->claims[i];
		bool found = false;

		if (m->broken || !prose_is_claim_of(g, m, from, to))
			continue;
		for (size_t k = from; !found && k < to; k++)
			found = phrase_has(g, m, from, to, k, k + 1);
		if (!found)
			paper_wrong(p, NULL, m->line, "the sentence of this claim does not say '%s'",
				    m->claim.phrase);
		if (claim_has_wide_range(&m->claim))
			paper_wrong(p, NULL, m->line, "the claim '%s' has a range whose ends its phrase "
				    "does not say", m->claim.phrase);
		if (!cites(g, m, from, to))
			paper_wrong(p, NULL, m->line, "the sentence of this claim does not cite %s",
				    m->claim.citation);
	}
}

static bool claimed_number(const struct paragraph *g, size_t from, size_t to, size_t at, size_t len)
{
	for (size_t i = 0; i < g->n_claims; i++) {
		const struct prose_mark *m = &g->claims[i];

		if (prose_is_claim_of(g, m, from, to) && phrase_has(g, m, from, to, at, at + len) &&
		    (m->broken || claim_carries_number(&m->claim, g->text, at, len)))
			return true;
	}
	return false;
}

/* --- numbers ------------------------------------------------------------------------------ */

/* Tell whether the digits at @at are a reference, "[3]", or a part of a date, "9 March 2021". */
static bool is_reference_or_date(const struct paragraph *g, size_t at, size_t len)
{
	static const char *const months[] = {
		"January", "February", "March", "April", "May", "June", "July", "August",
		"September", "October", "November", "December",
	};
	const char *s = g->text + at, *end = s + len;

	if (!isdigit((unsigned char)*s))
		return false;
	if (at && s[-1] == '[' && *end == ']')
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(months); i++) {
		size_t n = strlen(months[i]);

		if (len == 4 && at > n && !strncmp(s - n - 1, months[i], n) && s[-1] == ' ')
			return true;
		if (len <= 2 && *end == ' ' && !strncmp(end + 1, months[i], n) &&
		    isdigit((unsigned char)end[n + 2]))
			return true;
	}
	return false;
}

/* Return the bytes that number a heading, "## 4. ", or an item of a list, "1. ". */
static size_t skip_numbering(const char *text)
{
	size_t n = strspn(text, "# "), digits = strspn(text + n, "0123456789");

	return digits && !strncmp(text + n + digits, ". ", 2) ? n + digits : 0;
}

static void check_numbers(struct paper *p, const struct paragraph *g, const bool *covered,
			  size_t from, size_t to)
{
	for (size_t i = from ? from : skip_numbering(g->text), len; i < to; i += len ? len : 1) {
		len = words_number(g->text, i);
		if (!len || covered[i] || is_reference_or_date(g, i, len) ||
		    claimed_number(g, from, to, i, len))
			continue;
		paper_wrong(p, NULL, g->line[i], "'%.*s' has no source: it is no {value}, no claim "
			    "has it, and the lists of phrases do not (in '%.*s')", (int)len,
			    g->text + i, (int)(to - i < 40 ? to - i : 40), g->text + i);
	}
}

/* --- words of verdicts ---------------------------------------------------------------------- */

static bool has_claim(const struct paragraph *g, size_t from, size_t to)
{
	for (size_t i = 0; i < g->n_claims; i++)
		if (prose_is_claim_of(g, &g->claims[i], from, to))
			return true;
	return false;
}

static void check_verdict(struct paper *p, const struct paragraph *g, size_t from, size_t to,
			  size_t at, size_t len, enum word_way way)
{
	size_t first, end;
	bool negated = words_negated(g->text, from, at, len, &first, &end), phrased = false;

	for (size_t i = 0; i < g->n_claims; i++) {
		const struct prose_mark *m = &g->claims[i];

		if (!prose_is_claim_of(g, m, from, to) || !phrase_has(g, m, from, to, first, end))
			continue;
		phrased = true;
		if (m->broken || claim_carries_way(&m->claim, way, negated))
			return;
	}
	if (phrased)
		paper_wrong(p, NULL, g->line[at], "the claim says another way than '%.*s'",
			    (int)(end - first), g->text + first);
	else
		paper_wrong(p, NULL, g->line[at], "'%.*s' says how something did, and no claim of "
			    "its sentence has that phrase", (int)(end - first), g->text + first);
}

static void check_verdicts(struct paper *p, const struct paragraph *g, const bool *covered,
			   size_t from, size_t to)
{
	enum word_way way;
	size_t end = to;

	while (end > from && strchr(" )*\"`_~'", g->text[end - 1]))
		end--;
	if (end > from && g->text[end - 1] == '?')
		return;
	for (size_t i = from, len; i < to; i += len ? len : 1) {
		len = words_verdict(g->text, i, &way);
		if (!len || covered[i])
			continue;
		if (way != (WAY_UP | WAY_DOWN | WAY_SAME))
			check_verdict(p, g, from, to, i, len, way);
		else if (!has_claim(g, from, to))
			paper_wrong(p, NULL, g->line[i], "a verdict without a claim");
	}
}

/* --- the whole ----------------------------------------------------------------------------------- */

/* Tell whether the text says the word, and not that it is not so. */
static bool says_plane(const char *text, const char *word)
{
	size_t first, end;

	for (const char *s = text; (s = strcasestr(s, word)); s++)
		if (!words_negated(text, 0, s - text, strlen(word), &first, &end))
			return true;
	return false;
}

/* Cover what is withdrawn, between two marks ~~. */
static void cover_struck(const char *text, bool *covered)
{
	const char *from, *to = text;

	while ((from = strstr(to, "~~")) && (to = strstr(from + 2, "~~"))) {
		memset(covered + (from - text), true, to - from);
		to += 2;
	}
}

static void check_paragraph(struct paper *p, const struct paragraph *g, struct section *s)
{
	bool *covered = bl_zalloc((g->len + 1) * sizeof(*covered));

	phrases_cover(p, g->text, covered);
	cover_struck(g->text, covered);
	for (size_t from = 0, to; from < g->len; from = to) {
		to = sentence_end(g, from);
		check_claims(p, g, from, to);
		if (!g->references)
			check_numbers(p, g, covered, from, to);
		check_verdicts(p, g, covered, from, to);
		prose_check_rows(p, g, s, from, to);
	}
	prose_check_values(p, g, s);
	for (size_t i = 0; i < ARRAY_SIZE(plane_words); i++)
		s->says[i] |= plane_words[i] && says_plane(g->text, plane_words[i]);
	free(covered);
}

void prose_end_paragraph(struct paper *p, struct paragraph *g, struct section *s)
{
	if (g->len)
		check_paragraph(p, g, s);
	empty(g);
}

void prose_end_section(struct paper *p, struct section *s, const char *heading)
{
	for (size_t i = 0; i < ARRAY_SIZE(plane_words); i++)
		if (plane_words[i] && s->shows[i] && !s->says[i])
			paper_wrong(p, NULL, s->shows[i], "the section shows a number that is '%s', and "
				    "its prose does not say so", plane_words[i]);
	free(s->heading);
	*s = (struct section){ .heading = heading ? bl_strdup(heading) : NULL };
}
