// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/util.h"
#include "stats/hist.h"

#include <math.h>
#include <stdlib.h>

void hist_add(struct hist *h, double ns, double count)
{
	if (!(count > 0))
		return;
	if (h->n == h->room) {
		h->room = h->room ? h->room * 2 : 256;
		h->bins = bl_realloc(h->bins, h->room * sizeof(*h->bins));
	}
	h->bins[h->n++] = (struct hist_bin){ ns, count };
	h->total += count;
	h->sorted = false;
}

void hist_add_json(struct hist *h, const json_t *bins)
{
	const json_t *b;
	size_t i;

	json_array_foreach(bins, i, b)
		hist_add(h, json_number_value(json_array_get(b, 0)),
			 json_number_value(json_array_get(b, 1)));
}

void hist_merge(struct hist *h, const struct hist *from)
{
	for (size_t i = 0; i < from->n; i++)
		hist_add(h, from->bins[i].ns, from->bins[i].count);
}

static int by_ns(const void *a, const void *b)
{
	const struct hist_bin *x = a, *y = b;

	return (x->ns > y->ns) - (x->ns < y->ns);
}

static void sort_bins(struct hist *h)
{
	if (!h->sorted && h->n)
		qsort(h->bins, h->n, sizeof(*h->bins), by_ns);
	h->sorted = true;
}

double hist_percentile(struct hist *h, double share)
{
	double seen = 0;

	sort_bins(h);
	for (size_t i = 0; i < h->n; i++) {
		seen += h->bins[i].count;
		if (seen >= share * h->total)
			return h->bins[i].ns;
	}
	return NAN;
}

/* Return half of the distance of two bins, but no more than half a step of the clock or bucket. */
static double half_width(const struct hist *h, size_t i, size_t other)
{
	double most = INFINITY;

	for (size_t k = 1; k < h->n; k++)
		most = fmin(most, h->bins[k].ns - h->bins[k - 1].ns);
	most = fmax(most, h->bins[i].ns / 64);
	return fmin(most, fabs(h->bins[other].ns - h->bins[i].ns)) / 2;
}

double hist_quantile(struct hist *h, double share)
{
	double want = share * h->total, seen = 0, lo, hi;
	size_t i;

	if (!h->n)
		return NAN;
	sort_bins(h);
	for (i = 0; i + 1 < h->n && seen + h->bins[i].count < want; i++)
		seen += h->bins[i].count;
	if (h->n == 1)
		return h->bins[0].ns;
	/* The outermost bins are as wide outside as inside. */
	lo = half_width(h, i, i ? i - 1 : 1);
	hi = half_width(h, i, i + 1 < h->n ? i + 1 : i - 1);
	return h->bins[i].ns - lo + (lo + hi) * (want - seen) / h->bins[i].count;
}

double hist_core_mean(struct hist *h)
{
	double limit = 10 * hist_percentile(h, 0.9), sum = 0, count = 0;

	for (size_t i = 0; i < h->n && h->bins[i].ns <= limit; i++) {
		sum += h->bins[i].ns * h->bins[i].count;
		count += h->bins[i].count;
	}
	return sum / count;
}

void hist_free(struct hist *h)
{
	free(h->bins);
	*h = (struct hist){};
}
