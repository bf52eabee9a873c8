/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two campaigns side by side: loading them, and their comparison as text and JSON. */
#ifndef BL_REPORT_COMPARISON_H
#define BL_REPORT_COMPARISON_H

#include "eval/compare.h"

/* One of the two campaigns: the old one is the first. */
struct report_side {
	struct summary sum;
	struct verdicts v;
};

/**
 * report_load_side() - load and judge one campaign
 * @s: gets it; report_free_side() frees it, also after an error if it was zeroed before
 * @name: a directory, or a name below results/
 * @same_pct: the margin of "same", in per cent
 *
 * Return: 0, or a negative errno with a message.
 */
int report_load_side(struct report_side *s, const char *name, double same_pct);
void report_free_side(struct report_side *s);

/* Print what differs between the environments, the table of comparisons, and its footer. */
void report_compare_text(const struct comparisons *cs, const struct report_side s[2], FILE *f);

/* Print the same as one JSON object. */
void report_compare_json(const struct comparisons *cs, const struct report_side s[2], FILE *f);

#endif
