/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Say what was measured, how often and where. It is made from the data of a campaign, so that no
 * text can say something else.
 */
#ifndef BL_PAPER_CAPTION_H
#define BL_PAPER_CAPTION_H

#include "paper/row.h"

/**
 * caption_make() - say what the numbers of a file are of
 * @p: the paper
 * @name: the file below the data directory, a CSV file or a figure
 * @f: the rows that are taken, or NULL: all
 *
 * From plan.json, env.json and verdicts.csv in a campaign's directory; from the columns and the
 * first line of the raw file for micro.
 *
 * Return: the facts with semicolons between, which the caller frees; "" if there are none.
 */
char *caption_make(struct paper *p, const char *name, const struct row_filter *f);

#endif
