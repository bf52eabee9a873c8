/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Progress on stderr: one line that changes in place on a terminal, plain lines
 * when piped. Colour only on a terminal, and not if NO_COLOR is set.
 */
#ifndef BL_PROGRESS_H
#define BL_PROGRESS_H

#include "lib/util.h"

struct bl_progress {
	bool tty, colour;
	size_t total, done, failed;
	char figures[96];	/* how the results stand, or empty */
	double start;		/* bl_mono() */
	double last;		/* when a step was done last */
	double expected;	/* seconds for all, as estimated */
	double expected_done;	/* the part of it that is done */
};

/* @expected: estimated seconds for all @total steps. */
void bl_progress_start(struct bl_progress *p, size_t total, double expected);

/* What is going on; shown on a terminal only. */
void bl_progress_now(struct bl_progress *p, const char *fmt, ...) BL_PRINTF(2, 3);

/*
 * A step is done that was estimated at @expected seconds. It leaves a line when
 * piped, or on a terminal if it was not @ok.
 */
void bl_progress_step(struct bl_progress *p, double expected, bool ok,
		      const char *fmt, ...) BL_PRINTF(4, 5);

/* A step is not to be done after all. */
void bl_progress_drop(struct bl_progress *p, double expected);

/* How the results stand: shown from now on with each step. */
void bl_progress_figures(struct bl_progress *p, const char *fmt, ...) BL_PRINTF(2, 3);

/* A line that stays, in both modes. */
void bl_progress_note(struct bl_progress *p, const char *fmt, ...) BL_PRINTF(2, 3);

/* Remove the changing line. */
void bl_progress_end(struct bl_progress *p);

#endif
