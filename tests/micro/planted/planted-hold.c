// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * planted-hold: eager-spin that spins for a known time with its lock held
 *
 * For tests/micro/micro.sh: the hold time of the lock has to be that time.
 */
#include "eager.h"

#define PLANTED_UNDER_LOCK()	planted_spin()

#include "planted.h"

PLANTED_STRATEGY(planted_hold, "planted-hold");
