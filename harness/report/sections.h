/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of a report beside its table: each as text, and as JSON. */
#ifndef BL_REPORT_SECTIONS_H
#define BL_REPORT_SECTIONS_H

#include "campaign/provenance.h"
#include "eval/verdict.h"
#include "lib/csv.h"

/* Print why the campaign ended before all planned runs, or nothing. */
void report_print_stop(const struct summary *s, FILE *f);

/* Return the same as an object, or null. The caller owns it. */
json_t *report_stop_json(const struct summary *s);

/* Print how many blocks, boots and devices the campaign has. */
void report_print_levels(const struct summary *s, FILE *f);

/* Print in which order a device did its jobs, and what that leaves open. */
void report_print_order(const struct summary *s, FILE *f);

/* Print for each job whether the order had an effect; nothing unless the order was random. */
void report_print_order_effects(const struct summary *s, FILE *f);

/* Add the same to the object @o as its member "order". */
void report_add_order(const struct summary *s, json_t *o);

/* Print for each job how the variance splits between blocks and within, if that is known. */
void report_print_shares(const struct verdicts *v, FILE *f);

/* Add the same to the object @o as its member "levels". */
void report_add_levels(const struct verdicts *v, json_t *o);

/* Print which shard the campaign is, or of which it was merged; nothing of others. */
void report_print_shards(const struct summary *s, FILE *f);

/* Return the same as an object, or null. The caller owns it. */
json_t *report_shards_json(const struct summary *s);

/* Print guest kernel, host CPU and commit, and what of them changed while the campaign ran. */
void report_print_provenance(const struct summary *s, FILE *f);

/* Add the same to the object @o: guest_kernel, host_cpu, commit, replaced, changed. */
void report_add_provenance(const struct summary *s, json_t *o);

/* A CSV file whose rows end with guest_kernel, host_cpu and commit. */
struct report_csv {
	struct csv_row row;
	struct provenance p;
	const char *tail[7];
};

/* Begin such a file on @f; @s may be NULL. report_csv_end() frees what it took; @f stays open. */
void report_csv_begin(struct report_csv *c, const struct summary *s, FILE *f);
void report_csv_end(struct report_csv *c);

/* Print what makes verdicts of the whole campaign void, above all else; nothing if it is fine. */
void report_print_warnings(const struct verdicts *v, FILE *f);

/* Return where a margin comes from, as a part of a sentence. */
const char *report_margin_origin(enum margin_source source);

/* Return the same in a word or two, for a heading. */
const char *report_margin_short(enum margin_source source);

/* Return the words of CSV and JSON for the source of a margin, and for the state of an A/A pair. */
const char *report_margin_word(enum margin_source source);
const char *report_aa_word(enum aa_state state);

/* Print the margin and the state of the A/A pair, for the header. */
void report_print_margin(const struct verdicts *v, FILE *f);

/* Print ", which covers 96.09 % at n = 8", for each number of blocks that there is. */
void report_print_coverage(const struct verdicts *v, FILE *f);

/* Explain the marks of the table: "*", and "!" with the cell that it is about. */
void report_print_marks(const struct verdicts *v, FILE *f);

/* Print the rule of verdicts, and what it cannot show with so few blocks. */
void report_print_rules(const struct verdicts *v, FILE *f);

/* Print the percentiles of latency with their verdicts, if there are any. */
void report_print_tails(const struct verdicts *v, FILE *f, bool colour);

#endif
