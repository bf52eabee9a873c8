/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Progress on stderr: on a terminal one line that changes in place, else plain lines. Colour only
 * on a terminal, and only if NO_COLOR is not set.
 */
#ifndef BL_PROGRESS_H
#define BL_PROGRESS_H

#include "lib/util.h"

struct bl_progress {
	bool tty, colour;
	size_t total, done, failed;
	char figures[96];	/* state of the results, or "" */
	double start;		/* bl_mono() */
	double last;		/* when the last step was done */
	double expected;	/* seconds for all steps, as estimated */
	double expected_done;	/* the part of it that is done */
};

/* Begin @total steps, which together are estimated at @expected seconds. */
void bl_progress_start(struct bl_progress *p, size_t total, double expected);

/* Say what is happening now; only a terminal shows it. */
void bl_progress_now(struct bl_progress *p, const char *fmt, ...) BL_PRINTF(2, 3);

/**
 * bl_progress_step() - count a step that is done
 * @p: the progress
 * @expected: the estimate for this step in seconds
 * @ok: on a terminal, only a step that is not ok leaves a line; elsewhere every step does
 * @fmt: the line
 */
void bl_progress_step(struct bl_progress *p, double expected, bool ok,
		      const char *fmt, ...) BL_PRINTF(4, 5);

/* Take away a step that will not be done, and its estimate. */
void bl_progress_drop(struct bl_progress *p, double expected);

/* Set the state of the results, which is shown with each step from now on. */
void bl_progress_figures(struct bl_progress *p, const char *fmt, ...) BL_PRINTF(2, 3);

/* Print a line; on a terminal it is the changing one. */
void bl_progress_event(struct bl_progress *p, const char *fmt, ...) BL_PRINTF(2, 3);

/* Print a line that stays. */
void bl_progress_note(struct bl_progress *p, const char *fmt, ...) BL_PRINTF(2, 3);

/* Remove the changing line. */
void bl_progress_end(struct bl_progress *p);

#endif
