// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/util.h"
#include "stats/mva.h"

#include <math.h>
#include <stdlib.h>

double mva_throughput(const struct mva_station *s, size_t n_stations, double think, size_t n,
		      double *queue)
{
	double *q = queue ? queue : bl_zalloc((n_stations + 1) * sizeof(*q));
	double x = 0, cycle, total = think;
	size_t i, k;

	for (i = 0; i < n_stations; i++) {
		q[i] = 0;
		total += s[i].demand;
		if (!(s[i].demand >= 0) || !(s[i].copies >= 1))
			total = NAN;
	}
	if (!(think >= 0) || !(total > 0))
		x = NAN;
	/* An arriving customer finds the queues that n - 1 customers make. */
	for (k = 1; k <= n && !isnan(x); k++) {
		cycle = think;
		for (i = 0; i < n_stations; i++)
			cycle += s[i].demand * (1 + q[i] / s[i].copies);
		x = k / cycle;
		for (i = 0; i < n_stations; i++)
			q[i] = x * s[i].demand * (1 + q[i] / s[i].copies);
	}
	if (!queue)
		free(q);
	return x;
}
