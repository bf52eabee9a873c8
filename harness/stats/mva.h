/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A closed queueing network of one class: n customers, each of whom thinks, or waits in
 * a queue for service; solved exactly by mean-value analysis (Reiser and Lavenberg 1980).
 * Service is taken to be exponential, first come first served. Times are in one unit of
 * the caller's.
 */
#ifndef BL_MICRO_MVA_H
#define BL_MICRO_MVA_H

#include <stddef.h>

struct mva_station {
	double demand;		/* time in service per cycle, >= 0, over all copies */
	double copies;		/* stations that share it evenly, >= 1 */
};

/*
 * Cycles per unit of time with @n customers who think for @think per cycle. @queue, if not
 * NULL, gets the mean number of customers at each station (all of its copies). NaN if a
 * demand or @think is negative, or all are 0.
 */
double mva_throughput(const struct mva_station *s, size_t n_stations, double think, size_t n,
		      double *queue);

#endif
