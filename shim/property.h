/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The properties that a strategy has to have, and how a checked shim says that one does not
 * hold.
 */
#ifndef SHIM_PROPERTY_H
#define SHIM_PROPERTY_H

#include "types.h"

enum prop {
	PROP_INTEGRITY,		/* the device reads what was mapped, and back */
	PROP_NEIGHBOUR,		/* the daemon sees no byte that was not mapped for it */
	PROP_STALE,		/* the driver gets back only what the device wrote */
	PROP_AFTER_UNMAP,	/* unmap ends all access to an original */
	PROP_ALLOC,		/* a failed allocation is survived, and leaves nothing behind */
	PROP_RESET,		/* all of that also holds over resets */
	PROP_EXHAUSTION,	/* pages, addresses, memory return; a full window recovers */
	PROP_CONTEXT,		/* nothing sleeps where it must not, locks are irq-safe */
	PROP_NR,

	PROP_CRASH = PROP_NR,	/* a signal, or a sanitizer's report */
	PROP_HANG,
	PROP_ALL
};

/**
 * fail() - report that the strategy does not have a property
 * @prop: the property
 * @format: what happened, as for printf()
 *
 * The program over the shims defines this function.  It ends the process, unless the
 * strategy does not promise @prop.
 */
void fail(enum prop prop, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * check() - fail unless a condition holds
 * @prop: the property that is broken if not
 * @ok: the condition
 */
#define check(prop, ok, ...)				\
do {							\
	if (unlikely(!(ok)))				\
		fail(prop, __VA_ARGS__);		\
} while (0)

#endif /* SHIM_PROPERTY_H */
