/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells of a campaign's verdicts, with the values of their runs, before anything is compared. */
#ifndef BL_CELLS_H
#define BL_CELLS_H

#include "eval/verdict.h"

/*
 * Order the labels for tables: the plan's order is shuffled. Return 0, or a negative errno with a
 * message (the baseline is no label of the plan).
 */
int cells_order_labels(struct verdicts *v);

/* Make a cell for each job and label, and collect the values of its valid runs. */
void cells_make(struct verdicts *v);

/*
 * Return NULL if the label was verified, else what became of its verify run. *@wrong is set if
 * there was such a run, so that the label's numbers may be those of wrong data.
 */
const char *cells_verify_problem(const struct verdicts *v, const char *label, bool *wrong);

#endif
