/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BL_INTERRUPT_H
#define BL_INTERRUPT_H

#include <signal.h>

/* The signal that asked the program to stop: SIGINT, SIGTERM or SIGHUP; 0 before. */
extern volatile sig_atomic_t bl_interrupted;

/**
 * bl_catch_signals() - record SIGINT, SIGTERM and SIGHUP in bl_interrupted
 *
 * A second signal ends the program at once with BL_EXIT_INTERRUPTED. SIGPIPE is ignored, so
 * that a broken pipe is an error of write().
 */
void bl_catch_signals(void);

#endif
