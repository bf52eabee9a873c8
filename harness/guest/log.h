/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's log of one run, and what in it makes the run worthless. */
#ifndef BL_GUEST_LOG_H
#define BL_GUEST_LOG_H

#include "guest/outcome.h"

struct guest_log {
	int fd;			/* /dev/kmsg, from the marker on */
	FILE *mem;		/* text collected so far */
	char *text;
	size_t len;
	char splat[256];	/* first line that is one, "" if none */
	char last[256];		/* last line of the kernel */
	unsigned long lost;	/* the log wrapped before it was read */
};

/* Begin at the present end of the log, with a marker line. */
int guest_log_start(struct guest_log *l, const struct guest_run *r);

/* Read what has come so far; now and then, so that the log cannot wrap. */
void guest_log_drain(struct guest_log *l);

/* Write dmesg.txt; a splat or lost lines make the run invalid. */
void guest_log_finish(struct guest_log *l, struct guest_run *r);

#endif
