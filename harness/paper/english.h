/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a text that are numbers, or that say how something did: lists of English words. */
#ifndef BL_ENGLISH_H
#define BL_ENGLISH_H

#include <stdbool.h>
#include <stddef.h>

/* How what a sentence is about did; a set of bits. */
enum word_way { WAY_UP = 1, WAY_DOWN = 2, WAY_SAME = 4 };

/**
 * words_number() - find a number in a text
 * @text: the text
 * @at: the start of a word or a digit
 *
 * A number is a run of digits with points and commas, or a word such as "four" or "half". A digit
 * behind a letter is a part of a name (Q1), and so is one behind a letter and a hyphen.
 *
 * Return: its length, or 0.
 */
size_t words_number(const char *text, size_t at);

/**
 * words_verdict() - find a word of a verdict
 * @text: the text
 * @at: the start of a word
 * @way: gets the way that it says
 *
 * Return: its length, or 0.
 */
size_t words_verdict(const char *text, size_t at, enum word_way *way);

/* Tell whether a word begins at @at. */
bool words_begin(const char *text, size_t at);

/**
 * words_negated() - tell whether a word is negated by one close to it
 * @text: the text
 * @from: the start of the text that counts, for example of the sentence
 * @at: the word
 * @len: its length
 * @first: gets where the words begin that the negation and the word take up
 * @end: gets where they end
 */
bool words_negated(const char *text, size_t from, size_t at, size_t len, size_t *first,
		   size_t *end);

#endif
