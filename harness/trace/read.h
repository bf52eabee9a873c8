/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events of a trace.dat as numbers, in the order of time. */
#ifndef BL_TRACE_READ_H
#define BL_TRACE_READ_H

#include "lib/util.h"

#define TRACE_VALUES	4

/* The kinds of events, each with its values. */
enum trace_kind {
	EV_BIO,			/* V_BIO */
	EV_ISSUE,		/* V_RQ, V_BIO, V_BYTES, V_OP */
	EV_ADD,			/* V_DATA, V_QUEUE */
	EV_DONE,		/* V_RQ */
	EV_MAP, EV_UNMAP,	/* V_IOVA, V_NS, V_BYTES */
	EV_COPY,		/* V_PATH, V_NS, V_BYTES */
	EV_FAULT,		/* V_IOVA, V_NS */
	EV_KICK, EV_INJECT, EV_INTERRUPT,	/* V_MINOR, V_QUEUE */
	EV_TAKE, EV_DROP,	/* V_LOCK, V_PLACE, V_FLAGS, and the function */
	EV_GOT,			/* V_PLACE, V_FLAGS, and the function */
	EV_BIT_TAKEN, EV_BIT_DROPPED,		/* V_LOCK */
	EV_KINDS
};

/* The index of each value in trace_event.v. */
enum {
	V_BIO = 0, V_DATA = 0, V_IOVA = 0, V_PATH = 0, V_MINOR = 0, V_LOCK = 0,
	V_RQ = 1, V_QUEUE = 1, V_NS = 1, V_PLACE = 1,
	V_BYTES = 2, V_FLAGS = 2,
	V_OP = 3,
};

/**
 * struct trace_event - one event
 * @kind: its kind
 * @ns: its time by the guest's clock
 * @cpu: the CPU on which it happened
 * @pid: the task
 * @irqs_off: interrupts were off there (probes of locks only)
 * @v: its values
 * @function: the function that V_PLACE is in, "" if it is not known
 */
struct trace_event {
	enum trace_kind kind;
	unsigned long long ns;
	int cpu, pid;
	bool irqs_off;
	unsigned long long v[TRACE_VALUES];
	const char *function;
};

/**
 * struct trace_reader - what is called for each event
 * @event: gets @user and the event, which is valid during the call
 * @user: of the caller
 */
struct trace_reader {
	void (*event)(void *user, const struct trace_event *e);
	void *user;
};

/**
 * trace_read() - read a trace
 * @path: the trace.dat
 * @reader: called for each event of a kind above
 * @events: set to the number of events of all kinds in the file
 *
 * Return: 0; -EBADMSG: the file is no trace, or a trace of something else; another negative
 * errno.
 */
int trace_read(const char *path, const struct trace_reader *reader, unsigned long long *events);

#endif
