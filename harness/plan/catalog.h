/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is to choose from: read from the source tree each time, so that a
 * new file is a new choice without registration.
 */
#ifndef BL_CATALOG_H
#define BL_CATALOG_H

#include "proto/axes.h"
#include "lib/util.h"

struct bl_strategy {
	char *name;
	char *summary;
	char *idea, *bounce, *sync, *wins, *loses, *source;
	char *unsafe;		/* why it is unsafe, NULL if it is not */
	bool intree;
};

/* A value of an axis, a job, a plan, a plane: a name and what it is. */
struct bl_choice {
	char *name;
	char *about;
	bool verifies;		/* a job that checks data, not speed */
};

struct bl_choices {
	struct bl_choice *v;
	size_t n;
};

struct bl_catalog {
	struct bl_strategy *strategy;	/* intree last */
	size_t n_strategy;
	struct bl_choices axes[BL_AXES], jobs, plans, planes;
};

/* Read the tree below bl_root(). Returns 0 or a negative errno, with message. */
int bl_catalog_load(struct bl_catalog *c);
void bl_catalog_free(struct bl_catalog *c);

const struct bl_strategy *bl_find_strategy(const struct bl_catalog *c, const char *name);
const struct bl_choice *bl_find_choice(const struct bl_choices *l, const char *name);

/* Names alone, for messages. */
void bl_strategy_names(const struct bl_catalog *c, struct bl_strv *out);
void bl_choice_names(const struct bl_choices *l, struct bl_strv *out);

#endif
