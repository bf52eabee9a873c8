/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The monotonic clock and the time-stamp counter that it is made of, read at one moment. */
#ifndef BL_CLOCK_H
#define BL_CLOCK_H

struct bl_clock {
	double mono;			/* CLOCK_MONOTONIC in seconds, as bl_mono() has it */
	unsigned long long ticks;	/* the time-stamp counter */
};

/**
 * bl_read_clock() - read both at one moment
 * @c: gets the reading
 *
 * Takes the closest of some readings: an interrupt between the two clocks widens them.
 */
void bl_read_clock(struct bl_clock *c);

/**
 * bl_find_khz() - find the frequency of the counter from two readings
 * @a: the first reading
 * @b: the second one
 *
 * Return: ticks per millisecond of the monotonic clock; 0 if that has not advanced.
 */
double bl_find_khz(const struct bl_clock *a, const struct bl_clock *b);

#endif
