/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The texts by which the kernel's log says that the kernel is in trouble. */
#ifndef BL_SPLAT_H
#define BL_SPLAT_H

#include <stdbool.h>

/**
 * is_splat() - tell whether a line of the kernel's log or console reports a failure
 * @line: one line, without or with its time stamp
 *
 * Return: true for a warning, an oops, a panic, a report of a sanitizer or of lockdep, a stall.
 */
bool is_splat(const char *line);

#endif
