/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of a report beside its table: each as text, and as JSON. */
#ifndef BL_REPORT_SECTIONS_H
#define BL_REPORT_SECTIONS_H

#include "eval/verdict.h"

/* Print why the campaign ended before all planned runs, or nothing. */
void report_print_stop(const struct summary *s, FILE *f);

/* Return the same as an object, or null. The caller owns it. */
json_t *report_stop_json(const struct summary *s);

/* Print how many blocks, boots and devices the campaign has. */
void report_print_levels(const struct summary *s, FILE *f);

/* Print for each job how the variance splits between blocks and within, if that is known. */
void report_print_shares(const struct verdicts *v, FILE *f);

/* Add the same to the object @o as its member "levels". */
void report_add_levels(const struct verdicts *v, json_t *o);

/* Print which shard the campaign is, or of which it was merged; nothing of others. */
void report_print_shards(const struct summary *s, FILE *f);

/* Return the same as an object, or null. The caller owns it. */
json_t *report_shards_json(const struct summary *s);

#endif
