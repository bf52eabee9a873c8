// SPDX-License-Identifier: GPL-2.0-or-later
#include "paper/english.h"

#include "lib/util.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define NEGATION_BEFORE	3	/* words in which a negation is looked for */
#define NEGATION_AFTER	1
#define NEAR		4	/* words in which the thing is looked for that an amount is of */

static const char *const number_words[] = {
	"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
	"thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
	"thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "hundreds",
	"thousand", "thousands", "million", "millions", "billion", "dozen", "dozens", "half",
	"halves", "third", "thirds", "quarter", "quarters", "fifth", "fifths", "sixth", "seventh",
	"eighth", "ninth", "tenth", "tenths", "hundredth", "thousandth",
	"twice", "thrice", "triple", "threefold", "twofold", "tenfold",
};

/* "one" is a number before these. */
static const char *const after_one[] = {
	"per", "percent", "half", "third", "quarter", "tenth", "fifth", "hundred", "hundredth",
	"thousand", "million", "%",
};

static const struct {
	const char *word;
	enum word_way way;
} verdict_words[] = {
	{ "faster", WAY_UP }, { "quicker", WAY_UP }, { "cheaper", WAY_UP }, { "shorter", WAY_UP },
	{ "better", WAY_UP }, { "win", WAY_UP }, { "wins", WAY_UP }, { "won", WAY_UP },
	{ "gain", WAY_UP }, { "gains", WAY_UP }, { "pay", WAY_UP }, { "pays", WAY_UP },
	{ "paid", WAY_UP }, { "buy", WAY_UP }, { "buys", WAY_UP }, { "save", WAY_UP },
	{ "saves", WAY_UP }, { "saved", WAY_UP }, { "improves", WAY_UP }, { "improve", WAY_UP },
	{ "outperforms", WAY_UP }, { "outperform", WAY_UP }, { "beats", WAY_UP },
	{ "beat", WAY_UP }, { "worth", WAY_UP }, { "leads", WAY_UP }, { "ahead", WAY_UP },
	{ "exceeds", WAY_UP }, { "surpasses", WAY_UP }, { "surpass", WAY_UP },
	{ "outruns", WAY_UP }, { "overtakes", WAY_UP }, { "outpaces", WAY_UP },
	{ "trails", WAY_DOWN }, { "trail", WAY_DOWN }, { "lags", WAY_DOWN }, { "lag", WAY_DOWN },
	{ "slower", WAY_DOWN }, { "worse", WAY_DOWN }, { "dearer", WAY_DOWN },
	{ "longer", WAY_DOWN }, { "cost", WAY_DOWN }, { "costs", WAY_DOWN },
	{ "costing", WAY_DOWN }, { "costly", WAY_DOWN }, { "lose", WAY_DOWN },
	{ "loses", WAY_DOWN }, { "lost", WAY_DOWN },
	{ "hurt", WAY_DOWN }, { "hurts", WAY_DOWN }, { "suffer", WAY_DOWN },
	{ "suffers", WAY_DOWN },
	{ "same", WAY_SAME }, { "equal", WAY_SAME }, { "equally", WAY_SAME },
	{ "identical", WAY_SAME }, { "unchanged", WAY_SAME }, { "negligible", WAY_SAME },
	{ "free", WAY_SAME }, { "hide", WAY_SAME }, { "hides", WAY_SAME }, { "hidden", WAY_SAME },
	{ "improvement", WAY_UP }, { "improvements", WAY_UP }, { "speedup", WAY_UP },
	{ "superior", WAY_UP }, { "best", WAY_UP }, { "fastest", WAY_UP },
	{ "cheapest", WAY_UP }, { "cheap", WAY_UP }, { "shortest", WAY_UP },
	{ "overhead", WAY_DOWN }, { "overheads", WAY_DOWN }, { "slowdown", WAY_DOWN },
	{ "regression", WAY_DOWN }, { "inferior", WAY_DOWN }, { "worst", WAY_DOWN },
	{ "slowest", WAY_DOWN }, { "longest", WAY_DOWN }, { "expensive", WAY_DOWN },
	{ "indistinguishable", WAY_SAME }, { "unaffected", WAY_SAME },
	{ "differs", WAY_UP | WAY_DOWN }, { "differ", WAY_UP | WAY_DOWN },
	{ "than", WAY_UP | WAY_DOWN },
	{ "verdict:", WAY_UP | WAY_DOWN | WAY_SAME },
};

