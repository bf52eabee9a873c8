/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules for a paragraph, and for the section that it is in; paper.h has them in words. */
#ifndef BL_PAPER_PROSE_H
#define BL_PAPER_PROSE_H

#include "paper/claim.h"
#include "paper/values.h"

/* A value, or a claim, in the paragraph's text. */
struct prose_mark {
	size_t at;			/* in the text; a value is the character PROSE_VALUE there */
	size_t line;
	const struct value *value;	/* of a value */
	bool alone;			/* printed without its interval */
	bool broken;			/* of a claim: it has its message */
	struct claim claim;		/* of a claim */
};

#define PROSE_VALUE	'\x01'

struct paragraph {
	char *text;			/* in one line, without directives */
	size_t len;
	size_t *line;			/* of each character */
	struct prose_mark *values, *claims;
	size_t n_values, n_claims;
	bool references;		/* of the list of references: its numbers are of others */
};

/* The part of a text below one heading. */
struct section {
	char *heading;
	bool says[VALUE_KVM + 1];	/* the word of the plane is in its prose */
	size_t shows[VALUE_KVM + 1];	/* line of the first value of the plane in its prose, or 0 */
};

void prose_add_text(struct paragraph *g, const char *text, size_t len, size_t line);
void prose_add_value(struct paragraph *g, const struct value *v, bool alone, size_t line);
void prose_add_claim(struct paper *p, struct paragraph *g, const char *text, size_t line);

/* Check the paragraph, note in the section what it says, and empty it. */
void prose_end_paragraph(struct paper *p, struct paragraph *g, struct section *s);

/* Check the section, and begin another one. */
void prose_end_section(struct paper *p, struct section *s, const char *heading);

/* --- prose-values.c, for prose.c --- */

/* Check rows, units and planes of the values that the paragraph shows and claims. */
void prose_check_values(struct paper *p, const struct paragraph *g, struct section *s);

/* Check that a sentence, from @from to @to, names the rows of its values and claims, in order. */
void prose_check_rows(struct paper *p, const struct paragraph *g, const struct section *s,
		      size_t from, size_t to);

/* Tell whether the claim is of the sentence: in it, or behind its mark. */
bool prose_is_claim_of(const struct paragraph *g, const struct prose_mark *m, size_t from,
		       size_t to);

#endif
