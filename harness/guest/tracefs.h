/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of tracefs that the collectors read and libtracefs has no function for. */
#ifndef BL_GUEST_TRACEFS_H
#define BL_GUEST_TRACEFS_H

#include "lib/util.h"

struct tracefs_instance;

/**
 * guest_tracefs_entries() - count the events in the buffers of a trace instance
 * @inst: the instance
 *
 * Return: the events of all CPUs.
 */
unsigned long long guest_tracefs_entries(struct tracefs_instance *inst);

/**
 * guest_tracefs_lost() - count the events that the buffers of a trace instance lost
 * @inst: the instance
 *
 * Return: the events of all CPUs that were overwritten, cut off or refused.
 */
unsigned long long guest_tracefs_lost(struct tracefs_instance *inst);

/**
 * guest_tracefs_value() - find the number behind "KEY:" in a text of tracefs
 * @text: the text
 * @key: begins the text, or stands behind white space
 *
 * Return: the number, 0 if there is none.
 */
unsigned long long guest_tracefs_value(const char *text, const char *key);

#endif
