/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations that the parts of the program faults share. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>

/* A call, and the one that undoes it, or NULL; arg is for both. */
struct step {
	const char *name;
	int (*make)(unsigned int arg);
	int (*undo)(unsigned int arg);
	unsigned int arg;
	bool optional;		/* the strategy may refuse it */
	bool bare;		/* it may meet nothing that can fail */
};

/*
 * faults-calls.c: the calls, in order. Those of life need after_birth(), those of death
 * after_life().
 */
extern const struct step birth[], life[], death[];
extern const unsigned int nr_birth, nr_life, nr_death;

/* The strategy of the device. */
extern const char *strategy;

/* Open what the calls need. Returns 0 or -errno. */
int open_nodes(void);

/* Begin to serve the device, and get memory for its driver and daemon. Returns 0 or -errno. */
int after_birth(void);
void after_life(void);

/* Remove what is left after a failure; SERVED: after after_birth(). */
void clean_up(bool served);

/* faults-vdpa.c: open a socket for `vdpa dev add` and `vdpa dev del`. Returns 0 or -errno. */
int vdpa_open(void);

/*
 * Add the device NAME to the bus, or remove it. Returns 0 or -errno; if the kernel could not
 * answer, what the bus says decides.
 */
int vdpa_add(const char *name);
int vdpa_del(const char *name);

#endif
