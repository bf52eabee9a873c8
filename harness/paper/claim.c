// SPDX-License-Identifier: GPL-2.0-or-later
#include "paper/claim.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The words of one claim, taken one after the other. */
struct words {
	struct paper *p;
	struct place at;
	char *rest;
	const char *text;	/* the whole, for messages */
	struct claim *claim;
};

/* One side of a comparison. */
struct side {
	const struct value *value;	/* NULL: a number or a word */
	int column;
	bool alone;			/* the estimate, without its interval */
	const char *word;
	double number;			/* NaN: not a number */
};

struct bounds { double lo, hi; };

static int bad(const struct words *w, const char *what, const char *which)
{
	return paper_wrong(w->p, w->at.path, w->at.line, "claim '%s': %s '%s'", w->text, what,
			   which ? which : "");
}

static char *take(struct words *w)
{
	char *word;

	while ((word = strsep(&w->rest, " \t\n")))
		if (*word)
			return word;
	return NULL;
}

static bool parse_number(const char *s, double *v)
{
	char *end;

	*v = strtod(s, &end);
	return end != s && !*end;
}

static int parse_range(const struct words *w, const char *s, struct bounds *b)
{
	const char *dots = s ? strstr(s, "..") : NULL;
	char *lo = dots ? strndup(s, dots - s) : NULL;
	bool ok = lo && parse_number(lo, &b->lo) && parse_number(dots + 2, &b->hi) &&
		  b->lo <= b->hi;

	free(lo);
	return ok ? 0 : bad(w, "not LO..HI:", s);
}

/* Parse NAME[@COLUMN], a number or a word. */
static int parse_side(const struct words *w, const char *s, bool need_value, struct side *out)
{
	size_t len = s ? strcspn(s, "@") : 0;

	*out = (struct side){ .word = s, .number = NAN };
	if (!s)
		return bad(w, "ends too early", NULL);
	out->value = value_find(w->p, s, len);
	if (!out->value) {
		if (!parse_number(s, &out->number))
			out->number = NAN;
		return need_value ? bad(w, "there is no value", s) : 0;
	}
	if (w->claim->n_values < ARRAY_SIZE(w->claim->value))
		w->claim->value[w->claim->n_values++] = out->value;
	if (!out->value->n_rows)
		return -EINVAL;		/* has its message */
	out->column = out->value->column;
	out->alone = !strcmp(s + len, "@est");
	if (!s[len] || out->alone)
		return 0;
	out->column = row_column(w->p, w->at, out->value->csv, s + len + 1);
	return out->column < 0 ? -EINVAL : 0;
}

static const char *field_of(const struct side *s, size_t row)
{
	return csv_get(s->value->csv, s->value->rows[row], s->column);
}

static struct bounds bounds_of(const struct side *s, size_t row)
{
	const struct csv *csv = s->value ? s->value->csv : NULL;
	struct bounds b = { s->number, s->number };
	int lo, hi;

	if (!csv)
		return b;
	b.lo = b.hi = *field_of(s, row) ? strtod(field_of(s, row), NULL) : NAN;
	if (!s->alone && row_interval(csv, s->column, &lo, &hi)) {
		const char *l = csv_get(csv, s->value->rows[row], lo);
		const char *h = csv_get(csv, s->value->rows[row], hi);

		if (*l && *h)
			b = (struct bounds){ atof(l), atof(h) };
	}
	return b;
}

/* --- ways --------------------------------------------------------------------------- */

/* Return 1 if more of the column is better, -1 if less is, 0 if it says nothing of that. */
static int sense_of(const struct side *s)
{
	static const char *const less[] = { "_ns", "insns", "_mib", "_per_map", "_per_byte",
					    "_bytes", "_ratio" };
	const struct csv *csv = s->value->csv;
	const char *name = csv->field[s->column];

	if (!strncmp(name, "ratio", 5))
		return csv_column(csv, "memcpy_ns") >= 0 || csv_column(csv, "memcpy_insns") >= 0 ?
		       -1 : 1;
	if (strstr(name, "iops") || strstr(name, "per_second") || !strcmp(name, "speed"))
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(less); i++)
		if (strstr(name, less[i]))
			return -1;
	return 0;
}

/* Return the ways that are left when a ratio is within the bounds. */
static int ways_of_range(int sense, double lo, double hi, double same)
{
	int ways = 0;

	if (!sense)
		return 0;
	if (lo >= same)
		ways = WAY_UP;
	else if (hi <= same)
		ways = WAY_DOWN;
	else if (isinf(lo))
		return sense > 0 ? WAY_DOWN | WAY_SAME : WAY_UP | WAY_SAME;
	else if (isinf(hi))
		return sense > 0 ? WAY_UP | WAY_SAME : WAY_DOWN | WAY_SAME;
	else
		return WAY_SAME;
	if (sense < 0)
		ways = ways == WAY_UP ? WAY_DOWN : WAY_UP;
	return ways;
}

