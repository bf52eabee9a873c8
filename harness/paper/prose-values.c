// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules for the values that a paragraph shows, and for those that its claims are of. */
#include "paper/prose.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Columns whose values a paragraph must name. */
static const char *const named_keys[] = {
	"label", "strategy", "job", "size", "threads", "what", "allocator",
};

/* Words for units, and the ends of columns that are in them. */
static const struct {
	const char *word, *column;
} units[] = {
	{ "ns", "_ns" }, { "us", "" }, { "ms", "" }, { "s", "" }, { "seconds", "" },
	{ "microseconds", "" }, { "milliseconds", "" }, { "nanoseconds", "_ns" },
	{ "instructions", "insns" }, { "insns", "insns" }, { "instructions", "insns_per_io" },
	{ "insns", "insns_per_io" }, { "MiB", "_mib" }, { "KiB", "" }, { "GiB", "" },
	{ "cycles", "" }, { "faults", "faults_per_map" }, { "pages", "pages_per_map" },
};

/* --- rows ---------------------------------------------------------------------------------- */

/* Tell whether a word begins, and if @whole also ends, at the text's part. */
static bool is_word(const char *text, const char *s, size_t len, bool whole)
{
	if (s > text && (isalnum((unsigned char)s[-1]) || s[-1] == '-'))
		return false;
	return !whole || !isalnum((unsigned char)s[len]);
}

/* Return where the text has the word, or NULL. */
static const char *find_word(const char *text, const char *word, bool whole)
{
	for (const char *s = text; (s = strcasestr(s, word)); s++)
		if (is_word(text, s, strlen(word), whole))
			return s;
	return NULL;
}

/* Return where the text first names the value of the condition, or NULL. */
static const char *find_row(struct paper *p, const char *text, const struct row_condition *c)
{
	char *aliases = row_aliases(p, c->key, c->value);
	const char *first = find_word(text, c->value, true);
	struct bl_strv l = {};

	bl_strv_split(&l, aliases ? aliases : "");
	for (size_t i = 0; i < l.n; i++) {
		const char *s = find_word(text, l.v[i], false);

		if (s && (!first || s < first))
			first = s;
	}
	bl_strv_free(&l);
	free(aliases);
	return first;
}

/* Tell whether the column names who is measured, which each sentence has to say by itself. */
static bool is_subject(const char *key)
{
	return !strcmp(key, "label") || !strcmp(key, "strategy");
}

static bool is_named(const struct row_condition *c)
{
	return !c->not && !strchr(c->value, ',') &&
	       bl_find_name(named_keys, ARRAY_SIZE(named_keys), c->key) >= 0;
}

/*
 * Check that the text around a value, or a claim, names its row: the sentence the strategy, the
 * paragraph with its heading the rest.
 */
static void check_row(struct paper *p, const struct value *v, size_t line, const char *sentence,
		      const char *paragraph, const char *what)
{
	for (size_t i = 0; i < v->filter.n; i++) {
		const struct row_condition *c = &v->filter.by[i];
		bool subject = is_subject(c->key);

		if (is_named(c) && !find_row(p, subject ? sentence : paragraph, c))
			paper_wrong(p, NULL, line, "the %s %s {%s} and does not name its %s, '%s' or an "
				    "alias of it", subject ? "sentence" : "paragraph", what, v->name, c->key,
				    c->value);
	}
}

static const struct row_condition *condition_of(const struct value *v, const char *key)
{
	for (size_t i = 0; i < v->filter.n; i++)
		if (!strcmp(v->filter.by[i].key, key) && is_named(&v->filter.by[i]))
			return &v->filter.by[i];
	return NULL;
}

/*
 * Check that two values of one file in a sentence have the order in which the sentence names
 * their rows, so that they cannot change places.
 */
static void check_order(struct paper *p, const struct prose_mark *a, const struct prose_mark *b,
			const char *sentence, const char *key)
{
	const struct row_condition *x = condition_of(a->value, key);
	const struct row_condition *y = condition_of(b->value, key);
	const char *at_x, *at_y;

	if (!x || !y || !strcmp(x->value, y->value) || strcmp(a->value->file, b->value->file))
		return;
	at_x = find_row(p, sentence, x);
	at_y = find_row(p, sentence, y);
	if (at_x && at_y && at_x > at_y)
		paper_wrong(p, NULL, b->line, "the sentence names '%s' before '%s', and shows {%s} "
			    "before {%s}", y->value, x->value, a->value->name, b->value->name);
}

/* Tell whether an earlier value of the sentence has the same row. */
static bool is_first(const struct paragraph *g, size_t from, size_t i, const char *key)
{
	const struct row_condition *c = condition_of(g->values[i].value, key);

	for (size_t k = 0; c && k < i; k++) {
		const struct row_condition *d = condition_of(g->values[k].value, key);

		if (g->values[k].at >= from && d && !strcmp(c->value, d->value) &&
		    !strcmp(g->values[k].value->file, g->values[i].value->file))
			return false;
	}
	return c;
}

static void check_key_order(struct paper *p, const struct paragraph *g, size_t from, size_t to,
			    const char *sentence, const char *key)
{
	const struct prose_mark *last = NULL;

	for (size_t i = 0; i < g->n_values; i++) {
		const struct prose_mark *m = &g->values[i];

		if (m->at < from || m->at >= to || !is_first(g, from, i, key))
			continue;
		if (last)
			check_order(p, last, m, sentence, key);
		last = m;
	}
}

/* --- the subject of a claim ---------------------------------------------------------------- */

