// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lazy-spin: copy at the daemon's first touch, slots under one spinlock
 *
 * Idea:   What the reviewer of v5 asked for instead of the barrier pair: map
 *         and unmap change slots under the lock that faults fill pages under,
 *         so that each is before or after the other.  map copies outside it.
 * Bounce: first fault, then map
 * Sync:   one spinlock for the domain
 * Wins:   first touch: the copy leaves the virtqueue lock, and pages are
 *         allocated where sleeping is allowed.
 * Loses:  steady state on many CPUs: two locked sections for each I/O buffer.
 * Source: messages #1 and #5 of the review of v5
 */
#include "lazy-spin.h"

static const struct bl_lazy_ops lazy_spin_ops = {
	BL_LAZY_SPIN_OPS,
};

BL_LAZY_STRATEGY(lazy_spin, &lazy_spin_ops,
	.name = "lazy-spin",
	.init = bl_bounce_init_spin,
);
