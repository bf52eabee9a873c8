/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that is not there; process context. */
#ifndef STARVE_H
#define STARVE_H

/* Take up to MAX pages that can be had without waiting, and give them back. */
void starve_drain(unsigned long max);
void starve_refill(void);

/* All of them; any context, for a moment.  The end takes what the begin returned. */
void *starve_begin(void);
void starve_end(void *list);

/*
 * Have every EVERYth bounce page fail, 0: none.  Returns how many did since the last
 * call, or -errno.
 */
int starve_fail(unsigned int every);

#endif
