/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A claim: what a sentence says, in a form that can be computed.
 *
 *	zap costs half the IOPS.<!--claim "costs half" lazy:zap:4k-randread-2 in 0.45..0.55-->
 *
 * It belongs to the sentence that it stands in or behind. The phrase is of that sentence; it has
 * the words that the claim carries: numbers, words of verdicts, and a negation with them. The
 * expression is one or more of these, with "and" between:
 *
 *	A < B, A > B, A <= B, A >= B	A, B: a value, or a number. Intervals count as a whole: A < B
 *					means that all of A's is below all of B's
 *	A == WORD, A != WORD		text, as in A@verdict == same
 * A ratio of IOPS that is said to be faster or slower by <, > or in must have that verdict too.
 *	A in LO..HI			the whole interval is within
 *	A minus B in LO..HI		likewise of the difference, with both intervals
 *	A within N of B			A is B but for N per cent, intervals included
 *	test NAME			tests/NAME.sh, or tests/NAME.c, shows it: neither a number nor a
 *					word of a verdict
 *	cited [N]			the literature says so
 *
 * A may have a column: A@insns_per_io; A@est is the estimate without its interval. "all A ..."
 * holds for each row of a set. The words have a way: "faster" is up, "costs" down, "same" neither,
 * and so has an expression: for a ratio of IOPS A > 1 is up, for a time A > B is down. They
 * must agree. A number in the phrase must be one of the expression's: an end of a range, or, for a
 * word such as "half", within it; N per cent may stand for 1 - N/100 or 1 + N/100. The phrase has both
 * ends of a range, or a word within a narrow one, so that a wide range cannot say anything. The strategy
 * that the sentence names last before the phrase is one of those on the left: it is the subject.
 */
#ifndef BL_PAPER_CLAIM_H
#define BL_PAPER_CLAIM_H

#include "paper/values.h"
#include "paper/english.h"

#define CLAIM_MAX_PARTS	8

struct claim_part {
	const struct value *of;	/* what it says something of; NULL: test, cited */
	int ways;		/* enum word_way bits: what it leaves possible; 0: says nothing of it */
	bool any_way;		/* cited: what the literature says is not computed */
	double number[2];	/* the numbers of the expression; NaN: none */
	bool range;		/* they are the ends of a range */
};

struct claim {
	char *phrase, *citation;	/* citation: "[3]", or NULL */
	struct claim_part part[CLAIM_MAX_PARTS];
	const struct value *value[2 * CLAIM_MAX_PARTS];	/* that it is of */
	size_t n_values;
	size_t n;		/* of @part */
};

/**
 * claim_check() - parse a claim and compute it
 * @p: the paper
 * @at: where it stands
 * @text: what is between "claim" and "-->"
 * @c: gets the claim; claim_free() frees it
 *
 * Return: 0, or -EINVAL with a message: it cannot be parsed, or it does not hold.
 */
int claim_check(struct paper *p, struct place at, const char *text, struct claim *c);
void claim_free(struct claim *c);

/* Tell whether the claim carries a word of that way. */
bool claim_carries_way(const struct claim *c, int way, bool negated);

/* Tell whether the claim has a wide range whose ends the phrase does not have. */
bool claim_has_wide_range(const struct claim *c);

/* Tell whether the claim carries the number that stands at @at in the phrase's sentence. */
bool claim_carries_number(const struct claim *c, const char *text, size_t at, size_t len);

#endif
