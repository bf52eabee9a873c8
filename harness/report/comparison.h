/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two campaigns side by side: loading them, and their comparison as text and JSON. */
#ifndef BL_REPORT_COMPARISON_H
#define BL_REPORT_COMPARISON_H

#include "eval/conclude.h"

/* One of the two campaigns. */
struct report_side {
	struct summary sum;
	struct verdicts v;
};

struct report_comparison {
	struct report_side side[2];	/* old, new */
	struct comparisons cs;
	enum conclusion conclusion;
	struct bl_strv why;		/* the reasons of the conclusion */
};

/**
 * report_load_side() - load and judge one campaign
 * @s: gets it; report_free_comparison() frees it, also after an error
 * @name: a directory, or a name below results/
 * @same_pct: the margin of "same", in per cent
 *
 * Return: 0, or a negative errno with a message.
 */
int report_load_side(struct report_side *s, const char *name, double same_pct);
void report_free_comparison(struct report_comparison *r);

/* Print what differs between the environments, the table, its footer and the conclusion. */
void report_compare_text(const struct report_comparison *r, FILE *f);

/* Print the same as one JSON object. */
void report_compare_json(const struct report_comparison *r, FILE *f);

#endif