/* "than" behind these compares nothing that was measured. */
static const char *const before_than[] = { "rather", "other", "later", "earlier" };

/* Words for more or less of something: of a rate more is up, of a cost more is down. */
static const struct {
	const char *word;
	bool more;
} amount_words[] = {
	{ "higher", true }, { "rise", true }, { "rises", true }, { "rose", true },
	{ "grow", true }, { "grows", true }, { "double", true }, { "doubles", true },
	{ "doubled", true }, { "triples", true }, { "tripled", true }, { "increases", true },
	{ "lower", false }, { "fall", false }, { "falls", false }, { "fell", false },
	{ "drop", false }, { "drops", false }, { "shrinks", false }, { "fewer", false },
	{ "halve", false }, { "halved", false }, { "decreases", false },
};

static const char *const rates[] = { "iops", "throughput", "speed", "bandwidth", "ratio", "rate" };
static const char *const costs[] = {
	"cost", "costs", "time", "times", "latency", "latencies", "instructions", "ns", "us",
	"memory", "faults", "pages", "waits", "copies", "bytes", "length",
};

/* Words before which "the same" compares nothing: all but these. */
static const char *const after_same[] = {
	"as", "for", "in", "at", "with", "speed", "time", "cost", "iops", "number", "throughput",
	"latency",
};

static const char *const negations[] = {
	"not", "no", "nothing", "never", "none", "neither", "nor", "cannot", "without", "hardly",
	"nobody",
};

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

bool words_begin(const char *text, size_t at)
{
	return is_word_char(text[at]) && (!at || !is_word_char(text[at - 1]));
}

static size_t word_length(const char *text, size_t at)
{
	size_t len = 0;

	while (is_word_char(text[at + len]))
		len++;
	return len;
}

static bool is_one_of(const char *s, size_t len, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(list[i]) == len && !strncasecmp(list[i], s, len))
			return true;
	return false;
}

/* Return the start of the word behind the one at @at, over blanks and marks of emphasis. */
static size_t next_word(const char *text, size_t at)
{
	at += word_length(text, at);
	while (text[at] && strchr(" *`'\"-", text[at]))
		at++;
	return at;
}

/* Return the start of the word before @at, not before @from; @at if there is none. */
static size_t previous_word(const char *text, size_t from, size_t at)
{
	size_t s = at;

	while (s > from && strchr(" *`'\"-", text[s - 1]))
		s--;
	if (s == from || !is_word_char(text[s - 1]))
		return at;
	while (s > from && is_word_char(text[s - 1]))
		s--;
	return s;
}

/* Tell whether the digits at @at are a part of a name: Q1, v6.12, GPL-2.0. */
static bool in_name(const char *text, size_t at)
{
	while (at && (isdigit((unsigned char)text[at - 1]) ||
		      (at > 1 && strchr(".,", text[at - 1]) && isdigit((unsigned char)text[at - 2]))))
		at--;
	/* A factor, "x10", is no name; "0x10", "linux10" and the architecture x86 are. */
	if (at && text[at - 1] == 'x' && (at < 2 || !is_word_char(text[at - 2])))
		return !strncmp(text + at, "86", 2);
	if (at && (isalpha((unsigned char)text[at - 1]) || text[at - 1] == '_'))
		return true;
	return at > 1 && text[at - 1] == '-' && isalpha((unsigned char)text[at - 2]);
}

static size_t digits_length(const char *text, size_t at)
{
	size_t len = 0;

	while (isdigit((unsigned char)text[at + len]) ||
	       ((text[at + len] == '.' || text[at + len] == ',') &&
		isdigit((unsigned char)text[at + len + 1])))
		len++;
	return len;
}

size_t words_number(const char *text, size_t at)
{
	size_t len, next;

	if (isdigit((unsigned char)text[at])) {
		len = digits_length(text, at);
		return in_name(text, at) ? 0 : len;
	}
	if (!words_begin(text, at))
		return 0;
	len = word_length(text, at);
	if (is_one_of(text + at, len, number_words, ARRAY_SIZE(number_words)))
		return len;
	if (len != 3 || strncasecmp(text + at, "one", 3))
		return 0;
	next = next_word(text, at);
	return text[next] == '%' ||
	       is_one_of(text + next, word_length(text, next), after_one, ARRAY_SIZE(after_one)) ?
	       len : 0;
}

