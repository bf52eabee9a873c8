// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * planted-delay: eager-spin that spins for a known time before it takes its lock
 *
 * For tests/micro/micro.sh: map and unmap take that much longer, and no lock is held for
 * longer.
 */
#include "eager.h"

#define PLANTED_BEFORE()	planted_spin()

#include "planted.h"

PLANTED_STRATEGY(planted_delay, "planted-delay");