/* Return where the text before @end last names the value of the condition, or NULL. */
static const char *find_last_row(struct paper *p, const char *text, const char *end,
				 const struct row_condition *c)
{
	const char *last = NULL;

	for (const char *s = text; (s = find_row(p, s, c)) && s < end; s++)
		last = s;
	return last;
}

/* Return the condition that says which strategy or label the value is of, or NULL. */
static const struct row_condition *subject_of(const struct value *v)
{
	const struct row_condition *c = v ? condition_of(v, "label") : NULL;

	return c || !v ? c : condition_of(v, "strategy");
}

/* Tell whether the claim says something of the row with this label. */
static bool is_subject_of(const struct claim *c, const char *label)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct row_condition *subject = subject_of(c->part[i].of);

		if (subject && !strcmp(subject->value, label))
			return true;
	}
	return false;
}

/*
 * Find which label of the claim's file the sentence names last before the phrase, or first if it names
 * none before.
 */
static const char *find_subject(struct paper *p, const struct value *v, const char *sentence,
				const char *phrase)
{
	struct row_condition c = *subject_of(v);
	const char *before = NULL, *behind = NULL, *label = NULL, *s;

	for (size_t row = 0; row < v->csv->rows; row++) {
		c.value = (char *)csv_get(v->csv, row, c.column);
		s = find_last_row(p, sentence, phrase, &c);
		if (s && (!before || s > before)) {
			before = s;
			label = c.value;
		}
		s = before ? NULL : find_row(p, phrase, &c);
		if (s && (!behind || s < behind)) {
			behind = s;
			label = c.value;
		}
	}
	return label;
}

/*
 * Check that a claim is of what its phrase says it of: "`a` is faster than `b`" has a claim on a. A
 * claim on a set has no single subject.
 */
static void check_subject(struct paper *p, const struct prose_mark *m, const char *sentence)
{
	const struct claim *c = &m->claim;
	const char *phrase = m->broken ? NULL : strstr(sentence, c->phrase), *label;

	for (size_t i = 0; phrase && i < c->n; i++) {
		if (!subject_of(c->part[i].of))
			continue;
		label = find_subject(p, c->part[i].of, sentence, phrase);
		if (label && !is_subject_of(c, label))
			paper_wrong(p, NULL, m->line, "the sentence says '%s' of '%s', and the claim is of "
				    "'%s'", c->phrase, label, subject_of(c->part[i].of)->value);
		return;
	}
}

/* --- a sentence ------------------------------------------------------------------------ */

/* Check the values and claims of a sentence: that it names their rows, in their order. */
void prose_check_rows(struct paper *p, const struct paragraph *g, const struct section *s,
		      size_t from, size_t to)
{
	char *paragraph = bl_fmt("%s %s", s->heading ? s->heading : "", g->text);
	char *sentence = strndup(g->text + from, to - from);

	for (size_t i = 0; i < g->n_values; i++)
		if (g->values[i].at >= from && g->values[i].at < to)
			check_row(p, g->values[i].value, g->values[i].line, sentence, paragraph,
				  "shows");
	for (size_t i = 0; i < g->n_claims; i++) {
		const struct claim *c = &g->claims[i].claim;

		if (!prose_is_claim_of(g, &g->claims[i], from, to))
			continue;
		for (size_t k = 0; k < c->n_values; k++)
			check_row(p, c->value[k], g->claims[i].line, sentence, paragraph,
				  "has a claim on");
		check_subject(p, &g->claims[i], sentence);
	}
	for (size_t key = 0; key < ARRAY_SIZE(named_keys); key++)
		check_key_order(p, g, from, to, sentence, named_keys[key]);
	free(sentence);
	free(paragraph);
}

/* --- one value ------------------------------------------------------------------------------- */

static void check_alone(struct paper *p, const struct paragraph *g, const struct prose_mark *m)
{
	if (!m->alone || m->value->lo < 0)
		return;
	for (size_t i = 0; i < g->n_values; i++)
		if (g->values[i].value == m->value && !g->values[i].alone)
			return;
	paper_wrong(p, NULL, m->line, "{%s:est} needs {%s}, with its interval, in its paragraph",
		    m->value->name, m->value->name);
}

static bool ends_with(const char *s, const char *end)
{
	return strlen(s) >= strlen(end) && !strcmp(s + strlen(s) - strlen(end), end);
}

/* Check the unit behind the value, if it is one that the list has. */
static void check_unit(struct paper *p, const struct paragraph *g, const struct prose_mark *m)
{
	const char *s = g->text + m->at + 1, *column = m->value->column_name;
	bool is_unit = false, fits = false;
	size_t len;

	s += strspn(s, " ");
	len = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strlen(units[i].word) != len || strncmp(units[i].word, s, len))
			continue;
		is_unit = true;
		fits |= *units[i].column && ends_with(column, units[i].column);
	}
	if (is_unit && !fits)
		paper_wrong(p, NULL, m->line, "{%s} is not in %.*s: its column is %s", m->value->name,
			    (int)len, s, column);
}

void prose_check_values(struct paper *p, const struct paragraph *g, struct section *s)
{
	for (size_t i = 0; i < g->n_values; i++) {
		const struct prose_mark *m = &g->values[i];
		enum value_plane plane = m->value->csv ? value_plane(p, m->value->csv) :
							 VALUE_NO_PLANE;

		check_alone(p, g, m);
		check_unit(p, g, m);
		if (!s->shows[plane])
			s->shows[plane] = m->line;
		if (plane != VALUE_KVM && plane != VALUE_NO_PLANE && strstr(g->text, "KVM"))
			paper_wrong(p, NULL, m->line, "the paragraph says KVM, and {%s} is not of it",
				    m->value->name);
	}
}