static bool is_ratio(const struct side *s)
{
	const char *name = s->value->csv->field[s->column];

	return !strncmp(name, "ratio", 5) || strstr(name, "_ratio") || !strcmp(name, "speed");
}

/* The verdicts of a campaign that say a way. */
static const struct {
	const char *word;
	int way;
} verdicts[] = {
	{ "faster", WAY_UP }, { "slower", WAY_DOWN }, { "same", WAY_SAME },
};

static int ways_of_word(const char *op, const char *word)
{
	const int all = WAY_UP | WAY_DOWN | WAY_SAME;

	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++)
		if (!strcmp(word, verdicts[i].word))
			return *op == '=' ? verdicts[i].way : all & ~verdicts[i].way;
	return 0;
}

/* --- comparisons ---------------------------------------------------------------------- */

static bool compare(const char *op, struct bounds a, struct bounds b)
{
	bool equal = op[1] == '=';

	if (*op == '<')
		return a.hi < b.lo || (equal && a.hi <= b.lo);
	return a.lo > b.hi || (equal && a.lo >= b.hi);
}

static int fails(const struct words *w, const struct side *a, size_t row, struct bounds b,
		 const char *why)
{
	struct bounds x = bounds_of(a, row);

	return paper_wrong(w->p, w->at.path, w->at.line, "the claim '%s' is false: %s of %s is %s "
			   "(%g to %g)%s (%g to %g)", w->text, a->value->csv->field[a->column],
			   a->value->name, field_of(a, row), x.lo, x.hi, why, b.lo, b.hi);
}

static int check_word(const struct words *w, const struct side *a, size_t rows, const char *op,
		      const char *word, struct claim_part *part)
{
	for (size_t i = 0; i < rows; i++)
		if (!strcmp(field_of(a, i), word) != (*op == '='))
			return paper_wrong(w->p, w->at.path, w->at.line, "the claim '%s' is false: "
					   "%s of %s is %s", w->text,
					   a->value->csv->field[a->column], a->value->name,
					   field_of(a, i));
	part->ways = ways_of_word(op, word);
	return 0;
}

/*
 * A claim that says faster or slower of a ratio needs the campaign's verdict, which knows the A/A
 * pair and the family of comparisons. An interval alone does not.
 */
static int check_verdict(const struct words *w, const struct side *a, size_t rows, int ways)
{
	int column = csv_column(a->value->csv, "verdict");
	const char *need = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++)
		if (verdicts[i].way == ways && ways != WAY_SAME)
			need = verdicts[i].word;
	if (!need || column < 0 || !is_ratio(a) || sense_of(a) < 0)
		return 0;
	for (size_t i = 0; i < rows; i++) {
		const char *verdict = csv_get(a->value->csv, a->value->rows[i], column);

		if (strcmp(verdict, need))
			return paper_wrong(w->p, w->at.path, w->at.line, "the claim '%s' says %s of "
					   "%s, whose verdict is %s", w->text, need,
					   a->value->name, verdict);
	}
	return 0;
}

static int check_order(struct words *w, const struct side *a, size_t rows, const char *op,
		       struct claim_part *part)
{
	struct side b;
	int sense = sense_of(a);

	if (parse_side(w, take(w), false, &b))
		return -EINVAL;
	if (!b.value && isnan(b.number))
		return bad(w, "neither a value nor a number:", b.word);
	if (b.value && b.value->n_rows > 1)
		return bad(w, "a set on the right:", b.word);
	for (size_t i = 0; i < rows; i++)
		if (!compare(op, bounds_of(a, i), bounds_of(&b, 0)))
			return fails(w, a, i, bounds_of(&b, 0), ", against");
	part->number[0] = b.number;
	if (b.value && !strcmp(a->value->csv->field[a->column], b.value->csv->field[b.column]))
		part->ways = *op == '<' ? ways_of_range(sense, -INFINITY, op[1] ? 1 : 0, 0) :
					  ways_of_range(sense, op[1] ? -1 : 0, INFINITY, 0);
	else if (!b.value && is_ratio(a))
		part->ways = *op == '<' ? ways_of_range(sense, -INFINITY, b.number, 1) :
					  ways_of_range(sense, b.number, INFINITY, 1);
	return b.value ? 0 : check_verdict(w, a, rows, part->ways);
}

static int check_range(struct words *w, const struct side *a, size_t rows,
		       const struct side *minus, struct claim_part *part)
{
	struct bounds r, b = {};

	if (parse_range(w, take(w), &r))
		return -EINVAL;
	for (size_t i = 0; i < rows; i++) {
		struct bounds x = bounds_of(a, i);

		if (minus) {
			b = bounds_of(minus, 0);
			x = (struct bounds){ x.lo - b.hi, x.hi - b.lo };
		}
		if (!(x.lo >= r.lo && x.hi <= r.hi))
			return fails(w, a, i, minus ? x : r, minus ? ", the difference" :
				     ", not within");
	}
	part->number[0] = r.lo;
	part->number[1] = r.hi;
	part->range = true;
	if (minus || is_ratio(a))
		part->ways = ways_of_range(sense_of(a), r.lo, r.hi, minus ? 0 : 1);
	return minus ? 0 : check_verdict(w, a, rows, part->ways);
}

