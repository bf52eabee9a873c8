/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * paper/ makes a text from its source and from the results of campaigns, and tells what the
 * source says that the results do not.
 *
 * In: DIR/NAME.in.md and the lists beside it, and the directory of the CSV files. Out: the text,
 * for readers, and a list of what is wrong. The source has directives:
 *
 *	{NAME}			the value NAME, with its interval if it has one
 *	{NAME:est}		without it, where the paragraph has {NAME} too
 *	<!--table FILE ...-->	a table with its caption; result-table.h
 *	<!--figure FROM TO TITLE-->	a figure with its caption
 *	<!--claim "PHRASE" EXPR-->	what the sentence before it rests on; claim.h
 *
 * The lists: NAME.values has one value per line (values.h), NAME.phrases and phrases.txt the
 * numbers and words that were not measured here (phrases.h), aliases.txt other words for the rows
 * of the results (row.h). Layers, each may call those before it:
 *
 *	row		CSV files, and rows chosen by their columns
 *	format		one field as text, by a fixed list of formats
 *	values phrases english	the lists; the words that are numbers or verdicts
 *	claim caption figure result-table: directives
 *	prose		the rules for a paragraph
 *	render		the walk over the source
 *
 * A text that does not follow from the results is wrong: a number that is neither a value nor in a
 * list of phrases, also in headings, tables made by hand and code; a sentence with a word of a verdict
 * and without a claim; a value whose row the paragraph does not name.
 */
#ifndef BL_PAPER_H
#define BL_PAPER_H

#include "lib/csv.h"

#define PAPER_MAX_FILES	64	/* CSV files of one text */

struct paper_values;
struct paper_phrases;

struct paper {
	const char *source;		/* the path of NAME.in.md */
	const char *data;		/* the directory of the CSV files */
	const char *base;		/* the directory that a figure's TO is relative to */
	bool check;			/* compare figures, do not copy them */
	size_t n_values, n_tables, n_figures, n_claims;	/* directives met */
	size_t wrong;			/* messages printed */

	/* for paper/ alone */
	struct csv *csv;		/* PAPER_MAX_FILES, so that pointers into it stay */
	size_t n_csv;
	struct paper_values *values;
	struct paper_phrases *phrases;
};

/**
 * paper_open() - load the lists of a source
 * @p: the paper, with @source, @data and @base set
 *
 * Return: 0, or a negative errno with a message. paper_free() frees the lists in any case.
 */
int paper_open(struct paper *p);
void paper_free(struct paper *p);

/**
 * paper_render() - make the text, and check its source
 * @p: the paper; gets the counts. A message is printed for each thing that is wrong.
 * @text: the source
 *
 * Return: the text, which the caller frees. What cannot be made is a question mark in it.
 */
char *paper_render(struct paper *p, const char *text);

/* Print "PATH:LINE: ..." and count it; @path is NULL for the source. Always return -EINVAL. */
int paper_wrong(struct paper *p, const char *path, size_t line, const char *fmt, ...)
	BL_PRINTF(4, 5);

#endif
