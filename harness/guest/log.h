/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's log of one run, and the lines in it that make the run invalid. */
#ifndef BL_GUEST_LOG_H
#define BL_GUEST_LOG_H

#include "guest/outcome.h"

/**
 * struct guest_log - the log since the run began
 * @fd: /dev/kmsg
 * @mem: the text as it is collected
 * @text: that text, once @mem is closed
 * @len: its length
 * @splat: the first line that is a splat, "": none
 * @last: the last line that the kernel wrote
 * @lost: how often the log wrapped before it was read
 */
struct guest_log {
	int fd;
	FILE *mem;
	char *text;
	size_t len;
	char splat[256];
	char last[256];
	unsigned long lost;
};

/**
 * guest_log_start() - begin at the present end of the log, with a marker line
 * @l: filled; guest_log_finish() has to follow
 * @r: the run that the marker names
 *
 * Return: 0, or a negative errno: /dev/kmsg cannot be opened.
 */
int guest_log_start(struct guest_log *l, const struct guest_run *r);

/**
 * guest_log_drain() - read what the log has by now
 * @l: the log
 *
 * Has to be called often enough that the log does not wrap.
 */
void guest_log_drain(struct guest_log *l);

/**
 * guest_log_finish() - write dmesg.txt
 * @l: the log
 * @r: the run; a splat or lost lines make it invalid, and after a splat it asks for a new boot
 */
void guest_log_finish(struct guest_log *l, struct guest_run *r);

#endif