/* A within N of B. */
static int check_near(struct words *w, const struct side *a, size_t rows, struct claim_part *part)
{
	const char *n = take(w), *of = n ? take(w) : NULL;
	struct side b;
	double per_cent;

	if (!of || strcmp(of, "of") || !parse_number(n, &per_cent))
		return bad(w, "not 'A within N of B':", n);
	if (parse_side(w, take(w), true, &b))
		return -EINVAL;
	for (size_t i = 0; i < rows; i++) {
		struct bounds x = bounds_of(a, i), y = bounds_of(&b, 0);

		if (!(x.hi <= y.lo * (1 + per_cent / 100) && x.lo >= y.hi * (1 - per_cent / 100)))
			return fails(w, a, i, y, ", not near");
	}
	part->number[0] = per_cent;
	part->ways = WAY_SAME;
	return 0;
}

static int check_minus(struct words *w, const struct side *a, size_t rows,
		       struct claim_part *part)
{
	struct side b;
	const char *in;

	if (parse_side(w, take(w), true, &b))
		return -EINVAL;
	in = take(w);
	if (!in || strcmp(in, "in"))
		return bad(w, "not 'A minus B in LO..HI':", in);
	return check_range(w, a, rows, &b, part);
}

static int check_values(struct words *w, char *first, struct claim_part *part)
{
	bool all = !strcmp(first, "all");
	struct side a;
	const char *op;
	size_t rows;

	if (parse_side(w, all ? take(w) : first, true, &a))
		return -EINVAL;
	part->of = a.value;
	rows = a.value->n_rows;
	if (rows > 1 && !all)
		return bad(w, "is a set, which needs 'all':", a.word);
	op = take(w);
	if (!op)
		return bad(w, "ends too early", NULL);
	if (!strcmp(op, "==") || !strcmp(op, "!=")) {
		const char *word = take(w);

		return word ? check_word(w, &a, rows, op, word, part) : bad(w, "ends too early", op);
	}
	if (!strcmp(op, "<") || !strcmp(op, ">") || !strcmp(op, "<=") || !strcmp(op, ">="))
		return check_order(w, &a, rows, op, part);
	if (!strcmp(op, "in"))
		return check_range(w, &a, rows, NULL, part);
	if (!strcmp(op, "minus"))
		return check_minus(w, &a, rows, part);
	if (!strcmp(op, "within"))
		return check_near(w, &a, rows, part);
	return bad(w, "unknown comparison (valid: < > <= >= == != in, minus, within):", op);
}

static int check_test(struct words *w)
{
	const char *name = take(w);
	char *sh = bl_fmt("%s/tests/%s.sh", bl_root(), name ? name : "");
	char *c = bl_fmt("%s/tests/%s.c", bl_root(), name ? name : "");
	bool there = name && (bl_exists(sh) || bl_exists(c));

	free(sh);
	free(c);
	return there ? 0 : bad(w, "there is no test", name);
}

static int check_parts(struct words *w, struct claim *c)
{
	char *word;
	int err = 0;

	while (!err && (word = take(w))) {
		struct claim_part *part = &c->part[c->n];

		if (c->n == CLAIM_MAX_PARTS)
			return bad(w, "has too many parts", word);
		c->n++;
		*part = (struct claim_part){ .number = { NAN, NAN } };
		if (!strcmp(word, "test")) {
			err = check_test(w);
		} else if (!strcmp(word, "cited")) {
			part->any_way = true;
			word = take(w);
			free(c->citation);
			c->citation = bl_strdup(word ? word : "?");
		} else {
			err = check_values(w, word, part);
		}
		word = err ? NULL : take(w);
		if (word && strcmp(word, "and"))
			err = bad(w, "'and' expected, not", word);
	}
	return err ? err : c->n ? 0 : bad(w, "has no expression", NULL);
}

int claim_check(struct paper *p, struct place at, const char *text, struct claim *c)
{
	const char *open = strchr(text, '"'), *close = open ? strchr(open + 1, '"') : NULL;
	struct words w = { .p = p, .at = at, .text = text, .claim = c };
	char *copy;
	int err;

	*c = (struct claim){};
	p->n_claims++;
	if (!close || open[strspn(text, " ")] == '\0' || open != text + strspn(text, " \n"))
		return paper_wrong(p, at.path, at.line, "claim '%s': not \"PHRASE\" EXPR", text);
	c->phrase = strndup(open + 1, close - open - 1);
	copy = w.rest = bl_strdup(close + 1);
	err = check_parts(&w, c);
	free(copy);
	return err;
}

void claim_free(struct claim *c)
{
	free(c->phrase);
	free(c->citation);
	*c = (struct claim){};
}
