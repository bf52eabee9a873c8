/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events of a trace.dat, in the order of time, as numbers. */
#ifndef BL_TRACE_READ_H
#define BL_TRACE_READ_H

#include "lib/util.h"

#define TRACE_VALUES	4

/* And what values[] has, by index. */
enum trace_kind {
	EV_BIO,			/* V_BIO */
	EV_ISSUE,		/* V_RQ, V_BIO, V_BYTES, V_OP */
	EV_ADD,			/* V_DATA, V_QUEUE */
	EV_DONE,		/* V_RQ */
	EV_MAP, EV_UNMAP,	/* V_IOVA, V_NS, V_BYTES */
	EV_COPY,		/* V_PATH, V_NS, V_BYTES */
	EV_FAULT,		/* V_IOVA, V_NS */
	EV_KICK, EV_INJECT, EV_INTERRUPT,	/* V_MINOR, V_QUEUE */
	EV_TAKE, EV_DROP,	/* V_LOCK, V_PLACE, V_FLAGS, and the function there */
	EV_GOT,			/* V_PLACE, V_FLAGS */
	EV_BIT_TAKEN, EV_BIT_DROPPED,		/* V_LOCK */
	EV_KINDS
};

enum {
	V_BIO = 0, V_DATA = 0, V_IOVA = 0, V_PATH = 0, V_MINOR = 0, V_LOCK = 0,
	V_RQ = 1, V_QUEUE = 1, V_NS = 1, V_PLACE = 1,
	V_BYTES = 2, V_FLAGS = 2,
	V_OP = 3,
};

struct trace_event {
	enum trace_kind kind;
	unsigned long long ns;		/* by the guest's clock, of the event itself */
	int cpu, pid;
	bool irqs_off;			/* where a probe of a lock is */
	unsigned long long v[TRACE_VALUES];
	const char *function;		/* that V_PLACE is in; "" if not known */
};

struct trace_reader {
	void (*event)(void *user, const struct trace_event *e);
	void *user;
};

/*
 * Give @reader each event of the file that is of a kind above. @events: how many the file
 * has of all kinds. 0, -EBADMSG (no trace, or not one of ours) or another negative errno.
 */
int trace_read(const char *path, const struct trace_reader *reader, unsigned long long *events);

#endif
