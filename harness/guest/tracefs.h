/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the collectors need of tracefs and libtracefs does not have. */
#ifndef BL_GUEST_TRACEFS_H
#define BL_GUEST_TRACEFS_H

#include "lib/util.h"

struct tracefs_instance;

/* Events that an instance's buffers hold, and those that they lost; of all CPUs. */
unsigned long long guest_tracefs_entries(struct tracefs_instance *inst);
unsigned long long guest_tracefs_lost(struct tracefs_instance *inst);

/*
 * The number behind "KEY:" in TEXT up to END (NULL: all of it), which KEY begins or a blank
 * precedes; 0 without one. Of "~ 2^N" it is N.
 */
unsigned long long guest_tracefs_value(const char *text, const char *end, const char *key,
				       int base);

#endif