/* Tell whether "same" says that two things did alike, as "the same as", not "the same file". */
static bool same_compares(const char *text, size_t at)
{
	size_t before = previous_word(text, 0, at), next = next_word(text, at);

	if (strncasecmp(text + before, "the ", 4) || !is_word_char(text[next]))
		return true;
	return is_one_of(text + next, word_length(text, next), after_same, ARRAY_SIZE(after_same));
}

/* Tell whether "than" compares two things: "more than two" is a bound. */
static bool than_compares(const char *text, size_t at)
{
	size_t before = previous_word(text, 0, at), next = next_word(text, at);

	if (text[next] == '\x01' || isdigit((unsigned char)text[next]) || words_number(text, next))
		return false;
	return !is_one_of(text + before, word_length(text, before), before_than,
			  ARRAY_SIZE(before_than));
}

/* Tell whether a word of the list says there how something did. */
static bool compares(const char *text, size_t at, const char *word)
{
	if (!strcmp(word, "same"))
		return same_compares(text, at);
	return strcmp(word, "than") || than_compares(text, at);
}

/* Tell whether one of a list's words is among the @n words around @at. */
static bool is_near(const char *text, size_t at, const char *const *list, size_t len, int n)
{
	size_t before = at, behind = at;

	for (int i = 0; i < n; i++) {
		before = previous_word(text, 0, before);
		behind = next_word(text, behind);
		if (is_one_of(text + before, word_length(text, before), list, len) ||
		    is_one_of(text + behind, word_length(text, behind), list, len))
			return true;
	}
	return false;
}

/* Find a word for an amount, as words_verdict() does: its way is that of what is near it. */
static size_t find_amount(const char *text, size_t at, size_t len, enum word_way *way)
{
	for (size_t i = 0; i < ARRAY_SIZE(amount_words); i++) {
		if (strlen(amount_words[i].word) != len ||
		    strncasecmp(amount_words[i].word, text + at, len))
			continue;
		*way = amount_words[i].more ? WAY_UP : WAY_DOWN;
		if (!is_near(text, at, rates, ARRAY_SIZE(rates), NEAR) &&
		    is_near(text, at, costs, ARRAY_SIZE(costs), NEAR))
			*way = *way == WAY_UP ? WAY_DOWN : WAY_UP;
		return len;
	}
	return 0;
}

size_t words_verdict(const char *text, size_t at, enum word_way *way)
{
	size_t len = word_length(text, at);

	/* "lock-free", "cost-model" */
	if (!words_begin(text, at) || (at && text[at - 1] == '-'))
		return 0;
	if (text[at + len] == ':' && len == strlen("verdict"))
		len++;
	for (size_t i = 0; i < ARRAY_SIZE(verdict_words); i++) {
		if (strlen(verdict_words[i].word) != len ||
		    strncasecmp(verdict_words[i].word, text + at, len))
			continue;
		*way = verdict_words[i].way;
		return compares(text, at, verdict_words[i].word) ? len : 0;
	}
	return find_amount(text, at, len, way);
}

/* Tell whether the word at @at denies; "eager-none" is a name, and "than none" denies nothing. */
static bool is_negation(const char *text, size_t at, bool behind)
{
	size_t len = word_length(text, at);

	if ((at && text[at - 1] == '-') || (behind && !strncmp(text + at, "none", 4)))
		return false;
	return is_one_of(text + at, len, negations, ARRAY_SIZE(negations));
}

bool words_negated(const char *text, size_t from, size_t at, size_t len, size_t *first,
		   size_t *end)
{
	size_t word = at, before;

	*first = at;
	*end = at + len;
	for (int i = 0; i < NEGATION_BEFORE; i++) {
		before = previous_word(text, from, word);
		if (before == word)
			break;
		word = before;
		if (is_negation(text, word, false)) {
			*first = word;
			return true;
		}
	}
	word = at;
	for (int i = 0; i < NEGATION_AFTER; i++) {
		word = next_word(text, word);
		if (is_negation(text, word, true)) {
			*end = word + word_length(text, word);
			return true;
		}
	}
	return false;
}
