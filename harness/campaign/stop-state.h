/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stop.json says that a campaign has enough blocks, and why. It is written before the first
 * run is skipped because of it, so that resume and report know which runs are not missing.
 */
#ifndef BL_STOP_STATE_H
#define BL_STOP_STATE_H

#include "lib/util.h"
#include "proto/words.h"

#define STOP_STATE_SCHEMA	1

struct campaign;

enum stop_why {
	STOP_NOT,	/* no rule has ended the campaign */
	STOP_WIDTH,	/* all intervals are narrow enough */
	STOP_CAP,	/* all planned blocks are done, and some interval is too wide */
	STOP_BUDGET,	/* one more block would exceed the budget */
};

struct stop_state {
	enum stop_why why;
	unsigned int blocks;	/* whole blocks that exist */
	unsigned int from;	/* number of the first block that is skipped */
	double widest;		/* interval in per cent; NaN: not known */
	double target;		/* width in per cent; NaN: the plan has no rule */
};

/*
 * Load the state of the campaign in @dir: STOP_NOT without a file, or, with a message, if it
 * cannot be read. Return 0, or -EBADMSG with a message: its schema number is unknown.
 */
int stop_state_load(struct stop_state *s, const char *dir);

/* Write stop.json into a campaign. Return 0, or a negative errno with a message. */
int stop_state_save(const struct stop_state *s, struct campaign *c);

/* Tell whether a run of this kind and block is skipped. A budget ends traced runs, too. */
bool stop_state_skips(const struct stop_state *s, enum run_kind kind, unsigned int block);

/* Say in one line why the campaign stopped. The caller frees it. */
char *stop_state_text(const struct stop_state *s);

/* Return the name of the reason, as in stop.json. */
const char *stop_state_name(enum stop_why why);

#endif
