/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Histograms of latencies, as fio's json+ gives them. Those of several runs are merged
 * before a percentile is taken: an average of percentiles is one of nothing.
 */
#ifndef BL_HIST_H
#define BL_HIST_H

#include <stdbool.h>
#include <stddef.h>

struct hist_bin {
	double ns;		/* what fio calls it by */
	double count;
};

struct hist {			/* zero-initialised is empty */
	struct hist_bin *bins;
	size_t n, room;
	double total;		/* I/O in all bins */
	bool sorted;
};

void hist_add(struct hist *h, double ns, double count);
void hist_merge(struct hist *h, const struct hist *from);

/*
 * As fio does it: the first bin at which at least @share (0..1) of all has completed, in
 * ns. NaN if there is none.
 */
double hist_percentile(struct hist *h, double share);
/*
 * Between the bins in proportion, each reaching half way to its neighbours, but no further than
 * half of what the nearest two are apart, or 1/128 of its value: for times that the steps of a
 * clock are not small against, and whose bins are those steps. NaN if there is none.
 */
double hist_quantile(struct hist *h, double share);
/*
 * Mean without what is above 10 times the 90th percentile: a time in which something else
 * had the CPU is a thousand times as long as the others, and not theirs. NaN if there is none.
 */
double hist_core_mean(struct hist *h);
void hist_free(struct hist *h);

#endif
