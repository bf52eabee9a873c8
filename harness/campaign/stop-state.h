/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stop.json: that a campaign has enough blocks, and why. Written once, before anything is
 * left out because of it; who resumes or reports reads it.
 */
#ifndef BL_STOP_FILE_H
#define BL_STOP_FILE_H

#include "lib/util.h"
#include "proto/words.h"

#define STOP_STATE_SCHEMA	1

enum stop_why {
	STOP_NOT,	/* nothing is left out, and no rule has had its end */
	STOP_WIDTH,	/* all intervals are narrow enough */
	STOP_CAP,	/* they are not, and all planned blocks are done */
	STOP_BUDGET,	/* one more block would not be done in time */
};

struct stop_state {
	enum stop_why why;
	unsigned int blocks;	/* that there are, */
	unsigned int from;	/* number of the first that is left out */
	double widest, target;	/* per cent; NaN: not known, no rule */
};

/*
 * Load the state of the campaign in @dir: STOP_NOT without a file, or, with a message, if it
 * cannot be read. Return 0, or -EBADMSG with a message: its schema number is unknown.
 */
int stop_state_load(struct stop_state *s, const char *dir);

/* 0, or a negative errno with a message. */
int stop_state_save(const struct stop_state *s, const char *dir);

/* Is a run of this kind and block not to be done? The budget is that of traced runs, too. */
bool stop_state_skips(const struct stop_state *s, enum run_kind kind, unsigned int block);

/* "all intervals are within 3 % after 12 blocks (the widest: 2.7 %)". To be freed. */
char *stop_state_text(const struct stop_state *s);

const char *stop_state_name(enum stop_why why);

#endif
