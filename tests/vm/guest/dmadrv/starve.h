/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Take memory away.  Process context, where no other is named. */
#ifndef STARVE_H
#define STARVE_H

/* Take up to MAX pages without waiting, and give them back. */
void starve_drain(unsigned long max);
void starve_refill(void);

/* Take all pages for a moment, in any context.  The end takes the result of the begin. */
void *starve_begin(void);
void starve_end(void *list);

/*
 * Let every EVERYth allocation of a bounce page fail, or none with 0.  Returns the number
 * of failures since the last call, or -errno.
 */
int starve_fail(unsigned int every);

#endif
