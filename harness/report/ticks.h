/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ticks of an axis of ratios. */
#ifndef BL_TICKS_H
#define BL_TICKS_H

#include <stddef.h>

#define TICKS_MOST	12

/* Ticks from low to high. */
struct ticks {
	double v[TICKS_MOST];
	size_t n;
	int decimals;		/* of their numbers; -1: as many as each needs */
};

/**
 * ticks_choose() - choose the ticks of a logarithmic axis of ratios
 * @t: gets them; 1 is among them if it is on the axis
 * @lo: lower end of the axis, above 0
 * @hi: upper end
 * @room: how many numbers the axis has room for
 *
 * Ticks keep a small distance from the ends, where their numbers would touch those of the panel
 * beside this one. Where the axis is narrow, they are a step of 1, 2, 4 or 5 times a power of ten
 * apart; where it is wide, they are 1, 2 and 5 times powers of ten, or 1 and 3, or these powers
 * alone. Where that leaves fewer than three, ticks stand around 1, as close as there is room.
 */
void ticks_choose(struct ticks *t, double lo, double hi, double room);

/* Return the number of a tick as text. The caller frees it. */
char *ticks_text(const struct ticks *t, size_t i);

#endif
