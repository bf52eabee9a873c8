/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collectors of a traced run, in the guest. The guest's half of a collector is one file,
 * guest/collect-NAME.c, with a struct collector_ops that is named below and listed in the
 * table of guest/collect.c. proto/collector.h lists the files of the host's half.
 */
#ifndef BL_GUEST_COLLECT_H
#define BL_GUEST_COLLECT_H

#include "guest/outcome.h"

/**
 * struct collector_ops - the guest's half of one collector, or of several that share a buffer
 * @set: the collectors that these functions serve, a COLLECT_BIT() for each
 * @start: begin to collect the collectors in its second argument, which are a part of @set;
 *         returns the state for @stop, or NULL after guest_fail()
 * @stop: stop, leave the collector's files in the run's directory (proto/run-files.h), undo
 *        whatever @start did to the kernel, so that the module can be unloaded, and free the
 *        state. What was lost makes the run invalid (guest_invalid()).
 *
 * Both are called while the disk exists and is idle: what the kernel patches then is not
 * being executed.
 */
struct collector_ops {
	unsigned int set;
	void *(*start)(struct guest_run *r, unsigned int set);
	void (*stop)(void *state, struct guest_run *r);
};

extern const struct collector_ops collect_raw, collect_profile, collect_counts, collect_memory,
	collect_locks;

/* At most as many as there are collectors. */
#define GUEST_COLLECTORS_MAX	8

/**
 * struct guest_collect - the collectors of the present run
 * @set: a COLLECT_BIT() for each
 * @state: by the table of collectors: what its start returned, NULL: it does not run
 * @ios: I/Os that the disk had done when the collectors had started
 * @bytes: bytes of them
 */
struct guest_collect {
	unsigned int set;
	void *state[GUEST_COLLECTORS_MAX];
	unsigned long long ios, bytes;
};

/**
 * guest_collect_start() - start the collectors that the run's cell asks for
 * @c: gets their state
 * @r: the run; fails if a collector cannot start
 *
 * Return: 0, or -EIO with the run failed. guest_collect_stop() has to follow in any case.
 */
int guest_collect_start(struct guest_collect *c, struct guest_run *r);

/**
 * guest_collect_stop() - stop the collectors and leave their files in the run's directory
 * @c: their state
 * @r: the run; gets "disk_io", the I/Os and bytes of the disk between start and stop, and
 *     "lock_names": of each lock of the module "addr" (hexadecimal), "bytes" of one lock,
 *     "count" of locks behind each other, "name"; it is empty for the stock module
 */
void guest_collect_stop(struct guest_collect *c, struct guest_run *r);

#endif
