/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A closed queueing network of one class. n customers each think, or queue for service. Solved
 * exactly by mean-value analysis (Reiser and Lavenberg 1980). Service times are exponential,
 * and service is first come, first served. All times are in one unit that the caller chooses.
 */
#ifndef BL_MVA_H
#define BL_MVA_H

#include <stddef.h>

struct mva_station {
	double demand;		/* time in service per cycle, >= 0, over all copies */
	double copies;		/* stations that share it evenly, >= 1 */
};

/**
 * mva_throughput() - solve the network
 * @s: the stations
 * @n_stations: their number
 * @think: time per cycle outside of the stations
 * @n: number of customers
 * @queue: gets the mean number of customers at each station (all of its copies); may be NULL
 *
 * Return: cycles per unit of time; NaN if a demand or @think is negative, or all are 0.
 */
double mva_throughput(const struct mva_station *s, size_t n_stations, double think, size_t n,
		      double *queue);

#endif
