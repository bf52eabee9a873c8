/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The choices of a plan. The catalog is read from the source tree each time, so that a new file is
 * a new choice without registration.
 */
#ifndef BL_CATALOG_H
#define BL_CATALOG_H

#include "lib/util.h"
#include "proto/axes.h"

struct catalog_strategy {
	char *name;
	char *summary;
	char *idea, *bounce, *sync, *wins, *loses, *source;
	char *unsafe;		/* why it is unsafe, NULL if it is safe */
	bool intree;		/* it is the stock vduse.ko */
};

/* A value of an axis, a job, a plan or a plane. */
struct catalog_choice {
	char *name;
	char *about;
	bool verifies;		/* this job checks data instead of speed */
};

struct catalog_choices {
	struct catalog_choice *v;
	size_t n;
};

struct catalog {
	struct catalog_strategy *strategy;	/* intree last */
	size_t n_strategy;
	struct catalog_choices axes[AXES];	/* the default first */
	struct catalog_choices jobs, plans, planes;
};

/* Read the tree below bl_root(). Return 0, or a negative errno with a message. */
int catalog_load(struct catalog *c);
void catalog_free(struct catalog *c);

/* Find an entry by its name. Return NULL if there is none. */
const struct catalog_strategy *catalog_find_strategy(const struct catalog *c, const char *name);
const struct catalog_choice *catalog_find_choice(const struct catalog_choices *l,
						 const char *name);

/* Add all names to @out, for a message. */
void catalog_list_strategies(const struct catalog *c, struct bl_strv *out);
void catalog_list_choices(const struct catalog_choices *l, struct bl_strv *out);

#endif
