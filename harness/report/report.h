/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two faces of a judged campaign: text for the terminal (and table.txt),
 * figures for README and paper.
 */
#ifndef BL_REPORT_H
#define BL_REPORT_H

#include "eval/verdict.h"

/* Header (campaign, plane, n, method), verdict table, foot, what is missing. */
void report_text(const struct verdicts *v, FILE *f, bool colour);

/* costs.csv: what the module counted, per label; its columns are in the file. */
void report_costs(const struct verdicts *v, FILE *f);

/* "vm, emulated (TCG)" and the like; the caller frees it. */
char *report_plane(const struct summary *s);

/*
 * Write DIR/figures/{points.csv,medians.csv,figure.gp} and let gnuplot draw
 * DIR/figures/{relative,absolute}.{svg,pdf} from them.
 * 0, or a negative errno with a message (-ENOENT: no gnuplot).
 */
int report_figures(const struct verdicts *v);

#endif
