/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Histograms of latencies, as fio's json+ has them. The histograms of several runs are merged
 * before a percentile is taken, because an average of percentiles is no percentile.
 */
#ifndef BL_HIST_H
#define BL_HIST_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

struct hist_bin {
	double ns;		/* the bin's name in fio's output */
	double count;
};

struct hist {			/* zero-initialised is empty */
	struct hist_bin *bins;
	size_t n, room;
	double total;		/* I/Os in all bins */
	bool sorted;
};

void hist_add(struct hist *h, double ns, double count);
/* Add the bins of a list [[ns, count], ...]. */
void hist_add_json(struct hist *h, const json_t *bins);
void hist_merge(struct hist *h, const struct hist *from);

/*
 * Return the first bin, in ns, at which at least @share (0..1) of all I/Os have completed, as fio
 * does; NaN if there are no bins.
 */
double hist_percentile(struct hist *h, double share);

/**
 * hist_quantile() - find a quantile between the bins
 * @h: the histogram
 * @share: 0..1
 *
 * For times that are not large against the steps of the clock, and whose bins are those steps.
 * Each bin reaches half way to its neighbours, but at most half of the distance between the
 * nearest two bins, or 1/128 of its value if that is more.
 *
 * Return: ns, NaN if there are no bins.
 */
double hist_quantile(struct hist *h, double share);

/**
 * hist_core_mean() - average without values above 10 times the 90th percentile
 * @h: the histogram
 *
 * A time in which another task had the CPU is a thousand times as long as the others, and does
 * not belong to what is measured.
 *
 * Return: ns, NaN if there are no bins.
 */
double hist_core_mean(struct hist *h);
void hist_free(struct hist *h);

#endif
